import { IPV6 } from '../../harness/packet/index.ts';
import { udp, type Layer } from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named } from '../decap/vectors.ts';
import { ip6ip6 } from './area.ts';

const FLOWS = 256;
const PACKETS_PER_FLOW = 4;
/** Of 256 labels drawn from 2^20, hardly two are the same; some room for hashes of fewer bits. */
const LEAST_LABELS = 240;

const portsOf = (flow: number): Layer[] => [udp({ sourcePort: 10_000 + flow, destinationPort: 41001 })];

/** A packet of a flow: its ports and its flow label. */
const ofFlow = (t: TestContext, flow: number, number: number): Stimulus =>
  named(t.fromPod({ flowLabel: flow + 1, layers: portsOf(flow) }), `packet ${String(number)} of flow ${String(flow)}`);

// RFC 2473 sections 3.1, 5 and 6.1: the outer header names what is behind it (41, at most behind a Destination Options header), starts with
// the configured hop limit whatever the inner one is, and the inner packet is carried as it is, one hop older.
ip6ip6.case('ip6ip6.header', async (t) => {
  const { outerTtl, encapsulation, switches } = t.profile;
  const protocol = { 'protocol-41': 41, fou: 17, gue: 17, gre: 47 }[encapsulation.kind];
  const stimuli = [2, 64, 255].flatMap((hopLimit) =>
    [60, t.tunnelMtuBytes].map((lengthBytes) =>
      named(
        t.fromPod({ hopLimit, lengthBytes }),
        `pod packet of ${String(lengthBytes)} bytes with hop limit ${String(hopLimit)}`,
      ),
    ),
  );
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus, { outerDestination: t.lab.n2.ipv4 });
    if (packet?.outerIpv6 === undefined) continue;
    const { frame, outer, outerIpv6, inner, innerHeader } = packet;
    const innerHopLimit = stimulus.inner[IPV6.HOP_LIMIT] ?? 0;
    t.expectEqual(`outer version (${stimulus.title})`, outerIpv6.version, 6, { frame });
    t.expectEqual(`protocol behind the outer headers (${stimulus.title})`, outer.protocol, protocol, { frame });
    const direct = switches.encapLimit === 'off' ? protocol : 60;
    t.expectEqual(`outer Next Header (${stimulus.title})`, outerIpv6.nextHeader, direct, { frame });
    const hopLimit = switches.ttl === 'inherit' ? innerHopLimit - 1 : outerTtl;
    t.expectEqual(`outer Hop Limit (${stimulus.title})`, outerIpv6.hopLimit, hopLimit, { frame });
    const outerSource = outer.source.toString();
    t.expectEqual(`outer source (${stimulus.title})`, outerSource, t.lab.n1.ipv4.toString(), { frame });
    t.expectEqual(`inner Hop Limit (${stimulus.title})`, innerHeader?.hopLimit ?? -1, innerHopLimit - 1, { frame });
    t.expectBytes(`inner packet (${stimulus.title})`, inner, stimulus.inner, {
      frame,
      ignore: (offset) => offset === IPV6.HOP_LIMIT,
    });
  }
});

// RFC 6438 section 3: the outer flow label is derived from the inner flow: one value for a flow, so that its packets take one
// way, and different ones for different flows.
ip6ip6.case('ip6ip6.header', { variant: 'flow-labels' }, async (t) => {
  const packets = Array.from({ length: FLOWS * PACKETS_PER_FLOW }, (_, index) => {
    const flow = index % FLOWS;
    return { flow, stimulus: ofFlow(t, flow, Math.floor(index / FLOWS)) };
  });
  const seen = await t.exchange(...packets.map(({ stimulus }) => stimulus));
  const labels = new Map<number, number>();
  for (const { flow, stimulus } of packets) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet?.outerIpv6 === undefined) continue;
    const { flowLabel } = packet.outerIpv6;
    const known = labels.get(flow) ?? flowLabel;
    labels.set(flow, known);
    t.expectEqual(`outer flow label (${stimulus.title})`, flowLabel, known, { frame: packet.frame });
  }
  if (labels.size < FLOWS) return;
  const different = new Set(labels.values()).size;
  const expected = `at least ${String(LEAST_LABELS)}`;
  const found = different >= LEAST_LABELS ? expected : String(different);
  t.expectEqual(`different outer flow labels of ${String(FLOWS)} flows:`, found, expected);
});
