import { Ipv6Address } from '../../harness/address/index.ts';
import type { Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { flipped, ipv4, named, outerOverheadBytes, outsideAddress } from '../decap/vectors.ts';
import { security } from './area.ts';
import { isIcmp } from './judging.ts';
import { needsOuterIpv4 } from '../outer-family.ts';

/** Damaged outer and inner headers, and addresses that are nobody's: no profile accepts these. */
const badForEverybody = (t: TestContext): Stimulus[] => {
  const { lab } = t;
  const innerBytes = t.inner().length;
  const tunnel = (title: string, ...args: Parameters<TestContext['fromTunnel']>): Stimulus =>
    named(t.fromTunnel(...args), title);
  const mappedSource = Ipv6Address.parse('::ffff:192.0.2.1');
  const overhead = outerOverheadBytes(t.profile);
  return [
    ...(needsOuterIpv4(t.profile) === undefined
      ? [
          tunnel('tunnel packet with a wrong header checksum', {}, { outer: { headerChecksum: 0x1234 } }),
          tunnel('tunnel packet with IHL 4', {}, { outer: { ihl: 4 } }),
          tunnel('tunnel packet from 127.0.0.1', {}, { from: ipv4('127.0.0.1') }),
          tunnel('tunnel packet from 224.0.0.1', {}, { from: ipv4('224.0.0.1') }),
          tunnel('tunnel packet to the broadcast address of the segment', {}, { to: lab.subnetBroadcast }),
          tunnel('tunnel packet to 224.0.0.1', {}, { to: ipv4('224.0.0.1') }),
        ]
      : []),
    tunnel('tunnel packet with outer version 5', {}, { outer: { version: 5 } }),
    tunnel('tunnel packet with a Total Length of 19', {}, { outer: { totalLength: 19 } }),
    tunnel(
      'tunnel packet with a Total Length beyond the frame',
      {},
      { outer: { totalLength: overhead + innerBytes + 10 } },
    ),
    tunnel(
      'tunnel packet with an outer payload of 39 bytes',
      {},
      { outer: { totalLength: overhead + 39 }, udp: { length: 47 } },
    ),
    tunnel('tunnel packet with inner version 4', { version: 4 }),
    tunnel('tunnel packet with a Payload Length beyond the datagram', { payloadLength: innerBytes }),
    tunnel("tunnel packet from the DUT's own address", {}, { from: lab.n1.ipv4 }),
    tunnel('tunnel packet with inner source ::1', { source: Ipv6Address.parse('::1') }),
    tunnel('tunnel packet with a multicast inner source', { source: Ipv6Address.parse('ff0e::1') }),
    tunnel('tunnel packet with an IPv4-mapped inner source', { source: mappedSource }),
    tunnel('tunnel packet with an IPv4-compatible inner source', { source: Ipv6Address.parse('::192.0.2.1') }),
    tunnel('tunnel packet with a multicast inner destination', { destination: Ipv6Address.parse('ff0e::1') }),
    ...(t.profile.switches.ecnDecap === '6040'
      ? [tunnel('congested tunnel packet whose inner packet is not ECN-capable', {}, { outer: { tos: 3 } })]
      : []),
  ];
};

/** Forged, foreign and special addresses that an overlay with embedded addresses recognises. */
const badForEmbedding = (t: TestContext): Stimulus[] => {
  const { lab } = t;
  const { nativeInnerSrc, hairpin, privateV4 } = t.profile.switches;
  const tunnel = (title: string, ...args: Parameters<TestContext['fromTunnel']>): Stimulus =>
    named(t.fromTunnel(...args), title);
  const asN1Pod = { ethernetSource: lab.macOf(lab.n1.pod()) };
  const native = lab.native.routedPrefix.at(5);
  const special = ipv4('224.0.0.1');
  const embedsSpecial = lab.map?.ipv4Prefix.contains(special) === true ? lab.node(special).pod() : undefined;
  return [
    tunnel('tunnel packet from N3 with an inner source of N2', {}, { from: lab.n3.ipv4 }),
    tunnel('tunnel packet from N2 with an inner source of N3', { source: lab.n3.pod() }),
    tunnel('tunnel packet from an address whose highest bit alone differs', {}, { from: flipped(lab.n2.ipv4, 0) }),
    tunnel('tunnel packet between two outsiders', { source: outsideAddress(lab), destination: native }),
    ...(hairpin === 'deny'
      ? [tunnel('tunnel packet with an inner destination of N3', { destination: lab.n3.pod() })]
      : []),
    ...(hairpin === 'deny' ? [tunnel('tunnel packet to a native destination', { destination: native })] : []),
    ...(nativeInnerSrc === 'accept'
      ? []
      : [tunnel('tunnel packet with an inner source outside the overlay', { source: outsideAddress(lab) })]),
    ...(embedsSpecial === undefined
      ? []
      : [
          tunnel(
            'tunnel packet with an inner source that embeds 224.0.0.1',
            { source: embedsSpecial },
            { from: special },
          ),
          tunnel('tunnel packet with an inner destination that embeds 224.0.0.1', { destination: embedsSpecial }),
        ]),
    ...(privateV4 === 'deny'
      ? [
          tunnel(
            'tunnel packet from a private address',
            { source: lab.node(ipv4('10.0.0.2')).pod() },
            { from: ipv4('10.0.0.2') },
          ),
        ]
      : []),
    named(
      t.fromPod({ source: Ipv6Address.parse('::ffff:1.2.3.4'), ...asN1Pod }),
      'pod packet with an IPv4-mapped source',
    ),
    named(t.fromPod({ source: Ipv6Address.parse('ff02::1'), ...asN1Pod }), 'pod packet with a multicast source'),
    named(t.fromPod({ source: Ipv6Address.parse('::1'), ...asN1Pod }), 'pod packet with source ::1'),
  ];
};

/** Pod packets that are not encapsulated, about which the rows themselves tolerate an error to the pod. */
const maybeTold = (t: TestContext): Stimulus[] => {
  const { lab } = t;
  if (lab.map === undefined) return [];
  const spoofed = t.fromPod({ source: lab.n3.pod(), ethernetSource: lab.macOf(lab.n1.pod()) });
  const toBroadcast = lab.map.ipv4Prefix.contains(lab.subnetBroadcast)
    ? [
        named(
          t.fromPod({ destination: lab.node(lab.subnetBroadcast).pod() }),
          "pod packet to the segment's broadcast address",
        ),
      ]
    : [];
  return [
    named(spoofed, 'pod packet with a source of N3'),
    ...toBroadcast,
    named(
      t.fromPod({ destination: lab.n1.nodePrefix.at(0xdead) }),
      'pod packet to an address of nobody in the own prefix',
    ),
  ];
};

const isToPod = (seen: Seen, stimulus: Stimulus, frame: SeenFrame): boolean =>
  seen
    .icmpv6Errors(stimulus)
    .some((error) => error.frame === frame && error.tunnel === undefined && frame.port === 'P');

const expectNoIcmp = (t: TestContext, stimulus: Stimulus, frames: readonly SeenFrame[]): void => {
  const [frame] = frames;
  t.expectEqual(`ICMP messages after the ${stimulus.title}:`, frames.length, 0, frame === undefined ? {} : { frame });
};

// RFC 3056 section 9, RFC 4213 section 3.6, RFC 6040 section 4.2, RFC 5969 section 9.2: whoever forges addresses must not make the node send
// errors to the forged ones. One packet of every class that is dropped, and no ICMP of either family on any port; what came through
// instead of being dropped is for the row of that class to judge.
security.case('security.drops-silent', { errors: 'forbidden' }, async (t) => {
  const silent = [...badForEverybody(t), ...(t.lab.map === undefined ? [] : badForEmbedding(t))];
  const told = maybeTold(t);
  const controls = [named(t.fromPod(), 'pod packet to N2'), named(t.fromTunnel(), 'tunnel packet from N2')] as const;
  const seen = await t.exchange(...silent, ...told, ...controls);
  for (const stimulus of silent) expectNoIcmp(t, stimulus, seen.of(stimulus).filter(isIcmp));
  for (const stimulus of told) {
    expectNoIcmp(
      t,
      stimulus,
      seen.of(stimulus).filter((frame) => isIcmp(frame) && !isToPod(seen, stimulus, frame)),
    );
  }
  const strangers = seen.frames.filter((frame) => frame.stimulus === undefined && isIcmp(frame));
  const [stranger] = strangers;
  t.expectEqual(
    'ICMP messages about none of the packets sent:',
    strangers.length,
    0,
    stranger === undefined ? {} : { frame: stranger },
  );
  const [fromPod, fromTunnel] = controls;
  t.expectEqual('tunnel packets for the pod packet to N2:', seen.tunnelPackets(fromPod).length, 1);
  t.expectEqual('packets on P for the tunnel packet from N2:', seen.podPackets(fromTunnel).length, 1);
});
