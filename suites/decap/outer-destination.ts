import {
  build,
  ethernet,
  icmpv4EchoRequest,
  ipv4 as ipv4Layer,
  MacAddress,
  PROTOCOL,
} from '../../harness/packet/index.ts';
import { udpPortOf } from '../../harness/profile/index.ts';
import type { Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { decap } from './area.ts';
import { expectDroppedBeside, expectForwardedUnchanged, expectNotTakenBeside, expectPodFrame } from './judging.ts';
import { ipv4, named, peers, toPodAndSelf } from './vectors.ts';
import { needsIpv4Underlay } from '../outer-family.ts';

// RFC 4213 section 3.6 and RFC 1122 section 3.2.1.3: what the node receives without being its destination is not decapsulated,
// be it a packet that it could forward or one that only a promiscuous port lets in.
decap.case('decap.addressed-to-node', async (t) => {
  const { lab } = t;
  const { underlay } = lab;
  const others = [
    [lab.n3.ipv4, "N3's IPv4 address"],
    [lab.n2.ipv4, "the sender's own IPv4 address"],
    [underlay.unassigned, 'an unassigned address of the segment'],
    [underlay.gatewayA, 'a gateway'],
  ] as const;
  const stimuli = others.flatMap(([to, what]) =>
    toPodAndSelf(t, `tunnel packet for ${what} in a frame for the DUT`, { to }),
  );
  const foreignFrame = toPodAndSelf(t, 'tunnel packet for the DUT in a frame for another station', {
    ethernetDestination: lab.macOf(lab.n3.ipv4),
  });
  const control = named(t.fromTunnel(), 'the same packet addressed to the DUT');
  const seen = await t.exchange(...stimuli, ...foreignFrame, control);
  for (const stimulus of [...stimuli, ...foreignFrame]) expectNoDecapsulation(t, seen, stimulus);
  t.expectDelivered(seen, control);
});

/** Nothing on P and no answer of the DUT's own; forwarding the datagram as it is would be plain IPv4 routing. */
const expectNoDecapsulation = (t: TestContext, seen: Seen, stimulus: Stimulus): void => {
  const onP = seen.of(stimulus).filter(({ port }) => port === 'P');
  const [frame] = onP;
  t.expectEqual(`frames on P after the ${stimulus.title}:`, onP.length, 0, frame === undefined ? {} : { frame });
  const reply = t.echoReply(seen, stimulus);
  t.expectEqual(
    `echo reply to the ${stimulus.title}`,
    reply === undefined ? 'none' : 'sent',
    'none',
    reply === undefined ? {} : { frame: reply.frame },
  );
};

// RFC 4213 section 3.6 and RFC 3056 section 5.3: a tunnel packet addressed to the node loses its IPv4 header, and what was in
// it is routed like any other IPv6 packet: hop limit minus one, to the pod's link-layer address, from the node's own.
decap.case('decap.basic', async (t) => {
  const { lab } = t;
  const stimuli = peers(lab).flatMap((node) =>
    [lab.n1.pod(), lab.n1.pod(1)].map((destination) =>
      named(
        t.fromTunnel({ source: node.pod(), destination }, { from: node.ipv4 }),
        `valid tunnel packet from ${node.ipv4.toString()} to pod ${destination.toString()}`,
      ),
    ),
  );
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered === undefined) continue;
    expectForwardedUnchanged(t, delivered, stimulus);
    expectPodFrame(t, delivered);
  }
});

// RFC 4213 section 3.6, RFC 3964 section 5.3.1, RFC 1122 section 3.2.1.3: a tunnel packet to the limited broadcast address or to
// that of the segment is not accepted, whether the frame is a broadcast or not; answering would amplify.
decap.case('decap.broadcast-destination', { notFor: needsIpv4Underlay }, async (t) => {
  const addresses = [ipv4('255.255.255.255'), t.lab.subnetBroadcast];
  const stimuli = addresses.flatMap((to) => [
    ...toPodAndSelf(t, `tunnel packet to ${to.toString()} in a unicast frame`, { to }),
    ...toPodAndSelf(t, `tunnel packet to ${to.toString()} in a broadcast frame`, {
      to,
      ethernetDestination: MacAddress.BROADCAST,
    }),
  ]);
  await expectDroppedBeside(t, [named(t.fromTunnel(), 'the same packet to the unicast address')], stimuli);
});

// RFC 4213 section 3.6, RFC 3964 section 5.3.1, RFC 1122 section 3.2.1.3: no overlay expects tunnel packets by IPv4 multicast,
// so they are dropped, those to the group of all hosts included.
decap.case('decap.multicast-destination', { notFor: needsIpv4Underlay }, async (t) => {
  const groups = [
    ['224.0.0.1', '01:00:5e:00:00:01'],
    ['224.0.0.2', '01:00:5e:00:00:02'],
    ['239.1.1.1', '01:00:5e:01:01:01'],
  ] as const;
  const stimuli = groups.flatMap(([group, mac]) => [
    ...toPodAndSelf(t, `tunnel packet to group ${group} in a unicast frame`, { to: ipv4(group) }),
    ...toPodAndSelf(t, `tunnel packet to group ${group} in a multicast frame`, {
      to: ipv4(group),
      ethernetDestination: MacAddress.parse(mac),
    }),
  ]);
  await expectDroppedBeside(t, [named(t.fromTunnel(), 'the same packet to the unicast address')], stimuli);
});

// RFC 4213 section 3.6 and RFC 8085 section 3.1.11: protocol 41, or the one UDP port of the overlay, is what is decapsulated, and
// IPv6 is what is taken out of it. A node may refuse the rest with ICMPv4.
decap.case('decap.only-protocol-41', async (t) => {
  const { encapsulation } = t.profile;
  const ownPort = udpPortOf(t.profile);
  const protocols = [PROTOCOL.IPV4, PROTOCOL.ICMPV6, PROTOCOL.NO_NEXT_HEADER, 0, 42, 40, 98, 137, 255];
  if (ownPort === undefined) protocols.push(PROTOCOL.UDP);
  if (encapsulation.kind !== 'gre') protocols.push(PROTOCOL.GRE);
  const renumbered = protocols.flatMap((protocol) =>
    toPodAndSelf(t, `tunnel packet with outer protocol ${String(protocol)}`, { outer: { protocol } }),
  );
  const otherPort = (ownPort ?? 0) + 1;
  const inUdp = toPodAndSelf(t, `tunnel packet in UDP to port ${String(otherPort)}`, {
    udp: { destinationPort: otherPort },
  });
  const stimuli = [...renumbered, ...(ownPort === undefined ? [] : inUdp), ipv4InIpv4(t)];
  await expectNotTakenBeside(t, [named(t.fromTunnel(), 'the same packet in the framing of the overlay')], stimuli);
});

/** IPv4 in IPv4 (RFC 2003): an echo request to the DUT, which would answer if it took the inner packet for its own. */
const ipv4InIpv4 = (t: TestContext): Stimulus => {
  const { n1, n2, macs, macOf, underlay } = t.lab;
  const mark = t.mark();
  const frame = build(
    ethernet({ source: macOf(n2.ipv4), destination: macs.dut.U }),
    ipv4Layer({ source: n2.ipv4, destination: n1.ipv4 }),
    ipv4Layer({ source: underlay.gatewayA, destination: n1.ipv4 }),
    icmpv4EchoRequest({ identifier: 1, sequence: 1, data: t.tag(mark) }),
  );
  return t.raw('U', 'IPv4-in-IPv4 packet with an echo request to the DUT', frame, mark);
};
