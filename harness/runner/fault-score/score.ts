import { EXIT } from '../exit-code.ts';
import { AREAS, type Area, type Requirement } from '../requirement.ts';
import type { Trial } from './trial.ts';

export type FaultOutcome =
  /** `cases` (or `<requirement>/passive`, where only rules saw it) are those that failed or warned, under the first profile in which one did. */
  | { readonly kind: 'caught'; readonly profile: string; readonly cases: readonly string[] }
  | { readonly kind: 'survived'; readonly trials: readonly Trial[] }
  /** No case checks its requirement yet. */
  | { readonly kind: 'without case' };

export interface MeasuredFault {
  readonly name: string;
  readonly defect: string;
  readonly requirement: string;
  readonly area: Area;
  readonly priority: Requirement['priority'];
  readonly outcome: FaultOutcome;
}

export interface LackingFault {
  readonly name: string;
  readonly requirement: string;
  readonly area: Area;
}

/** The proof that the checks work, or where it has holes. */
export interface FaultScore {
  readonly profiles: readonly string[];
  /** How many faults were to be measured; fewer are in `faults` when interrupted. */
  readonly planned: number;
  readonly faults: readonly MeasuredFault[];
  /** Faults of the catalogue that the reference cannot show. */
  readonly lacking: readonly LackingFault[];
  /** Cases that none of the faults of their requirement fails; absent when interrupted before that was known. */
  readonly casesThatNoFaultFails?: readonly string[];
  readonly interrupted: boolean;
  readonly durationMs: number;
}

export interface FaultCounts {
  readonly faults: number;
  readonly caught: number;
  readonly survived: number;
  readonly withoutCase: number;
  readonly lacking: number;
}

export const countFaults = (score: Pick<FaultScore, 'faults' | 'lacking'>): FaultCounts => {
  const count = (kind: FaultOutcome['kind']): number =>
    score.faults.filter(({ outcome }) => outcome.kind === kind).length;
  return {
    faults: score.faults.length,
    caught: count('caught'),
    survived: count('survived'),
    withoutCase: count('without case'),
    lacking: score.lacking.length,
  };
};

/** Counts of each area that has a fault at all, in the order of the catalogue. */
export const countsByArea = (
  score: Pick<FaultScore, 'faults' | 'lacking'>,
): readonly (FaultCounts & { readonly area: Area })[] =>
  AREAS.map((area) => ({
    area,
    ...countFaults({
      faults: score.faults.filter((fault) => fault.area === area),
      lacking: score.lacking.filter((fault) => fault.area === area),
    }),
  })).filter(({ faults, lacking }) => faults + lacking > 0);

/** 130 when interrupted, 1 when a fault survives its cases, 4 when no fault has a case, 0 when all that have one are caught. */
export const exitCodeOfScore = (score: FaultScore): number => {
  if (score.interrupted) return EXIT.interrupted;
  const { caught, survived } = countFaults(score);
  if (survived > 0) return EXIT.unexpected;
  return caught === 0 ? EXIT.undecided : EXIT.expected;
};
