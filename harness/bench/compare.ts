import { settingKey } from './measure/setting.ts';
import type { BenchResult, Setting } from './result.ts';
import type { SavedBench } from './saved.ts';

/** One setting in two runs. */
export interface Comparison {
  readonly setting: Setting;
  readonly before: number;
  readonly now: number;
  /** now / before of the medians. */
  readonly ratio: number;
  /** `same` as long as the intervals of both medians touch, or the medians are close. */
  readonly verdict: 'same' | 'faster' | 'slower';
}

export interface BenchComparison {
  readonly startedAt: string;
  /** Why the figures of the two runs should not be compared; empty where nothing speaks against it. */
  readonly caveats: readonly string[];
  readonly rows: readonly Comparison[];
}

/** Capacities side by side: they vary less than the throughput, which one lost frame decides. */
export const compareWith = (now: BenchResult, before: SavedBench): BenchComparison => ({
  startedAt: before.startedAt,
  caveats: [
    difference('target', `${before.target.name} on ${before.target.node}`, `${now.target.name} on ${now.target.node}`),
    difference('profile', before.profile.text, now.profile.text),
    difference('processor', before.machine.cpu, now.machine.cpu),
    difference('kernel', before.machine.kernel, now.machine.kernel),
  ].filter((caveat) => caveat !== undefined),
  rows: now.throughput.flatMap((one): readonly Comparison[] => {
    const other = before.throughput.find((each) => settingKey(toSetting(each)) === settingKey(one));
    if (other === undefined || other.capacity.median === 0) return [];
    const ratio = one.capacity.median / other.capacity.median;
    return [
      {
        setting: toSetting(one),
        before: other.capacity.median,
        now: one.capacity.median,
        ratio,
        verdict: verdictOf(one.capacity, other.capacity),
      },
    ];
  }),
});

const toSetting = ({
  mode,
  frameSizeBytes,
  flows,
  tunnelledShare,
}: SavedBench['throughput'][number] | Setting): Setting => ({
  mode,
  frameSizeBytes,
  flows,
  ...(tunnelledShare === undefined ? {} : { tunnelledShare }),
});

interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/** Among dozens of settings some intervals miss each other by chance, the more often the fewer repetitions there were. */
const NOTEWORTHY = 0.05;
const NOTEWORTHY_IF_UNSURE = 0.2;
const SURE = 0.95;

const verdictOf = (now: Interval, before: Interval): Comparison['verdict'] => {
  const isSure = Math.min(now.confidence, before.confidence) >= SURE;
  if (Math.abs(now.median / before.median - 1) < (isSure ? NOTEWORTHY : NOTEWORTHY_IF_UNSURE)) return 'same';
  if (now.high < before.low) return 'slower';
  return now.low > before.high ? 'faster' : 'same';
};

const difference = (what: string, before: string, now: string): string | undefined =>
  before === now ? undefined : `${what}: ${before} then, ${now} now`;
