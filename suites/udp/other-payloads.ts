import {
  build,
  concat,
  fromHex,
  gue,
  icmpv4EchoRequest,
  ipv4,
  payload,
  PROTOCOL,
  udp,
} from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { expectDroppedBeside } from '../decap/judging.ts';
import { named } from '../decap/vectors.ts';
import { udpArea } from './area.ts';
import { datagramWith } from './datagrams.ts';

/** Teredo's origin indication, and two authentication headers: without client and value, and with 4 and 8 bytes (RFC 4380 section 5.1.1). */
const INDICATORS = [
  ['an origin indication', '0000' + '1234' + 'f5ffff03'],
  ['an empty authentication header', '0001' + '0000' + '0102030405060708' + '00'],
  ['an authentication header', '0001' + '0408' + 'aabbccdd' + '1122334455667788' + '0102030405060708' + '00'],
  [
    'an authentication header and an origin indication',
    '0001' + '0000' + '0102030405060708' + '00' + '00001234f5ffff03',
  ],
] as const;

const inFrontOfIpv6 = (t: TestContext, what: string, shim: Uint8Array): Stimulus => {
  const mark = t.mark();
  return datagramWith(t, `datagram with ${what} in front of an IPv6 packet`, concat(shim, t.inner({ mark })), mark);
};

/** A whole IPv4 packet where IPv6 is due: an echo request to the DUT, which answers if it takes it for its own, and a UDP packet. */
const ipv4Packets = (t: TestContext): Stimulus[] => {
  const { n1, n2, n3, underlay } = t.lab;
  const echo = t.mark();
  const request = icmpv4EchoRequest({ identifier: 1, sequence: 1, data: t.tag(echo) });
  const passing = t.mark();
  return [
    datagramWith(
      t,
      'datagram with an IPv4 echo request to the DUT',
      build(ipv4({ source: underlay.gatewayA, destination: n1.ipv4 }), request),
      echo,
    ),
    datagramWith(
      t,
      'datagram with an IPv4 packet to N3',
      build(
        ipv4({ source: n2.ipv4, destination: n3.ipv4 }),
        udp({ sourcePort: 41000, destinationPort: 41001 }),
        payload(t.tag(passing)),
      ),
      passing,
    ),
  ];
};

const nibbles = (t: TestContext): Stimulus[] =>
  Array.from({ length: 16 }, (_, version) => version)
    .filter((version) => version !== 6)
    .map((version) => named(t.fromTunnel({ version }), `IPv6 packet whose first four bits are ${String(version)}`));

/** The first bytes of a sound packet, and bytes that are nothing at all. */
const scraps = (t: TestContext): Stimulus[] => [
  ...[0, 1, 4, 20, 39].map((lengthBytes) => {
    const mark = t.mark();
    const title =
      lengthBytes === 0 ? 'an empty datagram' : `a datagram with the first ${String(lengthBytes)} bytes of IPv6`;
    return datagramWith(t, title, t.inner({ mark }).subarray(0, lengthBytes), mark);
  }),
  ...Array.from({ length: 8 }, (_, index) => {
    const content = t.random.bytes(60 + 20 * index);
    if ((content[0] ?? 0) >>> 4 === 6) content[0] = 0xff;
    return datagramWith(t, `a datagram with ${String(content.length)} random bytes`, content);
  }),
  datagramWith(t, 'a datagram of zeros', new Uint8Array(100)),
  datagramWith(t, 'a datagram of ones', new Uint8Array(100).fill(0xff)),
];

// RFC 8085 section 3.1.11: what the FOU port carries is IPv6 and nothing else. Whatever does not begin with the version 6 is dropped as it
// is: not searched for an IPv6 header behind Teredo indicators (RFC 4380 section 5.1.1) or a GUE header, not taken for IPv4, not
// guessed at.
udpArea.case('udp.only-ipv6-payload', async (t) => {
  const shims = [
    ...INDICATORS.map(([what, hex]) => [what, fromHex(hex)] as const),
    ['a GUE header', build(gue({ protocol: PROTOCOL.IPV6 }))] as const,
    ['a GUE header that says IPv4', build(gue({ protocol: PROTOCOL.IPV4 }))] as const,
    ['an Ethernet header', fromHex('ffffffffffff' + '020000000001' + '86dd')] as const,
    ['one zero byte', new Uint8Array(1)] as const,
  ];
  const dropped = [
    ...shims.map(([what, shim]) => inFrontOfIpv6(t, what, shim)),
    ...ipv4Packets(t),
    ...nibbles(t),
    ...scraps(t),
  ];
  await expectDroppedBeside(t, [named(t.fromTunnel(), 'datagram with an IPv6 packet')], dropped);
});
