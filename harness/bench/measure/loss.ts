import type { BenchPlan } from '../plan.ts';
import type { BenchMode, LossPoint } from '../result.ts';
import { capacityOf } from './capacity.ts';
import { usualSetting, type Step } from './session.ts';
import { settingText } from './setting.ts';

/** RFC 2544 section 26.3: from above the capacity down in steps of a tenth. */
const LOADS = [1.2, 1.1, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1] as const;
/** Until two trials in a row lose nothing. */
const LOSSLESS_IN_A_ROW = 2;

export const lossStep = (plan: BenchPlan, mode: BenchMode, frameSizeBytes: number): Step => {
  const setting = usualSetting(plan, mode, frameSizeBytes);
  return {
    name: `loss at falling rates: ${settingText(setting)}`,
    seconds: 6 * (plan.finalSeconds + 0.2),
    run: async (measurement) => {
      const capacity = await capacityOf(measurement, setting);
      const offer = await measurement.rig.offerOf(setting);
      if (capacity === undefined || offer === undefined) return;
      const points: LossPoint[] = [];
      for (const load of LOADS) {
        const offeredRate = capacity * load;
        if (offeredRate > measurement.highestRate(frameSizeBytes)) continue;
        const outcome = await offer(offeredRate, plan.finalSeconds);
        points.push({
          offeredRate,
          load,
          counts: outcome.counts,
          lossRatio: outcome.lossRatio,
          seconds: outcome.trial.sendingSeconds,
        });
        const last = points.slice(-LOSSLESS_IN_A_ROW);
        // Above the capacity a wire that loses nothing shows no loss, which is no reason to stop.
        if (load <= 1 && last.length === LOSSLESS_IN_A_ROW && last.every(({ counts }) => counts.lost === 0)) break;
      }
      measurement.collected.curves.push({ ...setting, points });
    },
  };
};
