import type { FieldDifference } from '../packet/field-diff.ts';

export const VERDICTS = ['pass', 'fail', 'warn', 'skip', 'inconclusive', 'error'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** One way in which what was seen is not what was demanded. */
export interface Violation {
  /** Requirement that is violated. */
  readonly requirement: string;
  /** Everything that would have been legal, in words that stand alone. */
  readonly expected: readonly string[];
  readonly actual: string;
  /** Number of the decisive frame in the evidence of the case, where there is one (absence has none). */
  readonly frameNumber?: number;
  /** Mark of the stimulus that it is about, where the case said so. */
  readonly mark?: number;
  /** The decisive frame in one line. */
  readonly frame?: string;
  /** Where in the decisive frame it is wrong, where that is known: bytes from its start, and `header.field`. */
  readonly place?: { readonly offset?: number; readonly lengthBytes?: number; readonly field?: string };
  /** The differing bytes by field name, where bytes were compared. */
  readonly differences?: readonly FieldDifference[];
  /** The case as such judged it (`case`), or a rule that looks at every frame (`rule`). */
  readonly by: 'case' | 'rule';
  /** A violation that the clause tolerates as a warning although its level is a MUST. */
  readonly tolerated?: boolean;
  /** How many frames of the case showed the same, when more than one did; the first is the one named here. */
  readonly count?: number;
  /** The case whose frames showed it, when that is not the case under whose result it stands. */
  readonly seenIn?: string;
  /** Evidence file that `frameNumber` counts in, when that is not the evidence of the result. */
  readonly evidence?: string;
}

/** What makes a verdict uncertain: the DUT stopped answering, a fence was lost, a start state could not be reached. */
export interface Doubt {
  readonly reason: string;
  readonly frameNumber?: number;
}
