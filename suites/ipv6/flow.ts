import { udp } from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { ipv6 } from './area.ts';

const hex = (label: number): string => `0x${label.toString(16)}`;

// RFC 6437 section 2, RFC 4213 sections 3.1 and 3.6: a flow label that the source has set arrives as it was set.
ipv6.case('ipv6.flow-label-preserved', async (t) => {
  const labels = [1, 0xabcde, 0xfffff, 0x80000, 0x0f0f0];
  const fromPods = labels.map((flowLabel) => ({
    flowLabel,
    stimulus: {
      ...t.fromPod({ flowLabel, trafficClass: 0x01 }),
      title: `pod packet with flow label ${hex(flowLabel)}`,
    },
  }));
  const fromTunnel = labels.map((flowLabel) => ({
    flowLabel,
    stimulus: {
      ...t.fromTunnel({ flowLabel, trafficClass: 0x01 }),
      title: `tunnel packet with flow label ${hex(flowLabel)}`,
    },
  }));
  const seen = await t.exchange(...[...fromPods, ...fromTunnel].map(({ stimulus }) => stimulus));
  for (const { flowLabel, stimulus } of fromPods) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, innerHeader } = packet;
    t.expectEqual(`flow label (${stimulus.title})`, hex(innerHeader?.flowLabel ?? 0), hex(flowLabel), { frame });
  }
  for (const { flowLabel, stimulus } of fromTunnel) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered === undefined) continue;
    const { frame, header } = delivered;
    t.expectEqual(`flow label (${stimulus.title})`, hex(header.flowLabel), hex(flowLabel), { frame });
  }
});

const PACKETS_PER_PART = 512;
const FLOWS = 64;

interface Numbered {
  readonly flow: string;
  readonly index: number;
  readonly stimulus: Stimulus;
}

// RFC 6438 section 1, RFC 8085 section 5.1.1, RFC 3056 section 5.3: the packets of a flow leave in the order in which they came, one
// flow alone or among many, in both directions.
ipv6.case('ipv6.flow-order', async (t) => {
  for (const flows of [1, FLOWS]) {
    const packets = Array.from({ length: PACKETS_PER_PART }, (_, index) => index).flatMap((index) => [
      numbered(t, 'P', index, flows),
      numbered(t, 'U', index, flows),
    ]);
    const seen = await t.exchange(...packets.map(({ stimulus }) => stimulus));
    const byStimulus = new Map(packets.map((packet) => [packet.stimulus, packet]));
    const latest = new Map<string, number>();
    let arrived = 0;
    for (const frame of seen.frames) {
      const packet = frame.stimulus === undefined ? undefined : byStimulus.get(frame.stimulus);
      if (packet === undefined || frame.port === packet.stimulus.port) continue;
      arrived += 1;
      const before = latest.get(packet.flow) ?? -1;
      if (packet.index < before)
        t.violation(
          'packets of a flow in their order',
          `packet ${String(packet.index)} of ${packet.flow} after packet ${String(before)}`,
          { frame },
        );
      latest.set(packet.flow, Math.max(before, packet.index));
    }
    // Loss is the subject of another requirement; but what has not arrived cannot show its order.
    if (arrived < packets.length) t.doubt(`Only ${String(arrived)} of ${String(packets.length)} packets came out`);
    else t.expectEqual('flows seen in order', latest.size, 2 * flows);
  }
});

/** A packet of a flow that has addresses, ports and flow label of its own (RFC 6437 section 2). */
const numbered = (t: TestContext, port: 'P' | 'U', index: number, flows: number): Numbered => {
  const number = index % flows;
  const fields = { flowLabel: 0x2f000 + number, layers: [udp({ sourcePort: 42000 + number, destinationPort: 41001 })] };
  const flow = `flow ${String(number)} of ${String(flows)} from ${port}`;
  const stimulus = port === 'P' ? t.fromPod(fields) : t.fromTunnel(fields);
  return { flow, index, stimulus: { ...stimulus, title: `packet ${String(index)} of ${flow}` } };
};
