import { degradation } from '../diagnose/growth.ts';
import type { BenchPlan } from '../plan.ts';
import type { ScalePoint, Setting } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { hasManyNodes } from '../traffic/peers.ts';
import { measureRate } from './throughput.ts';
import { smallestSize, type Measurement, type Step } from './session.ts';

/** Repetitions are of the cost; what a table has in it need not be measured twice. */
const MOST_REPETITIONS = 3;

/**
 * RFC 8219 section 10 with nodes: the first packet to each, what the DUT remembers of them, and what each packet costs. In between pods
 * move to other nodes, as it happens all the time where the overlay is used.
 */
export const scaleSteps = (plan: BenchPlan): readonly Step[] =>
  plan.nodeCounts.map((nodes): Step => {
    const setting: Setting = { mode: 'encap', frameSizeBytes: smallestSize(plan), flows: nodes };
    return {
      name: `scale: ${String(nodes)} nodes`,
      seconds: 3 + nodes / 1_500 + MOST_REPETITIONS * 6 * (plan.searchSeconds + 0.2),
      run: async (measurement) => {
        const { rig, collected } = measurement;
        if (!hasManyNodes(rig.bed.lab)) {
          collected.note('scale: left out, the tunnel has one far end');
          return;
        }
        const point = await measurePoint(measurement, setting);
        if (point === undefined) {
          collected.note(`scale: left out for ${String(nodes)} nodes, the domain has not as many`);
          return;
        }
        collected.scalePoints.push(point);
      },
    };
  });

const measurePoint = async (measurement: Measurement, setting: Setting): Promise<ScalePoint | undefined> => {
  const { rig, plan, collected } = measurement;
  const { frameSizeBytes, flows } = setting;
  const stream = rig.bed.stream('encap', frameSizeBytes, flows);
  if (stream === undefined) return undefined;
  const learned = await rig.learn(stream);
  const entries = await rig.bed.entries();
  collected.scale = { frameSizeBytes, stateKnown: entries !== undefined && Object.keys(entries).length > 0 };
  for (let repetition = 0; repetition < Math.min(plan.repetitions, MOST_REPETITIONS); repetition += 1)
    await measureRate(measurement, setting);
  const capacities = collected.rateOf(setting)?.capacity.filter((rate) => rate > 0) ?? [];
  const first = collected.scalePoints[0]?.capacity?.median;
  const capacity = capacities.length === 0 ? undefined : spreadOf(capacities);
  return {
    nodes: flows,
    firstPackets: { sent: learned.flows, delivered: learned.delivered },
    entries: entries ?? {},
    ...(capacity === undefined ? {} : { capacity }),
    ...(capacity === undefined || first === undefined
      ? {}
      : { degradationPercent: degradation(first, capacity.median) * 100 }),
    ...(flows >= plan.movedPods ? { moved: await movePods(measurement, setting) } : {}),
  };
};

/** A pod that moves gets an address of its new node: nobody is told, and nobody needs to be. */
const movePods = async (
  { rig, plan }: Measurement,
  { frameSizeBytes, flows }: Setting,
): Promise<NonNullable<ScalePoint['moved']>> => {
  const pods = plan.movedPods;
  const stream = rig.bed.stream('encap', frameSizeBytes, pods, `moved of ${String(flows)}`);
  if (stream === undefined) return { pods: 0, firstPackets: { sent: 0, delivered: 0 }, entries: {} };
  const learned = await rig.learn(stream);
  return {
    pods,
    firstPackets: { sent: learned.flows, delivered: learned.delivered },
    entries: (await rig.bed.entries()) ?? {},
  };
};
