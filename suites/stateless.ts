import { Ipv4Address, isUnusableTunnelEndpoint, type Ipv4Prefix } from '../harness/address/index.ts';
import { Area } from '../harness/runner/case.ts';
import type { Seen, Stimulus, TestContext } from '../harness/tester/context.ts';
import { expectNoDiscovery } from './no-discovery.ts';
import { SECOND_UNDERLAY_PORT } from './two-underlay-ports.ts';

export const stateless = new Area('stateless');

const UNREACHABLE = { type: 1 } as const;

const toNode = (t: TestContext, node: Ipv4Address, name: string, podIndex = 0): Stimulus => ({
  ...t.fromPod({ source: t.lab.n1.pod(podIndex), destination: t.lab.node(node).pod() }),
  title: `pod packet to ${name} (${node.toString()})`,
});

/** A network of the lab, which an unusual mapping may have no room for. */
const network = (t: TestContext, prefix: Ipv4Prefix | undefined, name: string): Ipv4Prefix =>
  prefix ?? t.skip(`The IPv4 prefix of the mapping has no room for a network ${name}`);

/** Different nodes of a network, drawn from the seed. */
const randomNodes = (t: TestContext, prefix: Ipv4Prefix, count: number): Ipv4Address[] => {
  const hosts = 2 ** (32 - prefix.length) - 2;
  if (hosts < count) t.skip(`${String(count)} nodes are needed; ${prefix.toString()} has ${String(hosts)}`);
  const offsets = new Set<number>();
  while (offsets.size < count) offsets.add(1 + t.random.int(hosts));
  return [...offsets].map((offset) => prefix.at(offset));
};

/** Draws per node, after which a domain counts as too small: enough to find most nodes of one that is barely large enough. */
const DRAWS_PER_NODE = 20;

/** Nodes of the overlay anywhere in its IPv4 prefix that may be endpoints: as many members as asked for, none of them the DUT. */
const anyNodes = (t: TestContext, count: number): Ipv4Address[] => {
  const { map, underlay } = t.lab;
  const common = map?.ipv4Prefix ?? t.skip('A configured tunnel has one peer');
  const nodes = new Map<number, Ipv4Address>();
  for (let draws = 0; nodes.size < count && draws < count * DRAWS_PER_NODE; draws += 1) {
    const node = common.at(t.random.int(2 ** (32 - common.length)));
    const usable = !isUnusableTunnelEndpoint(node, t.profile.switches.privateV4) && !underlay.segment.contains(node);
    if (usable && underlay.unroutable?.contains(node) !== true) nodes.set(node.toNumber(), node);
  }
  if (nodes.size < count)
    t.skip(
      `${String(count)} nodes beyond the segment are needed; ${String(nodes.size)} were found in ${common.toString()}`,
    );
  return [...nodes.values()];
};

// Nothing is kept per destination, so an unusable destination harms nobody else: not even as the first packet of all.
stateless.case('stateless.bad-destination-isolated', { fresh: true }, async (t) => {
  const { underlay } = t.lab;
  const unroutable = network(t, underlay.unroutable, 'that has no route').at(9);
  const unusable = [
    { bad: t.lab.subnetBroadcast, name: "the segment's broadcast address" },
    { bad: unroutable, name: 'a node without a route' },
  ];
  for (const [round, { bad, name }] of unusable.entries()) {
    if (round > 0) await t.restart();
    const first = toNode(t, bad, name, 3);
    const others = [toNode(t, underlay.n2, 'N2'), toNode(t, underlay.n3, 'N3')];
    const seen = await t.coldExchange(first, ...others);
    t.expectNothing(seen, first, { allow: [UNREACHABLE] });
    for (const other of others) t.expectTunnelled(seen, other);
    await t.restart();
  }
});

// A node takes the first packet of a node that it has never heard of.
stateless.case('stateless.first-packet-in', async (t) => {
  const stimuli = anyNodes(t, 1000).map((node) => ({
    ...t.fromTunnel({ source: t.lab.node(node).pod() }, { from: node }),
    title: `first tunnel packet ever from ${node.toString()}`,
  }));
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) t.expectDelivered(seen, stimulus);
});

/**
 * Has the IPv4 next hops of these nodes found, by one packet for each. That is all that a node may need to find, and of what comes
 * meanwhile it need not keep more than one packet (RFC 1122 section 2.3.2.2).
 */
const findNextHops = async (t: TestContext, nodes: readonly Ipv4Address[]): Promise<void> => {
  const byHop = new Map(nodes.map((node) => [t.lab.nextHop(node)?.toString(), node]));
  await t.exchange(...[...byHop].map(([hop, node]) => toNode(t, node, `a node behind ${hop ?? 'no next hop'}`)));
};

// The address says where a packet goes: nothing is asked, set up or waited for.
stateless.case('stateless.first-packet-out', { fresh: true }, async (t) => {
  const { underlay } = t.lab;
  const behindA = network(t, underlay.behindA, 'behind gateway A');
  const behindB = network(t, underlay.behindB, 'behind gateway B');
  const [firstA, ...restA] = randomNodes(t, behindA, 129);
  const [firstB, ...restB] = randomNodes(t, behindB, 129);
  if (firstA === undefined || firstB === undefined) return;
  await findNextHops(t, [firstA, firstB]);
  const stimuli = [...restA, ...restB].map((node) => ({ node, stimulus: toNode(t, node, 'a never-used node') }));
  const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus));
  for (const { node, stimulus } of stimuli) t.expectTunnelled(seen, stimulus, { outerDestination: node });
  expectNoDiscovery(t, seen);
});

// Nothing grows with the number of peers: the last is served like the first, and the first still is.
stateless.case('stateless.no-per-peer-growth', { fresh: true }, async (t) => {
  const nodes = anyNodes(t, 1000);
  const again = nodes.slice(0, 50);
  await findNextHops(t, nodes);
  for (const round of [nodes, again]) {
    const out = round.map((node) => ({ node, stimulus: toNode(t, node, 'one of 1000 nodes') }));
    const seen = await t.exchange(...out.map(({ stimulus }) => stimulus));
    for (const { node, stimulus } of out) t.expectTunnelled(seen, stimulus, { outerDestination: node });
    const back = round.map((node) => t.fromTunnel({ source: t.lab.node(node).pod() }, { from: node }));
    const seenBack = await t.exchange(...back);
    for (const stimulus of back) t.expectDelivered(seenBack, stimulus);
  }
});

// RFC 5969 section 9: the node has one tunnel address, whatever pod a packet comes from.
stateless.case('stateless.one-source-per-node', async (t) => {
  const { lab } = t;
  const stimuli = Array.from({ length: 64 }, (_, index) => lab.n1.pod(0x100 + index)).flatMap((source) => [
    t.fromPod({ source, destination: lab.n2.pod() }),
    t.fromPod({ source, destination: lab.n3.pod() }),
  ]);
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet !== undefined)
      t.expectEqual('outer source', packet.outer.source.toString(), lab.n1.ipv4.toString(), { frame: packet.frame });
  }
});

/** Everything of a tunnel packet that may not depend on the packets before it. Identification may, and the checksum with it. */
const fate = (seen: Seen, stimulus: Stimulus): string => {
  const packets = seen.tunnelPackets(stimulus).map(({ frame, ethernetDestination, outer }) => {
    const flags = [outer.dontFragment, outer.moreFragments, outer.reservedFlag].map(Number).join('');
    return `on ${frame.port} to ${ethernetDestination.toString()}: ${outer.source.toString()} > ${outer.destination.toString()} ttl ${String(outer.ttl)} tos ${String(outer.tos)} flags ${flags} length ${String(outer.totalLength)}`;
  });
  return packets.length === 0 ? 'no tunnel packet' : packets.join(' and ');
};

/** Every rotation, and one reversal: everybody is first and last once, and everybody's neighbours come in both orders. */
const orders = <Item>(items: readonly Item[]): Item[][] => [
  ...items.map((_, start) => [...items.slice(start), ...items.slice(0, start)]),
  items.toReversed(),
];

// The fate of a packet follows from the packet, not from what went before it.
stateless.case('stateless.order-irrelevant', { fresh: true }, async (t) => {
  const { underlay } = t.lab;
  const destinations = [
    { name: 'X behind gateway A', node: network(t, underlay.behindA, 'behind gateway A').at(33) },
    { name: 'Y behind gateway B', node: network(t, underlay.behindB, 'behind gateway B').at(44) },
    { name: 'N2 on the segment', node: underlay.n2 },
    { name: 'a node without a route', node: network(t, underlay.unroutable, 'that has no route').at(9) },
  ];
  const fates = new Map<string, Map<string, string>>();
  for (const [round, order] of orders(destinations).entries()) {
    if (round > 0) await t.restart();
    const row = order.map(({ name, node }, index) => ({ name, stimulus: toNode(t, node, name, index) }));
    const seen = await t.coldExchange(...row.map(({ stimulus }) => stimulus));
    for (const { name, stimulus } of row) {
      const known = fates.get(name) ?? new Map<string, string>();
      known.set(fate(seen, stimulus), order.map((each) => each.name).join(', '));
      fates.set(name, known);
    }
  }
  for (const [name, outcomes] of fates) {
    const [first, second] = [...outcomes];
    const actual = `${first?.[0] ?? ''} (order: ${first?.[1] ?? ''}) but ${second?.[0] ?? ''} (order: ${second?.[1] ?? ''})`;
    if (outcomes.size > 1) t.violation(`the same fate for a packet to ${name} in every order`, actual);
    else t.expectEqual(`number of different fates of a packet to ${name}`, outcomes.size, 1);
  }
  const reached = [...(fates.get('X behind gateway A')?.keys() ?? [])].some(
    (outcome) => outcome !== 'no tunnel packet',
  );
  if (!reached) t.doubt('No order brought a tunnel packet to X: nothing was compared');
});

// RFC 1812 section 5.2.1: each packet is forwarded by its own destination. Two gateways and a node on the segment show it.
stateless.case('stateless.per-packet-next-hop', async (t) => {
  const { lab } = t;
  const nodes = [
    { name: 'X behind gateway A', node: network(t, lab.underlay.behindA, 'behind gateway A').at(33) },
    { name: 'Y behind gateway B', node: network(t, lab.underlay.behindB, 'behind gateway B').at(44) },
    { name: 'N2 on the segment', node: lab.underlay.n2 },
  ];
  const stimuli = [...nodes, ...nodes.toReversed()].map(({ name, node }) => ({
    node,
    stimulus: toNode(t, node, name),
  }));
  const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus));
  for (const { node, stimulus } of stimuli) expectNextHop(t, seen, stimulus, node);
});

// The same where the next hops are on different ports.
stateless.case('stateless.per-packet-next-hop', { variant: 'two-ports', setup: SECOND_UNDERLAY_PORT }, async (t) => {
  const { lab } = t;
  const overU2 = Ipv4Address.parse(lab.map?.kind === '6to4' ? '9.9.9.9' : '10.9.0.9');
  if (lab.map?.ipv4Prefix.contains(overU2) !== true)
    t.skip('The mapping has no room for a network behind the second port');
  const nodes = [
    { name: 'X on the first port', node: network(t, lab.underlay.behindA, 'behind gateway A').at(33), port: 'U' },
    { name: 'Y on the second port', node: overU2, port: 'U2' },
  ];
  const stimuli = [...nodes, ...nodes.toReversed()].map(({ name, node, port }) => ({
    port,
    stimulus: toNode(t, node, name),
  }));
  const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus));
  for (const { port, stimulus } of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet !== undefined)
      t.expectEqual(`port of the ${stimulus.title}`, packet.frame.port, port, { frame: packet.frame });
  }
});

const expectNextHop = (t: TestContext, seen: Seen, stimulus: Stimulus, node: Ipv4Address): void => {
  const packet = t.expectTunnelled(seen, stimulus, { outerDestination: node });
  const nextHop = t.lab.nextHop(node);
  if (packet === undefined || nextHop === undefined) return;
  const legal = `${t.lab.macOf(nextHop).toString()} (${nextHop.toString()})`;
  const owner = [t.lab.underlay.gatewayA, t.lab.underlay.gatewayB, t.lab.n2.ipv4].find((each) =>
    t.lab.macOf(each).equals(packet.ethernetDestination),
  );
  const actual = `${packet.ethernetDestination.toString()} (${owner?.toString() ?? 'nobody'})`;
  t.expectEqual(`next hop of the ${stimulus.title}: MAC address`, actual, legal, { frame: packet.frame });
};

// A pod that moves takes an address of its new node, and is reached there at once; the old address still means the old node.
stateless.case('stateless.pod-moves', async (t) => {
  const { n2, n3 } = t.lab;
  const workload = 0x7777;
  const before = { ...t.fromPod({ destination: n2.pod(workload) }), title: 'pod packet to a workload on N2' };
  t.expectTunnelled(await t.exchange(before), before, { outerDestination: n2.ipv4 });
  const answer = t.fromTunnel({ source: n2.pod(workload) });
  t.expectDelivered(await t.exchange(answer), answer);

  const moved = {
    ...t.fromPod({ destination: n3.pod(workload) }),
    title: 'first pod packet to the workload after its move to N3',
  };
  t.expectTunnelled(await t.exchange(moved), moved, { outerDestination: n3.ipv4 });
  const fromNew = {
    ...t.fromTunnel({ source: n3.pod(workload) }, { from: n3.ipv4 }),
    title: 'first tunnel packet of the workload from N3',
  };
  t.expectDelivered(await t.exchange(fromNew), fromNew);
  const old = { ...t.fromPod({ destination: n2.pod(workload) }), title: 'pod packet to the old address' };
  t.expectTunnelled(await t.exchange(old), old, { outerDestination: n2.ipv4 });
});

// Nothing was learned, so nothing has to be learned again: a restart costs the packets of its own time only.
stateless.case('stateless.restart-mid-flow', { fresh: true }, async (t) => {
  const { lab } = t;
  const flow = async (when: string, first: 'out' | 'back' | undefined): Promise<void> => {
    const out = [1, 2, 3].map((number) => ({ ...t.fromPod(), title: `pod packet ${String(number)} ${when}` }));
    const back = [1, 2, 3].map((number) => ({ ...t.fromTunnel(), title: `tunnel packet ${String(number)} ${when}` }));
    const stimuli = first === 'back' ? [...back, ...out] : [...out, ...back];
    const seen = await (first === undefined ? t.exchange(...stimuli) : t.coldExchange(...stimuli));
    for (const stimulus of out) t.expectTunnelled(seen, stimulus, { outerDestination: lab.n2.ipv4 });
    for (const stimulus of back) t.expectDelivered(seen, stimulus);
  };
  await flow('before the restart', undefined);
  for (const first of ['out', 'back'] as const) {
    await t.restart();
    await flow('after a restart', first);
  }
});
