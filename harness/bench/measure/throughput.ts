import { seededRandom } from '../../random.ts';
import type { BenchMode, Setting } from '../result.ts';
import type { BenchPlan } from '../plan.ts';
import { findThroughput } from './search.ts';
import { usualSetting, type Measurement, type Step } from './session.ts';
import { settingKey, settingText } from './setting.ts';

/** Where a search begins of which nothing is known. */
const FIRST_RATE = 1_000;
/** Trials of a search that starts from nothing, and of one that knows about where the answer is. */
const FIRST_TRIALS = 10;
const LATER_TRIALS = 5;
const FINAL_TRIALS = 1.5;

/** Throughput and capacity of one setting, once more. */
export const measureRate = async (
  { rig, plan, collected, highestRate }: Measurement,
  setting: Setting,
): Promise<void> => {
  const offer = await rig.offerOf(setting);
  if (offer === undefined) {
    collected.note(`${settingText(setting)}: left out, there are not as many far ends`);
    return;
  }
  const most = highestRate(setting.frameSizeBytes);
  if (most === 0) {
    collected.note(
      `${settingText(setting)}: not measured, the tester alone loses frames at every rate; is the machine busy?`,
    );
    return;
  }
  const known = collected.rateOf(setting)?.capacity.at(-1) ?? nearestCapacity({ collected }, setting);
  const repetition = collected.rateOf(setting)?.capacity.length ?? 0;
  const found = await findThroughput({
    offer,
    startRate:
      Math.max(known ?? FIRST_RATE, FIRST_RATE / 4) * (1 + plan.resolution * offsetOf(plan, setting, repetition)),
    isGuess: known === undefined,
    highestRate: most,
    searchSeconds: plan.searchSeconds,
    finalSeconds: plan.finalSeconds,
    resolution: plan.resolution,
  });
  collected.addRate(setting, found);
};

/** Searches that begin at the same rate try the same rates, and would agree because of that. */
const offsetOf = (plan: BenchPlan, setting: Setting, repetition: number): number =>
  seededRandom(plan.seed)
    .fork(`${settingKey(setting)} ${String(repetition)}`)
    .int(1000) / 1000;

/** Of the same mode, whatever the size: a better guess than none. */
const nearestCapacity = ({ collected }: Pick<Measurement, 'collected'>, { mode }: Setting): number | undefined =>
  [...collected.rates.values()].findLast((each) => each.setting.mode === mode)?.capacity.at(-1);

/** RFC 8219 sections 7.1 and 12. The baseline and what is compared with it take turns in being first, so that no drift favours one. */
export const throughputSteps = (plan: BenchPlan): readonly Step[] =>
  Array.from({ length: plan.repetitions }, (_, repetition) => repetition).flatMap((repetition) =>
    plan.frameSizesBytes.flatMap((frameSizeBytes) =>
      inTurn(plan.modes, repetition).map((mode): Step => {
        const setting = usualSetting(plan, mode, frameSizeBytes);
        return {
          name: `throughput ${String(repetition + 1)} of ${String(plan.repetitions)}: ${settingText(setting)}`,
          seconds: searchSeconds(plan, repetition === 0),
          run: (measurement) => measureRate(measurement, setting),
        };
      }),
    ),
  );

const inTurn = (modes: readonly BenchMode[], repetition: number): readonly BenchMode[] =>
  repetition % 2 === 0 ? modes : modes.toReversed();

export const searchSeconds = (plan: BenchPlan, isFirst: boolean): number => {
  const phases = plan.settleSeconds + plan.restSeconds + 0.1;
  const trials = isFirst ? FIRST_TRIALS : LATER_TRIALS;
  return trials * (plan.searchSeconds + phases) + FINAL_TRIALS * (plan.finalSeconds + phases);
};

/**
 * Numbers of flows that are measured in turns. The usual one was measured with the throughput, at another time; it takes part again only
 * where nothing else is left to compare.
 */
export const flowsInTurns = ({ flowCounts, flows, measures }: BenchPlan): readonly number[] => {
  const others = flowCounts.filter((count) => count !== flows);
  return measures.includes('throughput') && others.length >= 2 ? others : flowCounts;
};

/** RFC 8219 section 10: the same with other numbers of flows. */
export const flowSteps = (plan: BenchPlan, modes: readonly BenchMode[], frameSizeBytes: number): readonly Step[] =>
  Array.from({ length: plan.repetitions }, (_, repetition) => repetition).flatMap((repetition) =>
    modes.flatMap((mode) =>
      flowsInTurns(plan).map((flows): Step => {
        const setting: Setting = { mode, frameSizeBytes, flows };
        return {
          name: `flows ${String(repetition + 1)} of ${String(plan.repetitions)}: ${settingText(setting)}`,
          seconds: searchSeconds(plan, false) + flows / 2000,
          run: (measurement) => measureRate(measurement, setting),
        };
      }),
    ),
  );

/** RFC 8219 section 5.3: tunnelled and native traffic at once. */
export const mixSteps = (plan: BenchPlan, frameSizeBytes: number): readonly Step[] =>
  Array.from({ length: plan.repetitions }, (_, repetition) => repetition).flatMap((repetition) =>
    plan.tunnelledShares.map((tunnelledShare): Step => {
      const setting: Setting = { mode: 'mixed', frameSizeBytes, flows: plan.flows, tunnelledShare };
      return {
        name: `mixes ${String(repetition + 1)} of ${String(plan.repetitions)}: ${settingText(setting)}`,
        seconds: searchSeconds(plan, repetition === 0),
        run: (measurement) => measureRate(measurement, setting),
      };
    }),
  );
