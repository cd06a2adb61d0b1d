import {
  destinationOptions,
  findLayer,
  fragmentHeader,
  icmpv6EchoRequest,
  IPV6,
  PROTOCOL,
  tcp,
  udp,
  type Layer,
} from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { InnerFields, Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { innerHeaders } from '../decap/judging.ts';
import { DYNAMIC, fullPacket, PACKET_TOO_BIG, STATIC, tell } from '../mtu/vectors.ts';
import { fragment } from './area.ts';
import { expectIntact, named } from './vectors.ts';

const MINIMUM_MTU_BYTES = 1280;
const UDP = udp({ sourcePort: 41000, destinationPort: 41001 });

const hasFragmentHeader = (frame: SeenFrame): boolean =>
  findLayer(innerHeaders(frame), 'ipv6-fragment') !== undefined ||
  findLayer(innerHeaders(frame), 'ipv6')?.header.nextHeader === PROTOCOL.FRAGMENT;

/** Packets of different protocols, since only TCP or only UDP may be cut; each from a pod of its own, whom an error reaches. */
const payloads = (): readonly (readonly [string, Layer])[] => [
  ['UDP', UDP],
  ['TCP', tcp({ sourcePort: 41000, destinationPort: 41001 })],
  ['ICMPv6', icmpv6EchoRequest({ identifier: 0x4144, sequence: 1 })],
];

const oversized = (t: TestContext, sizes: readonly number[]): Stimulus[] =>
  sizes.flatMap((lengthBytes) =>
    payloads().map(([name, layer], index) =>
      named(
        t.fromPod({ source: t.lab.n1.pod(index), lengthBytes, layers: [layer] }),
        `pod packet of ${String(lengthBytes)} bytes with ${name}`,
      ),
    ),
  );

/** Nobody has put a Fragment header into it; whether it is answered or cut at the IPv4 level is for other requirements to say. */
const expectNoneAdded = (t: TestContext, seen: Seen, stimulus: Stimulus): void => {
  const added = seen.of(stimulus).filter(hasFragmentHeader);
  const [frame] = added;
  t.expectEqual(
    `IPv6 Fragment headers added to the ${stimulus.title}:`,
    added.length,
    0,
    frame === undefined ? {} : { frame },
  );
  for (const carried of seen.tunnelPackets(stimulus))
    t.expectBytes(`inner packet of the ${stimulus.title}`, carried.inner, stimulus.inner, {
      frame: carried.frame,
      ignore: (offset) => offset === IPV6.HOP_LIMIT,
    });
};

const expectAnsweredUncut = async (t: TestContext): Promise<void> => {
  const sizes = [t.tunnelMtuBytes + 1, t.tunnelMtuBytes + 8, 1500].filter((size) => size > t.tunnelMtuBytes);
  const stimuli = oversized(
    t,
    [...new Set(sizes)].filter((size) => size <= 1500),
  );
  const fitting = named(t.fromPod({ lengthBytes: t.tunnelMtuBytes }), 'pod packet that just fits');
  const seen = await t.exchange(...stimuli, fitting);
  for (const stimulus of stimuli) {
    expectNoneAdded(t, seen, stimulus);
    const outcomes = seen.tunnelPackets(stimulus).length + seen.icmpv6Errors(stimulus).length;
    t.expectEqual(`answers or tunnel packets for the ${stimulus.title}:`, outcomes, 1);
  }
  t.expectTunnelled(seen, fitting);
  expectNoneAdded(t, seen, fitting);
};

// RFC 8200 sections 4.5 and 5, RFC 4213 section 3.2: only the source of a packet gives it a Fragment header. A node on the way that
// finds a packet too large answers with Packet Too Big, or cuts the outer packet.
fragment.case('fragment.inner-never-added', { setup: DYNAMIC }, expectAnsweredUncut);
fragment.case('fragment.inner-never-added', { variant: 'static', setup: STATIC }, expectAnsweredUncut);

// RFC 8021: not even an empty one, for a path that carries less than 1280 bytes.
fragment.case('fragment.inner-never-added', { variant: 'narrow-path', setup: DYNAMIC, fresh: true }, async (t) => {
  const packet = await fullPacket(t);
  if (packet === undefined) return;
  await tell(t, packet, 1000);
  const stimuli = oversized(t, [1000 - overheadBytes(t.profile) + 1, MINIMUM_MTU_BYTES, MINIMUM_MTU_BYTES + 8]);
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    expectNoneAdded(t, seen, stimulus);
    if (stimulus.inner.length <= MINIMUM_MTU_BYTES) t.expectTunnelled(seen, stimulus);
  }
});

// The same on the way out of the tunnel, onto a pod link that is too small.
fragment.case(
  'fragment.inner-never-added',
  { variant: 'to-pods', setup: { podMtuBytes: MINIMUM_MTU_BYTES } },
  async (t) => {
    const [fits, larger] = [MINIMUM_MTU_BYTES, MINIMUM_MTU_BYTES + 8].map((lengthBytes) =>
      named(t.fromTunnel({ lengthBytes }), `tunnel packet with ${String(lengthBytes)} bytes inside`),
    );
    if (fits === undefined || larger === undefined) return;
    const seen = await t.exchange(fits, larger);
    expectIntact(t, seen, fits);
    expectNoneAdded(t, seen, larger);
    t.expectIcmpv6(seen, larger, { type: PACKET_TOO_BIG, parameter: MINIMUM_MTU_BYTES, via: t.lab.n2.ipv4 });
  },
);

const IDENTIFICATION = 0x41_1234;

/** The fragments of a packet, each as a packet of its own, and atomic ones. */
const fragments = (): readonly (readonly [string, InnerFields])[] => {
  const header = (fragmentOffset: number, moreFragments: boolean, nextHeader: number = PROTOCOL.UDP): Layer =>
    fragmentHeader({ nextHeader, identification: IDENTIFICATION, fragmentOffset, moreFragments });
  return [
    ['a first fragment', { layers: [header(0, true), UDP], lengthBytes: 1240 }],
    ['a middle fragment', { layers: [header(149, true)], lengthBytes: 1240 }],
    ['a last fragment', { layers: [header(298, false)], lengthBytes: 113 }],
    ['a last fragment without the ones before', { layers: [header(7, false)], lengthBytes: 80 }],
    ['a fragment at the largest offset', { layers: [header(8191, false)], lengthBytes: 66 }],
    ['an atomic fragment', { layers: [header(0, false), UDP], lengthBytes: 200 }],
    [
      'an atomic fragment of ICMPv6',
      { layers: [header(0, false, PROTOCOL.ICMPV6), icmpv6EchoRequest({ sequence: 2 })] },
    ],
    ['a first fragment that ends within its UDP header', { layers: [header(0, true)], lengthBytes: 72 }],
    [
      'a first fragment behind Destination Options',
      { layers: [destinationOptions(), header(0, true), UDP], lengthBytes: 200 },
    ],
    ['a fragment whose length is no multiple of 8', { layers: [header(0, true), UDP], lengthBytes: 101 }],
    ['a fragment that overlaps another one', { layers: [header(148, true)], lengthBytes: 200 }],
  ];
};

// RFC 8200 section 4.5, RFC 4213 section 3.6: only the destination puts IPv6 fragments together. On the way each is a packet like any
// other: forwarded by itself, unchanged, whether the others come or not.
fragment.case('fragment.inner-transit', async (t) => {
  const fromPods = fragments().map(([name, fields]) => named(t.fromPod(fields), `pod packet that is ${name}`));
  const fromTunnel = fragments().map(([name, fields]) => named(t.fromTunnel(fields), `tunnel packet that is ${name}`));
  const seen = await t.exchange(...fromPods, ...fromTunnel);
  for (const stimulus of fromPods) {
    const carried = t.expectTunnelled(seen, stimulus);
    if (carried === undefined) continue;
    t.expectBytes(`inner packet of the ${stimulus.title}`, carried.inner, stimulus.inner, {
      frame: carried.frame,
      ignore: (offset) => offset === IPV6.HOP_LIMIT,
    });
    t.expectEqual('Hop Limit', carried.innerHeader?.hopLimit ?? 0, 63, { frame: carried.frame });
  }
  for (const stimulus of fromTunnel) {
    expectIntact(t, seen, stimulus);
    for (const { header, frame } of seen.podPackets(stimulus))
      t.expectEqual('Hop Limit', header.hopLimit, 63, { frame });
  }
});
