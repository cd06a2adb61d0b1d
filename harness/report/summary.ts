import type { CaseResult, RunResult } from '../runner/result.ts';
import { VERDICTS, type Verdict } from '../runner/verdict.ts';
import { areaOf, lookupIn } from './lookup.ts';

export type VerdictCounts = Readonly<Record<Verdict, number>>;

export interface AreaSummary {
  readonly area: string;
  /** Expected deviations are not in these counts. */
  readonly counts: VerdictCounts;
  readonly expectedDeviations: number;
}

export interface RunSummary {
  readonly cases: number;
  /** Expected deviations are not in these counts. */
  readonly counts: VerdictCounts;
  readonly expectedDeviations: number;
  /** Verdicts that make the run fail. */
  readonly unexpected: number;
  /** In the order in which the areas first appear. */
  readonly areas: readonly AreaSummary[];
}

type Tally = { counts: Record<Verdict, number>; expectedDeviations: number };

const newTally = (): Tally => ({
  counts: { pass: 0, fail: 0, warn: 0, skip: 0, inconclusive: 0, error: 0 },
  expectedDeviations: 0,
});

const add = (tally: Tally, result: CaseResult): void => {
  if (isExpectedDeviation(result)) tally.expectedDeviations += 1;
  else tally.counts[result.verdict] += 1;
};

/** Whether a result is a deviation that the target declares, and that showed as declared. */
export const isExpectedDeviation = (result: CaseResult): boolean => result.expectation.kind === 'expected';

/** Counts verdicts, by area and in all. */
export const summarize = (result: RunResult): RunSummary => {
  const lookup = lookupIn(result);
  const total = newTally();
  const byArea = new Map<string, Tally>();
  for (const each of result.cases) {
    const area = areaOf(each.requirement, lookup);
    const tally = byArea.get(area) ?? newTally();
    byArea.set(area, tally);
    add(tally, each);
    add(total, each);
  }
  return {
    cases: result.cases.length,
    ...total,
    unexpected: result.cases.filter((each) => each.expectation.unexpected).length,
    areas: [...byArea].map(([area, tally]) => ({ area, ...tally })),
  };
};

/** `12 pass, 1 fail, 3 skip`: every verdict that occurred, `pass` and `fail` always. */
export const countsText = (summary: RunSummary): string => {
  const parts = VERDICTS.filter(
    (verdict) => verdict === 'pass' || verdict === 'fail' || summary.counts[verdict] > 0,
  ).map((verdict) => `${String(summary.counts[verdict])} ${verdict}`);
  if (summary.expectedDeviations > 0)
    parts.push(
      `${String(summary.expectedDeviations)} expected deviation${summary.expectedDeviations === 1 ? '' : 's'}`,
    );
  return parts.join(', ');
};
