import { delaysOf } from '../load/outcome.ts';
import type { BenchPlan } from '../plan.ts';
import type { BenchMode, Histogram } from '../result.ts';
import { delayFigures, histogramOf } from '../statistics.ts';
import { throughputOf } from './capacity.ts';
import { usualSetting, type Measurement, type Step } from './session.ts';
import { settingKey, settingText } from './setting.ts';

/** In relation to the throughput: RFC 8219 section 7.2 asks for 1; half of it shows the node without its queues. */
export const LATENCY_LOADS = [1, 0.5] as const;

/** Delays of all frames, once more for every load. */
export const latencySteps = (plan: BenchPlan, mode: BenchMode, frameSizeBytes: number): readonly Step[] => {
  const setting = usualSetting(plan, mode, frameSizeBytes);
  return Array.from({ length: plan.repetitions }, (_, repetition): Step => ({
    name: `latency ${String(repetition + 1)} of ${String(plan.repetitions)}: ${settingText(setting)}`,
    seconds: LATENCY_LOADS.length * (plan.finalSeconds + 0.2),
    run: async (measurement) => {
      for (const load of LATENCY_LOADS) await measureDelays(measurement, setting, load);
    },
  }));
};

const measureDelays = async (
  measurement: Measurement,
  setting: ReturnType<typeof usualSetting>,
  load: number,
): Promise<void> => {
  const { collected, plan, rig } = measurement;
  const throughput = await throughputOf(measurement, setting);
  const offer = await rig.offerOf(setting);
  if (throughput === undefined || offer === undefined) return;
  const { trial } = await offer(throughput * load, plan.finalSeconds);
  const delays = delaysOf(trial);
  if (delays.length === 0) return;
  const key = `${settingKey(setting)} ${String(load)}`;
  const known = collected.delays.get(key);
  const repeated = known ?? {
    setting,
    load,
    offeredRate: throughput * load,
    figures: [],
    histogram: histogramOf([]),
    frames: 0,
  };
  collected.delays.set(key, repeated);
  repeated.figures.push(delayFigures(delays));
  repeated.histogram = together(repeated.histogram, histogramOf(delays));
  repeated.frames += delays.length;
};

const together = (left: Histogram, right: Histogram): Histogram => ({
  upperNs: left.upperNs,
  counts: left.counts.map((count, index) => count + (right.counts[index] ?? 0)),
});
