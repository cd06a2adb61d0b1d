import type { Profile } from '../profile/index.ts';
import type { CaseRegistry } from './registry.ts';
import { selectCases, SelectionError, type CaseFilter, type SelectedCase } from './select-cases.ts';

export interface ProfileSelection {
  readonly profile: Profile;
  readonly selected: readonly SelectedCase[];
}

/** The cases for each profile; a profile for which none applies is left out. Throws SelectionError when that leaves nothing. */
export const selectForProfiles = (
  registry: CaseRegistry,
  profiles: readonly Profile[],
  filter: CaseFilter = {},
): readonly ProfileSelection[] => {
  const errors: SelectionError[] = [];
  const selections = profiles.flatMap((profile) => {
    try {
      return [{ profile, selected: selectCases(registry, profile, filter) }];
    } catch (error) {
      if (!(error instanceof SelectionError)) throw error;
      errors.push(error);
      return [];
    }
  });
  if (selections.length > 0) return selections;
  throw errors[0] ?? new SelectionError('Expected at least one profile, found none');
};
