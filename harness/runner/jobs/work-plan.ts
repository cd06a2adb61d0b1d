import { planGroups, type CaseGroup } from '../plan.ts';
import type { SelectedCase } from '../select-cases.ts';
import type { ProfileSelection } from '../select-profiles.ts';
import type { Unit } from './messages.ts';

/** No group is cut into pieces smaller than this: each piece may cost a set-up. */
const SMALLEST_PIECE = 4;
/** Pieces of a large group for each worker, so that none waits long for another at the end. */
const PIECES_PER_WORKER = 4;

/** The groups of each profile; the same in the process that decides and in every worker. */
export const groupsOf = (selections: readonly ProfileSelection[]): readonly (readonly CaseGroup[])[] =>
  selections.map(({ profile, selected }) => planGroups(selected, profile.switches));

export interface WorkPlan {
  /** In the order in which one job would run them. */
  readonly units: readonly Unit[];
  /** The place of a run in that order. */
  readonly placeOf: (profile: number, repetition: number, caseIndex: number) => number;
}

/** Cuts the work into units for `jobs` workers. */
export const planWork = (groups: readonly (readonly CaseGroup[])[], repetitions: number, jobs: number): WorkPlan => {
  const units: Unit[] = [];
  const places = new Map<string, number>();
  const key = (...parts: readonly number[]): string => parts.join('/');
  for (const [profile, profileGroups] of groups.entries()) {
    for (let repetition = 1; repetition <= repetitions; repetition += 1) {
      for (const [group, { cases }] of profileGroups.entries()) {
        const indexes = cases.map(({ index }: SelectedCase) => index);
        for (const index of indexes) places.set(key(profile, repetition, index), places.size);
        for (const piece of pieces(indexes, jobs))
          units.push({ id: units.length, profile, group, cases: piece, repetition });
      }
    }
  }
  return {
    units,
    placeOf: (profile, repetition, caseIndex) => {
      const place = places.get(key(profile, repetition, caseIndex));
      if (place === undefined)
        throw new RangeError(`expected a case of the plan, found ${key(profile, repetition, caseIndex)}`);
      return place;
    },
  };
};

const pieces = (indexes: readonly number[], jobs: number): readonly (readonly number[])[] => {
  const length = Math.max(SMALLEST_PIECE, Math.ceil(indexes.length / (jobs * PIECES_PER_WORKER)));
  return Array.from({ length: Math.ceil(indexes.length / length) }, (_, index) =>
    indexes.slice(index * length, (index + 1) * length),
  );
};
