import { icmpv6EchoRequest } from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { onLinkNodes } from '../on-link-nodes.ts';
import { hopLimit } from './area.ts';

const TIME_EXCEEDED = { type: 3, codes: [0] };

/** A tunnel packet for a pod with these hop limit and outer TTL. */
const tunnelPacket = (t: TestContext, innerHopLimit: number, ttl: number): Stimulus => ({
  ...t.fromTunnel({ hopLimit: innerHopLimit }, { outer: { ttl } }),
  title: `tunnel packet with hop limit ${String(innerHopLimit)} and outer TTL ${String(ttl)}`,
});

/** Delivered, and lowered by the one hop that the DUT is. */
const expectLowered = async (
  t: TestContext,
  vectors: readonly (readonly [hopLimit: number, ttl: number])[],
): Promise<void> => {
  const stimuli = vectors.map(([innerHopLimit, ttl]) => ({
    innerHopLimit,
    stimulus: tunnelPacket(t, innerHopLimit, ttl),
  }));
  const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus));
  for (const { innerHopLimit, stimulus } of stimuli) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered === undefined) continue;
    const { frame, header } = delivered;
    t.expectEqual(`hop limit on P (${stimulus.title})`, header.hopLimit, innerHopLimit - 1, { frame });
  }
};

// RFC 4213 sections 3.3 and 3.6, RFC 8200 section 3: the tunnel is one hop however many IPv4 routers it has, so a node that
// forwards what it decapsulated lowers Hop Limit by one, and the outer TTL has no part in it.
hopLimit.case('hop-limit.decap-decrement', async (t) => {
  await expectLowered(t, [
    [64, 7],
    [64, 64],
    [64, 255],
    [255, 64],
    [255, 2],
    [128, 128],
    [2, 64],
    [2, 2],
  ]);
});

// RFC 8200 section 3, RFC 4213 section 3.3, RFC 4443 section 3.3: a packet for a pod whose Hop Limit ends at the node is dropped,
// and its source learns of it from a Time Exceeded that takes the tunnel back to the node of the source.
hopLimit.case('hop-limit.decap-expired', { errors: 'expected-icmpv6' }, async (t) => {
  const [n2, other] = onLinkNodes(t.lab, 2);
  const from = [n2 ?? t.lab.n2, other ?? t.lab.n2];
  // Different pods as sources, because errors to one destination may be rate-limited.
  const stimuli = from.map(({ ipv4, pod }, index) => {
    const innerHopLimit = 1 - index;
    const title = `tunnel packet of ${ipv4.toString()} with hop limit ${String(innerHopLimit)}`;
    return {
      ipv4,
      stimulus: { ...t.fromTunnel({ source: pod(1 + index), hopLimit: innerHopLimit }, { from: ipv4 }), title },
    };
  });
  const last = { ...t.fromTunnel({ hopLimit: 2 }), title: 'tunnel packet with hop limit 2' };
  const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus), last);
  for (const { ipv4, stimulus } of stimuli) t.expectIcmpv6(seen, stimulus, { ...TIME_EXCEEDED, via: ipv4 });
  t.expectDelivered(seen, last);
});

/** What nodes start with: RFC 1700 and its successor registry say 64, others 128 or 255. */
const INITIAL_HOP_LIMITS = [64, 128, 255];

// RFC 4213 section 3.3: only a node that forwards lowers Hop Limit. What the DUT itself sends leaves with its initial value, and
// what is for the DUT itself is accepted with Hop Limit 1.
hopLimit.case('hop-limit.originated-and-consumed', async (t) => {
  const destination = t.lab.overlayAddress;
  const hopLimits = [1, 64];
  const stimuli = hopLimits.flatMap((value) => {
    const layers = [icmpv6EchoRequest({ identifier: 0x4101, sequence: value })];
    const title = `echo request to the DUT with hop limit ${String(value)}`;
    return [
      { ...t.fromTunnel({ destination, hopLimit: value, layers }), title: `${title}, through the tunnel` },
      { ...t.fromPod({ destination, hopLimit: value, layers }), title: `${title}, from a pod` },
    ];
  });
  const seen = await t.exchange(...stimuli);
  const initial = new Set<number>();
  for (const stimulus of stimuli) {
    const reply = t.echoReply(seen, stimulus);
    if (reply === undefined || seen.of(stimulus).length !== 1) {
      const frames = seen.of(stimulus);
      const errors = seen.icmpv6Errors(stimulus).map(({ type, code }) => `ICMPv6 ${String(type)}/${String(code)}`);
      const actual = `${String(frames.length)} packets (${[...errors, reply === undefined ? 'no echo reply' : 'an echo reply'].join(', ')})`;
      const [frame] = frames;
      t.violation(`one echo reply to the ${stimulus.title}`, actual, frame === undefined ? {} : { frame });
      continue;
    }
    const { frame, header } = reply;
    initial.add(header.hopLimit);
    t.expectEqual(`hop limit of the reply (${stimulus.title})`, header.hopLimit, INITIAL_HOP_LIMITS, { frame });
  }
  if (initial.size > 1)
    t.violation('the same initial hop limit in every reply', `hop limits ${[...initial].join(' and ')}`);
});

// RFC 791 section 3.2, RFC 1122 section 3.2.1.7: TTL limits forwarding, not delivery: a tunnel packet for the DUT is decapsulated
// with any outer TTL, and the inner packet is the same each time.
hopLimit.case('hop-limit.outer-ttl-on-receipt', async (t) => {
  await expectLowered(t, [
    [64, 0],
    [64, 1],
    [64, 255],
    [2, 0],
    [2, 1],
    [64, 64],
  ]);
});
