import { Ipv6Address } from '../../harness/address/index.ts';
import { udp } from '../../harness/packet/index.ts';
import { onLinkNodes } from '../on-link-nodes.ts';
import { encap } from './area.ts';

// RFC 4213 section 3.5: the outer destination of a configured tunnel is its remote end, whatever the inner destination is, also
// when that looks like an address of a mechanism that embeds IPv4 addresses.
encap.case('encap.configured-destination', async (t) => {
  const { lab } = t;
  const destinations = [
    lab.n2.pod(),
    lab.n2.nodePrefix.at(0x5efe_0a00_0009n),
    lab.n3.pod(),
    lab.outsidePrefix.at(1),
    ...[
      '2002:c000:263:1::1',
      '2002:c633:641e::1',
      '2002:a00:9::1',
      '2002::1',
      '2001:0:c000:263::1',
      '2400:db8::c000:263',
      '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ].map((text) => Ipv6Address.parse(text)),
  ];
  const stimuli = destinations.map((destination) => ({
    ...t.fromPod({ destination }),
    title: `pod packet to ${destination.toString()}`,
  }));
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) t.expectTunnelled(seen, stimulus, { outerDestination: lab.n2.ipv4 });
});

const PACKETS = 500;
const FLOWS = 5;

// RFC 3056 section 5.3, RFC 4213 section 3.1: every inner packet is encapsulated once and gives one outer packet, which then
// takes the IPv4 route of its outer destination like any other; the packets of a flow stay in order.
encap.case('encap.exactly-once', async (t) => {
  const { lab } = t;
  const nodes = onLinkNodes(lab, 3);
  const stimuli = Array.from({ length: PACKETS }, (_, index) => {
    const flow = index % FLOWS;
    const node = nodes[flow % nodes.length] ?? lab.n2;
    const fields = {
      destination: node.pod(),
      flowLabel: 0x4e500 + flow,
      layers: [udp({ sourcePort: 42000 + flow, destinationPort: 41001 })],
    };
    return {
      node,
      flow,
      index,
      stimulus: { ...t.fromPod(fields), title: `pod packet ${String(index)} of ${String(PACKETS)}` },
    };
  });
  const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus));
  const latest = new Map<number, { readonly index: number; readonly frame: number }>();
  for (const { node, flow, index, stimulus } of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus, { outerDestination: node.ipv4 });
    if (packet === undefined) continue;
    const { frame, ethernetDestination, inner } = packet;
    const nextHop = lab.macOf(lab.nextHop(node.ipv4) ?? node.ipv4).toString();
    t.expectEqual(`next hop by Ethernet destination (${stimulus.title})`, ethernetDestination.toString(), nextHop, {
      frame,
    });
    t.expectEqual(`version of what is encapsulated (${stimulus.title})`, (inner[0] ?? 0) >> 4, 6, {
      frame,
    });
    const before = latest.get(flow);
    if (before !== undefined && before.frame > frame.number)
      t.violation(`packet ${String(before.index)} of the flow before packet ${String(index)}`, 'the reverse order', {
        frame,
      });
    latest.set(flow, { index, frame: frame.number });
  }
});
