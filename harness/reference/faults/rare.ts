/** Faults that most packets do not show: one packet in many, one length, one header, one kind of damage, one configuration. */
import { internetChecksum } from '../../packet/checksum.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { ihlBytes } from '../ipv4/checks.ts';
import type { ReferenceNode } from '../node.ts';
import { bitsOf } from '../tunnel/mapping.ts';
import { misreadingDestination } from './common.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea } from './fault.ts';

type Condition = (inner: Uint8Array, node: ReferenceNode) => boolean;

const withLastByteInverted = (packet: Uint8Array): Uint8Array => {
  const copy = packet.slice();
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 0xff;
  return copy;
};

/** Damages what is encapsulated; `when` is made once per node, so that it can count. */
const damagingCarried = (when: () => Condition): Change =>
  inArea('encapsulation', (is) => {
    const isMet = when();
    return {
      carried: (inner, node, arrival) => {
        const carried = is.carried(inner, node, arrival);
        return isMet(inner, node) ? withLastByteInverted(carried) : carried;
      },
    };
  });

/** Damages, or loses, what comes out of the tunnel. */
const changingDelivered = (
  when: () => Condition,
  change: (inner: Uint8Array) => Uint8Array | undefined = withLastByteInverted,
): Change =>
  inArea('decap', (is) => {
    const isMet = when();
    return {
      innerPacket: (node, payload, outer) => {
        const inner = is.innerPacket(node, payload, outer);
        return inner !== undefined && isMet(inner, node) ? change(inner) : inner;
      },
    };
  });

/** Every n-th packet, counted per node. */
const oneIn = (n: number) => (): Condition => {
  let count = 0;
  return () => {
    count += 1;
    return count % n === 0;
  };
};

/** The packet with this number, the first being 1. */
const onlyNumber = (number: number) => (): Condition => {
  let count = 0;
  return () => {
    count += 1;
    return count === number;
  };
};

const always = (condition: Condition) => (): Condition => condition;
const lost = (): undefined => undefined;
const nextHeaderIs =
  (protocol: number): Condition =>
  (inner) =>
    inner[IPV6.NEXT_HEADER] === protocol;

export const rareFaults: readonly Fault[] = [
  ...faultsOf('encap.inner-unchanged', {
    'encap-damages-1-in-97': damagingCarried(oneIn(97)),
    'encap-damages-second-packet': damagingCarried(onlyNumber(2)),
    'encap-damages-1337-bytes': damagingCarried(always((inner) => inner.length === 1337)),
    'encap-damages-behind-ah': damagingCarried(always(nextHeaderIs(PROTOCOL.AH))),
    'encap-damages-in-udp-framing': damagingCarried(
      always((_inner, { config }) => config.encapsulation.kind === 'fou'),
    ),
  }),
  ...faultsOf('decap.inner-unchanged', {
    'decap-loses-1-in-83': changingDelivered(oneIn(83), lost),
    'decap-damages-second-packet': changingDelivered(onlyNumber(2)),
    'decap-damages-777-bytes': changingDelivered(always((inner) => inner.length === 777)),
    'decap-loses-hop-by-hop': changingDelivered(always(nextHeaderIs(PROTOCOL.HOP_BY_HOP)), lost),
    'decap-damages-in-6in4': changingDelivered(always((_inner, { config }) => config.mapping.kind === '6in4')),
  }),
  ...faultsOf('decap.inner-version', {
    'inner-version-9-accepted': inArea('decap', (is) => ({
      innerPacket: (node, payload, outer) => {
        if ((payload[0] ?? 0) >>> 4 !== 9) return is.innerPacket(node, payload, outer);
        const mended = payload.slice();
        mended[0] = 0x60 | ((mended[0] ?? 0) & 0x0f);
        return is.innerPacket(node, mended, outer);
      },
    })),
  }),
  ...faultsOf('decap.outer-checksum', {
    'outer-csum-high-octet-only': inArea('ipv4', (is) => ({
      checks: is.checks.map((check) =>
        check.name === 'checksum'
          ? { ...check, violated: (packet) => (internetChecksum(packet, 0, ihlBytes(packet)) & 0xff00) !== 0 }
          : check,
      ),
    })),
  }),
  ...faultsOf('security.malformed-survival', {
    'damage-after-15-drops': (behaviour) => {
      let drops = 0;
      const { ipv4 } = behaviour;
      const discarded: typeof ipv4.discarded = (node, packet, check) => {
        drops += 1;
        ipv4.discarded(node, packet, check);
      };
      return changingDelivered(always(() => drops >= 15))({ ...behaviour, ipv4: { ...ipv4, discarded } });
    },
  }),
  ...faultsOf('address.6rd-embedded-bits', {
    '6rd-last-bit-lost-at-odd-lengths': misreadingDestination(({ domain, common }, bytes, at) => {
      const count = 32 - common.length;
      const embedded = bitsOf(bytes, at, domain.length, count);
      return common.address + ((domain.length + count) % 2 === 1 ? embedded - (embedded % 2) : embedded);
    }),
  }),
];
