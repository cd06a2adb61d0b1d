import { rateText } from './numbers.ts';
import { settingKey } from './measure/setting.ts';
import type { BenchResult, Setting } from './result.ts';
import type { SavedBench } from './saved.ts';
import { spreadOf } from './statistics.ts';

/** Median of a rate with its interval, in frames per second. */
export interface ComparedRate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** One setting in two runs. */
export interface Comparison {
  readonly setting: Setting;
  readonly before: ComparedRate;
  readonly now: ComparedRate;
  /** now / before of the medians. */
  readonly ratio: number;
  /**
   * `same` as long as the intervals of both medians touch, or the medians are close. `like-native` where native forwarding through the
   * same node, measured in turns, has become slower or faster as well: that is the machine, or all of the node, and not the tunnel.
   * `unknown` where they differ, and the tester limits one of them, or both.
   */
  readonly verdict: 'same' | 'faster' | 'slower' | 'like-native' | 'unknown';
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
    testerDifference(now, before),
  ].filter((caveat) => caveat !== undefined),
  rows: now.throughput.flatMap((one): readonly Comparison[] => {
    const other = find(before.throughput, one);
    if (other === undefined || other.capacity.median === 0) return [];
    return [
      {
        setting: toSetting(one),
        before: rateOf(other),
        now: rateOf(one),
        ratio: one.capacity.median / other.capacity.median,
        verdict: verdictOf(
          { one, native: nativeOf(now.throughput, one) },
          { one: other, native: nativeOf(before.throughput, other) },
        ),
      },
    ];
  }),
});

type Measured = SavedBench['throughput'][number];

const find = (all: readonly Measured[], setting: Setting | Measured): Measured | undefined =>
  all.find((each) => settingKey(toSetting(each)) === settingKey(toSetting(setting)));

const rateOf = ({ capacity: { median, low, high } }: Pick<Measured, 'capacity'>): ComparedRate => ({
  median,
  low,
  high,
});

const toSetting = ({ mode, frameSizeBytes, flows, tunnelledShare }: Measured | Setting): Setting => ({
  mode,
  frameSizeBytes,
  flows,
  ...(tunnelledShare === undefined ? {} : { tunnelledShare }),
});

/** The baseline of a setting, which is no mere lower bound: measured in turns with it, or at another time where its number of flows has none. */
const nativeOf = (all: readonly Measured[], { frameSizeBytes, flows }: Measured): Measured | undefined => {
  const natives = all.filter(
    (each) => each.mode === 'native' && each.frameSizeBytes === frameSizeBytes && each.limit !== 'tester',
  );
  return natives.find((each) => each.flows === flows) ?? natives[0];
};

interface Interval extends ComparedRate {
  readonly confidence: number;
}

/** What the tester limits is at least what was measured. */
const intervalOf = ({ capacity, limit }: Measured): Interval =>
  limit === 'tester' ? { ...capacity, high: Infinity } : capacity;

/** Among dozens of settings some intervals miss each other by chance, the more often the fewer repetitions there were. */
const NOTEWORTHY = 0.05;
const NOTEWORTHY_IF_UNSURE = 0.2;
const SURE = 0.95;

interface InItsRun {
  readonly one: Measured;
  readonly native: Measured | undefined;
}

const verdictOf = (now: InItsRun, before: InItsRun): Comparison['verdict'] => {
  const change = changeOf(intervalOf(now.one), intervalOf(before.one));
  if (change === 'same') return changeOf(now.one.capacity, before.one.capacity) === 'same' ? 'same' : 'unknown';
  if (now.one.mode === 'native') return 'like-native';
  const [relation, relationBefore] = [relationOf(now), relationOf(before)];
  if (relation === undefined || relationBefore === undefined) return change;
  return changeOf(relation, relationBefore) === change ? change : 'like-native';
};

const changeOf = (now: Interval, before: Interval): 'same' | 'faster' | 'slower' => {
  const isSure = Math.min(now.confidence, before.confidence) >= SURE;
  if (Math.abs(now.median / before.median - 1) < (isSure ? NOTEWORTHY : NOTEWORTHY_IF_UNSURE)) return 'same';
  if (now.high < before.low) return 'slower';
  return now.low > before.high ? 'faster' : 'same';
};

/** In relation to native forwarding, repetition by repetition; undefined without it. */
const relationOf = ({ one, native }: InItsRun): Interval | undefined => {
  if (native === undefined || one.limit === 'tester') return undefined;
  const ratios = one.capacity.values.flatMap((value, repetition) => {
    const base = native.capacity.values[repetition] ?? 0;
    return base === 0 ? [] : [value / base];
  });
  return ratios.length === 0 ? undefined : spreadOf(ratios);
};

const difference = (what: string, before: string, now: string): string | undefined =>
  before === now ? undefined : `${what}: ${before} then, ${now} now`;

/** What the tester does alone says how fast the machine is. */
const TESTER_DIFFERS = 0.3;

const testerDifference = (now: BenchResult, before: SavedBench): string | undefined => {
  const changes = now.tester.rates.flatMap(({ frameSizeBytes, rate }) => {
    const other = before.tester?.rates.find((each) => each.frameSizeBytes === frameSizeBytes)?.rate ?? 0;
    return other === 0 || Math.abs(rate / other - 1) < TESTER_DIFFERS
      ? []
      : [`${rateText(other)} then and ${rateText(rate)} now (${String(frameSizeBytes)} bytes)`];
  });
  return changes.length === 0 ? undefined : `frames/s of the tester alone: ${changes.join(', ')}`;
};
