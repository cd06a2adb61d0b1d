import { destinationOptions, ETHERNET, IPV6, udp, type Layer } from '../../harness/packet/index.ts';
import type { Stimulus, TestContext, TunnelPacket } from '../../harness/tester/context.ts';
import { named } from '../decap/vectors.ts';
import { ip6ip6 } from './area.ts';

const DESTINATION_OPTIONS = 60;
const LIMIT_OPTION = 4;
const PAD1 = 0;
const NO_OPTION = -1;
/** The value of an option that stands first in a Destination Options header behind the IPv6 header. */
const VALUE_AT = IPV6.HEADER_LENGTH + 4;

const withLimit = (limit: number): Layer[] => [
  destinationOptions({ options: Uint8Array.of(LIMIT_OPTION, 1, limit) }),
  udp({ sourcePort: 41000, destinationPort: 41001 }),
];

const podPacket = (t: TestContext, limit: number): Stimulus =>
  named(t.fromPod({ layers: withLimit(limit) }), `pod packet with an encapsulation limit of ${String(limit)}`);

/** The limit in the Destination Options header of an outer packet; -1 for none. */
const outerLimitOf = ({ frame: { bytes }, outerIpv6 }: TunnelPacket): number => {
  if (outerIpv6?.nextHeader !== DESTINATION_OPTIONS) return NO_OPTION;
  const headerAt = ETHERNET.HEADER_LENGTH + IPV6.HEADER_LENGTH;
  const end = headerAt + ((bytes[headerAt + 1] ?? 0) + 1) * 8;
  let at = headerAt + 2;
  while (at + 2 < end) {
    if (bytes[at] === LIMIT_OPTION) return bytes[at + 2] ?? NO_OPTION;
    at += bytes[at] === PAD1 ? 1 : 2 + (bytes[at + 1] ?? 0);
  }
  return NO_OPTION;
};

const judge = async (t: TestContext, ownLimit: number): Promise<void> => {
  const plain = named(t.fromPod(), 'pod packet without an encapsulation limit');
  const nested = [1, 3, 255].map((limit) => ({ limit, stimulus: podPacket(t, limit) }));
  const seen = await t.exchange(plain, ...nested.map(({ stimulus }) => stimulus));
  const expected = [
    { stimulus: plain, limit: ownLimit },
    ...nested.map(({ stimulus, limit }) => ({ stimulus, limit: limit - 1 })),
  ];
  for (const { stimulus, limit } of expected) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, inner } = packet;
    t.expectEqual(`outer encapsulation limit, -1 for none (${stimulus.title})`, outerLimitOf(packet), limit, { frame });
    t.expectBytes(`inner packet (${stimulus.title})`, inner, stimulus.inner, {
      frame,
      ignore: (offset) => offset === IPV6.HOP_LIMIT,
    });
  }
  // The limit is used up: no more tunnels. The entry point says so to the source, and points at the value.
  const exhausted = podPacket(t, 0);
  t.expectIcmpv6(await t.exchange(exhausted), exhausted, { type: 4, codes: [0], parameter: VALUE_AT, via: 'P' });
};

// RFC 2473 section 4.1.1: a packet that comes with an encapsulation limit goes into the tunnel with the limit lowered by one; with a limit
// of 0 it is discarded and its source told by Parameter Problem, code 0. One that comes without gets the configured limit, if any.
ip6ip6.case(
  'ip6ip6.encapsulation-limit',
  { setup: { switches: { encapLimit: '4' } }, fresh: true, errors: 'expected' },
  (t) => judge(t, 4),
);

ip6ip6.case(
  'ip6ip6.encapsulation-limit',
  { variant: 'none-configured', setup: { switches: { encapLimit: 'off' } }, fresh: true, errors: 'expected' },
  (t) => judge(t, NO_OPTION),
);
