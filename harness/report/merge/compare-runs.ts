import type { CaseResult, RunResult } from '../../runner/result.ts';

/** What became of a case since the baseline. */
export type Change = 'newly-failing' | 'newly-passing' | 'still-failing' | 'changed' | 'added' | 'removed';

export interface ChangedCase {
  readonly change: Change;
  readonly id: string;
  readonly profile: string;
  /** Where the run it belongs to ran: target, node and kernel. */
  readonly before: CaseResult | undefined;
  readonly after: CaseResult | undefined;
}

export interface Comparison {
  /** Everything that differs, and what fails as it did; what is unchanged and as expected is only counted. */
  readonly changes: readonly ChangedCase[];
  readonly unchanged: number;
}

const keyOf = ({ profile, id }: CaseResult): string => `${profile}\n${id}`;

/** Whether a result would make a run fail on its own. */
const isFailing = (result: CaseResult | undefined): boolean => result?.expectation.unexpected === true;

/** Compares results with those of a saved run, case by case and profile by profile. */
export const compareRuns = (baseline: Pick<RunResult, 'cases'>, current: Pick<RunResult, 'cases'>): Comparison => {
  const before = new Map(baseline.cases.map((each) => [keyOf(each), each]));
  const after = new Map(current.cases.map((each) => [keyOf(each), each]));
  const keys = [...new Set([...after.keys(), ...before.keys()])];
  const changes = keys.flatMap((key): ChangedCase[] => {
    const [old, now] = [before.get(key), after.get(key)];
    const change = changeBetween(old, now);
    const named = now ?? old;
    if (change === undefined || named === undefined) return [];
    return [{ change, id: named.id, profile: named.profile, before: old, after: now }];
  });
  return { changes, unchanged: keys.length - changes.length };
};

const changeBetween = (before: CaseResult | undefined, after: CaseResult | undefined): Change | undefined => {
  if (isFailing(after)) return isFailing(before) ? 'still-failing' : 'newly-failing';
  // A case that is gone has not been mended.
  if (after === undefined) return 'removed';
  if (isFailing(before)) return 'newly-passing';
  if (before === undefined) return 'added';
  return before.verdict === after.verdict ? undefined : 'changed';
};
