import { isListed, type CatalogueProfile, type Profile } from '../profile/index.ts';
import type { CaseDefinition } from './case.ts';
import type { Requirement } from './requirement.ts';

/** Whether the catalogue demands this of the profile. A switch does not decide it: the requirement says what each value demands. */
export const requirementAppliesTo = (requirement: Requirement, profile: Profile): boolean =>
  requirement.profiles.includes('all') ||
  isListed(
    profile,
    requirement.profiles.filter((name): name is CatalogueProfile => name !== 'all'),
  );

export const requirementsFor = (requirements: readonly Requirement[], profile: Profile): readonly Requirement[] =>
  requirements.filter((requirement) => requirementAppliesTo(requirement, profile));

/** Why the case itself says that it does not apply, where the catalogue says that the requirement does. */
export const notForReason = (definition: CaseDefinition, profile: Profile): string | undefined =>
  definition.notFor?.(profile);
