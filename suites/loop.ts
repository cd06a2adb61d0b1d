import type { Ipv4Address } from '../harness/address/index.ts';
import { Ipv4Address as Ipv4 } from '../harness/address/index.ts';
import { isBorderRelay } from '../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../harness/tester/context.ts';
import { loop } from './loop/area.ts';
import './loop/br-self-probe.ts';
import './loop/foreign-prefix.ts';
import './loop/own-link.ts';
import './loop/recursion.ts';

export { loop };

const UNREACHABLE = { type: 1 } as const;
const TIME_EXCEEDED = 3;
const FINITE_HOP_LIMIT = 16;

// RFC 8200 section 3 and RFC 4213 section 3.3: every pass through a node costs a hop, so a packet between two nodes that
// send it to each other ends. The tester plays the second node and sends back whatever comes.
loop.case('loop.finite', async (t) => {
  const { lab } = t;
  const destination = lab.n2.nodePrefix.at(0x999n);
  let stimulus: Stimulus = t.fromPod({ destination, hopLimit: FINITE_HOP_LIMIT });
  let copies = 0;
  let errors = 0;
  while (copies <= FINITE_HOP_LIMIT) {
    const seen = await t.exchange(stimulus);
    if (copies === 0 && t.expectTunnelled(seen, stimulus) === undefined) return;
    const packets = seen.tunnelPackets(stimulus);
    errors += seen.icmpv6Errors(stimulus).filter(({ type }) => type === TIME_EXCEEDED).length;
    copies += packets.length;
    const hopLimit = (packets[0]?.innerHeader?.hopLimit ?? 0) - 1;
    if (hopLimit < 0) break;
    stimulus = {
      ...t.fromTunnel({ source: lab.n1.pod(), destination, hopLimit }),
      title: `copy ${String(copies)} sent back by the second node`,
    };
  }
  if (copies > FINITE_HOP_LIMIT) {
    const legal = `at most ${String(FINITE_HOP_LIMIT)} tunnel packets out of one packet with hop limit ${String(FINITE_HOP_LIMIT)}`;
    t.violation(legal, `${String(copies)} tunnel packets, and still going on`);
  }
  t.expectEqual('number of Time Exceeded messages', errors, [0, 1]);
});

// RFC 5969 section 9.2 and RFC 3964 section 4: what came out of the tunnel does not go back into it, unless the node is a relay.
loop.case('loop.no-hairpin', { setup: { switches: { relay: 'configured' } } }, async (t) => {
  const { lab, profile } = t;
  const back = t.fromTunnel({ destination: lab.outsidePrefix.at(1n), hopLimit: 33 });
  const seen = await t.exchange(back);
  if (isBorderRelay(profile)) {
    // Behind a border relay the same destination is native: there it goes, and nowhere else.
    t.expectDelivered(seen, back);
    return;
  }
  if (profile.switches.hairpin === 'relay') {
    const packet = t.expectTunnelled(seen, back, { outerDestination: lab.underlay.relay });
    if (packet !== undefined)
      t.expectEqual('inner hop limit', packet.innerHeader?.hopLimit ?? -1, 32, { frame: packet.frame });
    return;
  }
  t.expectNothing(seen, back);
  // The route exists: the same destination is reached from a pod.
  const fromPod = t.fromPod({ destination: lab.outsidePrefix.at(1n) });
  t.expectTunnelled(await t.exchange(fromPod), fromPod, { outerDestination: lab.underlay.relay });
});

// RFC 4213 section 3.1 makes the decapsulator another node: a tunnel packet to an address of the node itself only comes back.
// As the first packet of all, and after a good one: the two may take different ways through a node that remembers routes.
loop.case('loop.own-ipv4-destination', { fresh: true }, async (t) => {
  const { lab } = t;
  const secondOwn = lab.underlay.dutSecondary;
  const toSecondOwn = (when: string): Stimulus => ({
    ...t.fromPod({ source: lab.n1.pod(2), destination: lab.node(secondOwn).pod() }),
    title: `pod packet ${when} to a destination that embeds the second own IPv4 address`,
  });
  // Somebody answers ARP for the second address, so that a packet on its way there does not wait for ever inside the DUT.
  t.answerFor(secondOwn, true);
  const first = toSecondOwn('before all others');
  t.expectNothing(await t.coldExchange(first), first, { allow: [UNREACHABLE] });

  await t.restart();
  t.answerFor(secondOwn, true);
  const vectors = [
    {
      ...t.fromPod({ destination: lab.n1.nodePrefix.at(0xbeefn) }),
      title: 'pod packet to a destination that embeds the own IPv4 address',
    },
    {
      ...t.fromPod({ source: lab.n1.pod(1), destination: lab.n1.nodePrefix.at(2n) }),
      title: 'pod packet to another one of those',
    },
    toSecondOwn('after a good one'),
  ];
  await t.expectSilence(vectors, { allow: [UNREACHABLE] });
});

// RFC 5969 section 8 and RFC 7084 L-14: the own prefix is covered by an unreachable route; only what exists is delivered.
loop.case('loop.unassigned-own-address', async (t) => {
  const { lab } = t;
  const existing = {
    ...t.fromPod({ destination: lab.n1.pod(1), hopLimit: 20 }),
    title: 'pod packet to another pod of the node',
  };
  const seen = await t.exchange(existing);
  // A router may tell the sender of the shorter way (Redirect, RFC 4861 section 8.2), so only the packet itself counts.
  const delivered = seen.podPackets(existing).filter(({ header }) => header.destination.equals(lab.n1.pod(1)));
  t.expectEqual('number of packets delivered to the existing pod', delivered.length, 1);
  t.expectEqual('hop limit of the delivered packet', delivered[0]?.header.hopLimit ?? -1, 19, delivered[0]);
  t.expectEqual('number of tunnel packets for the existing pod', seen.tunnelPackets(existing).length, 0);

  const outsideSubnet = lab.n1.nodePrefix.at((1n << BigInt(128 - lab.n1.nodePrefix.length)) - 0x1234n);
  const vectors = [
    {
      ...t.fromPod({ source: lab.n1.pod(2), destination: lab.unassignedPod, hopLimit: 64 }),
      title: 'pod packet to an unassigned address of the own prefix',
    },
    {
      ...t.fromPod({ source: lab.n1.pod(3), destination: outsideSubnet, hopLimit: 64 }),
      title: 'pod packet to an unassigned subnet of the own prefix',
    },
  ];
  await t.expectSilence(vectors, { allow: [UNREACHABLE] });
});

// The same for packets out of the tunnel: at most one Destination Unreachable, to the node that sent it.
loop.case('loop.unassigned-own-address-from-tunnel', async (t) => {
  const { lab } = t;
  const inside = {
    ...t.fromTunnel({ destination: lab.unassignedPod, hopLimit: 64 }),
    title: 'tunnel packet to an unassigned address',
  };
  const outside = {
    ...t.fromTunnel({ source: lab.outsidePrefix.at(9n), destination: lab.unassignedPod, hopLimit: 64 }),
    title: 'tunnel packet with an outside source to an unassigned address',
  };
  const seen = await t.exchange(inside, outside);
  for (const vector of [inside, outside]) {
    t.expectNothing(seen, vector, { allow: [UNREACHABLE] });
    for (const error of seen.icmpv6Errors(vector)) {
      const way = error.tunnel === undefined ? 'native' : `tunnelled to ${error.tunnel.outer.destination.toString()}`;
      t.expectEqual('the Destination Unreachable', way, wayBack(t, vector), { frame: error.frame });
    }
  }
  const control = t.fromTunnel();
  t.expectDelivered(await t.exchange(control), control);
});

const wayBack = (t: TestContext, vector: Stimulus): readonly string[] => {
  const toSender = `tunnelled to ${t.lab.n2.ipv4.toString()}`;
  if (!vector.title.includes('outside')) return [toSender];
  // Behind a border relay an outside source is native.
  if (isBorderRelay(t.profile)) return [toSender, 'native'];
  return [toSender, `tunnelled to ${t.lab.underlay.relay.toString()}`];
};

const UNUSABLE = ['127.0.0.1', '224.0.0.5', '255.255.255.255', '240.0.0.1', '0.0.0.1'];

// RFC 3056 section 9, RFC 5969 section 8: no tunnel packet to an IPv4 address that is no host, whether or not a good packet went before.
loop.case('loop.unusable-outer-destination', { fresh: true }, async (t) => {
  const embed = (outer: Ipv4Address, index: number): Stimulus => ({
    ...t.fromPod({ source: t.lab.n1.pod(index % 4), destination: t.lab.node(outer).nodePrefix.at(1n) }),
    title: `pod packet to a destination that embeds ${outer.toString()}`,
  });
  const unusable = [t.lab.subnetBroadcast, ...UNUSABLE.map((text) => Ipv4.parse(text))].filter(
    (outer) => t.lab.map?.ipv4Prefix.contains(outer) === true,
  );
  const cold = unusable.map(embed);
  const seen = await t.coldExchange(...cold);
  for (const vector of cold) t.expectNothing(seen, vector, { allow: [UNREACHABLE] });
  await t.restart();
  await t.expectSilence(unusable.map(embed), { allow: [UNREACHABLE] });
});
