import { concat, readUint16, writeUint16 } from '../../packet/bytes.ts';
import { onesComplementSum } from '../../packet/checksum.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { upperLayerChecksum, upperLayerOf } from '../ipv6/packet.ts';
import { bitsOf } from '../tunnel/mapping.ts';
import { flowHash } from '../tunnel/flow-hash.ts';
import { lowestBits, rewritingFrom } from './common.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea, together } from './fault.ts';

/** The checksum as if one byte of the header were zero. */
const checksumWithout = (offset: number): Change =>
  inArea('outer', (is) => ({
    headerChecksum: (header) => {
      const early = header.slice();
      early[offset] = 0;
      return is.headerChecksum(early);
    },
  }));

const routerAlertIn = (inner: Uint8Array): boolean =>
  inner[IPV6.NEXT_HEADER] === PROTOCOL.HOP_BY_HOP && inner[IPV6.HEADER_LENGTH + 2] === 5;

/** Removes the extension headers, whatever they say. */
export const stripExtension = (packet: Uint8Array): Uint8Array | undefined => {
  const upper = upperLayerOf(packet);
  if (upper.offset === IPV6.HEADER_LENGTH) return undefined;
  const stripped = concat(packet.subarray(0, IPV6.HEADER_LENGTH), packet.subarray(upper.offset));
  stripped[IPV6.NEXT_HEADER] = upper.protocol;
  writeUint16(stripped, IPV6.PAYLOAD_LENGTH, stripped.length - IPV6.HEADER_LENGTH);
  return stripped;
};

/** Where the checksum stands in the header of an upper layer that has one. */
export const CHECKSUM_OFFSET: ReadonlyMap<number, number> = new Map([
  [PROTOCOL.TCP, 16],
  [PROTOCOL.UDP, 6],
  [PROTOCOL.ICMPV6, 2],
]);

/** Writes the right transport checksum into a packet. */
export const repairChecksum = (packet: Uint8Array): Uint8Array => {
  const upper = upperLayerOf(packet);
  const offset = CHECKSUM_OFFSET.get(upper.protocol);
  if (offset === undefined || upper.laterFragment) return packet;
  writeUint16(packet, upper.offset + offset, 0);
  writeUint16(packet, upper.offset + offset, upperLayerChecksum(packet, upper.offset, upper.protocol));
  return packet;
};

/** Sends every tunnel packet through a function that may send more or other frames. */
const emitting = (change: (frame: Uint8Array, send: (frame: Uint8Array) => void) => void): Change =>
  inArea('link', (is) => ({
    transmit: (node, port, frame) => {
      const isIpv4 = readUint16(frame, 12) === 0x0800;
      if (port === 'P' || !isIpv4) is.transmit(node, port, frame);
      else
        change(frame, (each) => {
          is.transmit(node, port, each);
        });
    },
  }));

export const encapFaults: readonly Fault[] = [
  ...faultsOf('encap.any-upper-layer', {
    'nh-whitelist': inArea('encapsulation', (is) => ({
      admits: (node, question) =>
        [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.ICMPV6].some(
          (known) => known === upperLayerOf(question.inner).protocol,
        ) && is.admits(node, question),
    })),
  }),
  ...faultsOf('encap.configured-destination', {
    '6in4-decodes-6to4': inArea('mapping', (is) => ({
      outerDestination: (behaviour, config, inner, toRelay) =>
        bitsOf(inner, IPV6.DESTINATION, 0, 16) === 0x2002
          ? bitsOf(inner, IPV6.DESTINATION, 16, 32)
          : is.outerDestination(behaviour, config, inner, toRelay),
    })),
  }),
  ...faultsOf('encap.df-never-cleared-in-transit', {
    'df1-fragmented': together(
      inArea('mtu', (is) => ({
        decide: (behaviour, question) => {
          const decision = is.decide(behaviour, question);
          return decision.kind === 'too-big'
            ? { kind: 'send', dontFragment: true, fragmentAboveBytes: question.pathMtuBytes }
            : decision;
        },
      })),
      inArea('fragment', (is) => ({ flagsAndOffset: (offset, isLast) => is.flagsAndOffset(offset, isLast) | 0x4000 })),
    ),
  }),
  ...faultsOf('encap.exactly-once', {
    'double-encap': inArea('outer', (is) => ({
      assemble: (behaviour, header, payload) => {
        const once = is.assemble(behaviour, header, payload);
        return is.assemble(
          behaviour,
          { ...header, totalLength: header.totalLength + IPV4.MINIMUM_HEADER_LENGTH },
          once,
        );
      },
    })),
    dup: emitting((frame, send) => {
      send(frame);
      send(frame);
    }),
    'arp-for-inner': inArea('ipv4', () => ({
      nextHop: (_route, packet) => lowestBits(packet, IPV4.MINIMUM_HEADER_LENGTH + IPV6.DESTINATION),
    })),
  }),
  ...faultsOf('encap.flags-and-offset', {
    'df-as-mf': inArea('outer', () => ({ flagsAndOffset: (dontFragment) => (dontFragment ? 0x2000 : 0x4000) })),
    'evil-bit': inArea('outer', (is) => ({
      flagsAndOffset: (dontFragment) => is.flagsAndOffset(dontFragment) | 0x8000,
    })),
  }),
  ...faultsOf('encap.header-checksum', {
    // One carry is added back in, however many there were.
    'csum-single-fold': inArea('outer', () => ({
      headerChecksum: (header) => {
        const sum = onesComplementSum(header, 0, header.length);
        return ~((sum & 0xffff) + (sum > 0xffff ? 1 : 0)) & 0xffff;
      },
    })),
    'csum-before-ttl': checksumWithout(IPV4.TTL),
    'csum-zero': inArea('outer', () => ({ headerChecksum: () => 0 })),
    'csum-before-tos': checksumWithout(IPV4.TOS),
  }),
  ...faultsOf('encap.identification', {
    'id-constant': inArea('outer', () => ({ identification: () => 0 })),
    'id-per-flow-reset': inArea('outer', () => {
      let flow: number | undefined;
      let next = 0;
      return {
        identification: ({ inner }) => {
          const hash = flowHash(inner);
          if (hash !== flow) next = 0;
          flow = hash;
          next += 1;
          return next & 0xffff;
        },
      };
    }),
    'id-8bit': inArea('outer', (is) => ({
      identification: (context, source, protocol) => is.identification(context, source, protocol) & 0xff,
    })),
  }),
  ...faultsOf('encap.ihl-5', {
    'enc-ihl6-padding': inArea('outer', () => ({ options: () => Uint8Array.of(1, 1, 1, 1) })),
    'enc-copy-router-alert-option': inArea('outer', (is) => ({
      options: (inner) => (routerAlertIn(inner) ? Uint8Array.of(148, 4, 0, 0) : is.options(inner)),
    })),
  }),
  ...faultsOf('encap.inner-unchanged', {
    'tclass-zeroed': rewritingFrom('pods', (packet) => {
      packet[0] = 0x60;
      packet[1] = (packet[1] ?? 0) & 0x0f;
      return packet;
    }),
    'exthdr-stripped': rewritingFrom('pods', stripExtension),
    'l4csum-recomputed': rewritingFrom('pods', repairChecksum),
    'payloadlen-rewritten': rewritingFrom('pods', (packet) => {
      writeUint16(packet, IPV6.PAYLOAD_LENGTH, packet.length);
      return packet;
    }),
  }),
  ...faultsOf('encap.no-link-padding', {
    'encap-l2-padding': inArea('forwarding', (is) => ({
      packetOf: (payload) => (is.packetOf(payload) ? payload : undefined),
    })),
  }),
  ...faultsOf('encap.protocol-41', {
    'proto-copied-from-nh': inArea('outer', () => ({ protocol: ({ inner }) => inner[IPV6.NEXT_HEADER] ?? 0 })),
    'proto-4': inArea('outer', () => ({ protocol: () => PROTOCOL.IPV4 })),
  }),
  ...faultsOf('encap.source-address', {
    'src-secondary': inArea('outer', (is) => ({
      source: (context) => context.config.localAddresses[1]?.address ?? is.source(context),
    })),
    'src-is-dst': inArea('outer', () => ({ source: ({ destination }) => destination })),
  }),
  ...faultsOf('encap.source-stable-multihomed', {
    'src-follows-route': inArea('outer', (is) => ({
      source: (context) => {
        const egress = context.config.localAddresses.find((own) => own.port === context.route.port);
        return egress?.address ?? is.source(context);
      },
    })),
  }),
  ...faultsOf('encap.total-length', {
    'len-forgets-v6hdr': inArea('outer', (is) => ({
      totalLength: (length) => is.totalLength(length) - IPV6.HEADER_LENGTH,
    })),
    'len-from-frame': inArea('outer', (is) => ({ totalLength: (length) => is.totalLength(length) + 14 })),
    'len-host-order': inArea('outer', (is) => ({
      totalLength: (length) => {
        const value = is.totalLength(length);
        return ((value & 0xff) << 8) | (value >>> 8);
      },
    })),
  }),
  ...faultsOf('encap.version-4', {
    'enc-version6': inArea('outer', (is) => ({ versionAndIhl: (length) => (is.versionAndIhl(length) & 0x0f) | 0x60 })),
  }),
];
