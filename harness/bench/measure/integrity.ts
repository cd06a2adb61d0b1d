import type { BenchPlan } from '../plan.ts';
import type { BenchMode, Setting } from '../result.ts';
import { capacityOf } from './capacity.ts';
import { usualSetting, type Measurement, type Step } from './session.ts';
import { settingText } from './setting.ts';

/** Shares of the capacity: a load that is easy, the same again, and one that is easier still. */
const LOADS = [0.5, 0.5, 0.25] as const;
/** So many frames show what happens to one in ten thousand. */
const WANTED_FRAMES = 30_000;
const LONGEST_FACTOR = 4;

/**
 * Long trials far below the capacity. Short trials at the highest rate find how fast a node is, and are too short for what happens to
 * one frame in ten thousand or once a second. Only what shows again is held against the node.
 */
export const integrityStep = (plan: BenchPlan, mode: BenchMode, frameSizeBytes: number): Step => {
  // One flow has an order to keep from each frame to the next.
  const setting = { mode, frameSizeBytes, flows: 1 };
  return {
    name: `integrity: ${settingText(setting)}`,
    seconds: plan.integritySeconds * 1.5,
    run: async (measurement) => {
      const capacity = await capacityOf(measurement, setting);
      if (capacity === undefined) return;
      for (const load of LOADS) {
        const rate = capacity * load;
        const seconds = Math.min(
          Math.max(plan.integritySeconds, WANTED_FRAMES / rate),
          plan.integritySeconds * LONGEST_FACTOR,
        );
        if (await isClean(measurement, { setting, load, rate, seconds })) return;
      }
    },
  };
};

const isClean = async (
  { rig, collected }: Measurement,
  { setting, load, rate, seconds }: { setting: Setting; load: number; rate: number; seconds: number },
): Promise<boolean> => {
  const outcome = await (await rig.offerOf(setting))?.(rate, seconds);
  if (outcome === undefined) return true;
  collected.integrity.push({ setting, load, seconds, outcome });
  const { lost, duplicated, corrupted, reordered, fragments, errors } = outcome.counts;
  return lost + duplicated + corrupted + reordered + fragments + errors === 0;
};

/** More than the node can do, from both sides. */
const CONTENTION_LOAD = 1.5;

/** Whether one direction takes from the other what is its own (RFC 8219 section 5.3 loads both equally). */
export const contentionStep = (plan: BenchPlan, frameSizeBytes: number): Step => {
  const setting = usualSetting(plan, 'both', frameSizeBytes);
  return {
    name: `contention: ${settingText(setting)}`,
    seconds: plan.finalSeconds + 1,
    run: async (measurement) => {
      const capacity = await capacityOf(measurement, setting);
      const offer = await measurement.rig.offerOf(setting);
      if (capacity === undefined || offer === undefined) return;
      const offeredRate = Math.min(capacity * CONTENTION_LOAD, measurement.highestRate(frameSizeBytes));
      const { trial } = await offer(offeredRate, plan.finalSeconds);
      const endNs = trial.sendingSeconds * 1e9;
      const delivered = Object.fromEntries(
        trial.records.map(({ stream, sent, arrivedAtNs }) => [
          stream.direction,
          arrivedAtNs.reduce((count, at) => (at <= endNs ? count + 1 : count), 0) / Math.max(1, sent),
        ]),
      );
      measurement.collected.contention.push({ setting, offeredRate, delivered });
    },
  };
};
