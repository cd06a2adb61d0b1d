import type { Charge, ChargedViolation } from './charge.ts';
import { judge } from './judge.ts';
import { levelClass, type Requirement } from './requirement.ts';
import type { CaseRun } from './run-case.ts';
import type { Doubt, Verdict } from './verdict.ts';

/** A case with its verdict, before the target's expectations and the evidence. */
export interface JudgedCase {
  readonly id: string;
  readonly requirement: string;
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly violations: readonly ChargedViolation[];
  readonly doubts: readonly Doubt[];
  readonly notes: readonly string[];
  readonly durationMs: number;
  /** Undefined for a passive result. */
  readonly run: CaseRun | undefined;
  /** Verdict of each repetition, where there was more than one. */
  readonly repeats?: readonly Verdict[];
}

export const judgeCharge = (charge: Charge, requirementOf: (id: string) => Requirement | undefined): JudgedCase => {
  const { id, requirement, run, violations, notes } = charge;
  const doubts = run?.observations.doubts ?? [];
  // A passive result exists because a rule judged frames; a case counts what its body and the rule of its requirement judged.
  const judgements =
    run === undefined ? 1 : run.observations.judgements + (run.rules.judgedFrames.get(requirement) ?? 0);
  const level = requirementOf(requirement)?.level;
  const judgement = judge(
    {
      ...(level === undefined ? {} : { level: levelClass(level) }),
      violations: violations.map(({ violation }) => violation),
      doubts,
      judgements,
      ...(run?.error === undefined ? {} : { error: run.error }),
      ...(run?.skipped === undefined ? {} : { skipped: run.skipped }),
    },
    requirementOf,
  );
  return { id, requirement, ...judgement, violations, doubts, notes, durationMs: run?.durationMs ?? 0, run };
};

/** Which repetition is shown when they differ: the one that has most to tell. */
const TELLING: readonly Verdict[] = ['fail', 'error', 'warn', 'inconclusive', 'skip', 'pass'];

/**
 * One result for each case out of the repetitions of the whole list. Verdicts that differ make the case `inconclusive`: a
 * flaky result proves nothing either way. A passive result that a completed repetition did not show counts as a pass of it.
 */
export const combineRepetitions = (
  repetitions: readonly (readonly JudgedCase[])[],
  completed: number,
): readonly JudgedCase[] => {
  if (repetitions.length <= 1) return repetitions[0] ?? [];
  const byId = new Map<string, (JudgedCase | undefined)[]>();
  for (const [index, judged] of repetitions.entries()) {
    for (const each of judged) {
      const seen = byId.get(each.id) ?? [];
      seen[index] = each;
      byId.set(each.id, seen);
    }
  }
  return [...byId.values()].map((seen) => combine(seen, completed));
};

const combine = (seen: readonly (JudgedCase | undefined)[], completed: number): JudgedCase => {
  const present = seen.filter((each) => each !== undefined);
  const [shown] = present.toSorted((a, b) => TELLING.indexOf(a.verdict) - TELLING.indexOf(b.verdict));
  if (shown === undefined) throw new TypeError('Expected at least one repetition of a case, found none');
  const absent = shown.run === undefined ? Math.max(0, completed - present.length) : 0;
  const repeats: Verdict[] = [
    ...present.map(({ verdict }) => verdict),
    ...Array.from({ length: absent }, () => 'pass' as const),
  ];
  if (new Set(repeats).size === 1) return { ...shown, repeats };
  const reason = `verdicts differ between ${String(repeats.length)} repetitions: ${histogram(repeats)}`;
  return { ...shown, verdict: 'inconclusive', reason, repeats };
};

/** `3 pass, 1 fail`, the most frequent first. */
const histogram = (verdicts: readonly Verdict[]): string => {
  const counts = new Map<Verdict, number>();
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([verdict, count]) => `${String(count)} ${verdict}`)
    .join(', ');
};
