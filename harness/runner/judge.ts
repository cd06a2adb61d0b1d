import { levelClass, type LevelClass, type Requirement } from './requirement.ts';
import type { Doubt, Verdict, Violation } from './verdict.ts';

/** Everything that decides the verdict of a case. */
export interface Evidence {
  readonly violations: readonly Violation[];
  readonly doubts: readonly Doubt[];
  /** Expectations that the case judged, and frames that the rule of its requirement judged. */
  readonly judgements: number;
  /** What the case threw, other than its own wish to be skipped. */
  readonly error?: string;
  /** Why the case was skipped. */
  readonly skipped?: string;
  /** Class of the requirement that the case is about; `must` unless given. */
  readonly level?: LevelClass;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason?: string;
}

/** What is known of a requirement by its id, of which only the level matters here; undefined for one that nobody knows. */
export type RequirementOf = (id: string) => Pick<Requirement, 'level'> | undefined;

/** The class of what a violation amounts to: that of its requirement, or a warning where the clause tolerates it. */
export const severity = (violation: Violation, requirementOf: RequirementOf): LevelClass => {
  if (violation.tolerated === true) return 'should';
  const requirement = requirementOf(violation.requirement);
  // A violation of something unknown cannot be excused by its level.
  return requirement === undefined ? 'must' : levelClass(requirement.level);
};

export const JUDGED_NOTHING = 'case judged nothing: no expectation was called and no rule saw a frame';

/**
 * The verdict of a case.
 *
 * - An error is an error, whatever was seen before: nobody knows what was not seen.
 * - A violation of a MUST fails, also when other things stayed in doubt.
 * - A doubt makes everything weaker `inconclusive`, a warning too, because the MUST behind it was not decided; but where the
 *   requirement itself is a SHOULD, no more than a warning was at stake, and a violation has decided it.
 * - Other violations warn (MAY: the form of what was shown is wrong).
 * - A case that judged nothing is an error: it would pass against anything.
 */
export const judge = (evidence: Evidence, requirementOf: RequirementOf): Judgement => {
  const { violations, doubts, judgements, error, skipped } = evidence;
  if (error !== undefined) return { verdict: 'error', reason: error };
  if (violations.some((violation) => severity(violation, requirementOf) === 'must')) return { verdict: 'fail' };
  if (violations.length > 0 && (evidence.level ?? 'must') !== 'must') return { verdict: 'warn' };
  if (doubts.length > 0) return { verdict: 'inconclusive', reason: doubts.map(({ reason }) => reason).join('; ') };
  if (violations.length > 0) return { verdict: 'warn' };
  if (skipped !== undefined) return { verdict: 'skip', reason: skipped };
  if (judgements === 0) return { verdict: 'error', reason: JUDGED_NOTHING };
  return { verdict: 'pass' };
};

/** Whether `--strict` turns the warnings into failures; a MAY never fails anything. */
export const failsUnderStrict = (violations: readonly Violation[], requirementOf: RequirementOf): boolean =>
  violations.some((violation) => severity(violation, requirementOf) !== 'may');
