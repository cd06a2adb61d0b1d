import { NAMED_PROFILES, parseProfile, type CatalogueProfile } from '../../profile/index.ts';
import type { CaseRegistry } from '../../runner/registry.ts';
import type { Requirement } from '../../runner/requirement.ts';

/** What checks a requirement: ids of cases, and whether a rule looks at every frame for it; or why nothing does. */
export interface Coverage {
  readonly cases: readonly string[];
  readonly rule: boolean;
  /** Set when nothing checks it. */
  readonly none?: string;
}

/** The catalogue's names of the profiles that can be asked for. */
const offeredProfiles = (): ReadonlySet<CatalogueProfile> =>
  new Set(NAMED_PROFILES.map(({ text }) => parseProfile(text).catalogueProfile));

/** Says of each requirement what checks it. `ruleRequirements` are those that a rule judges in every frame. */
export const coverageOf = (
  registry: CaseRegistry,
  ruleRequirements: ReadonlySet<string>,
): ((requirement: Requirement) => Coverage) => {
  const cases = new Map<string, string[]>();
  for (const { definition } of registry.cases) {
    for (const id of [definition.requirement, ...(definition.alsoJudges ?? [])])
      cases.set(id, [...(cases.get(id) ?? []), definition.id]);
  }
  const offered = offeredProfiles();
  return (requirement) => {
    const checkedBy = cases.get(requirement.id) ?? [];
    const rule = ruleRequirements.has(requirement.id);
    return checkedBy.length > 0 || rule
      ? { cases: checkedBy, rule }
      : { cases: [], rule, none: whyNone(requirement, offered) };
  };
};

const whyNone = ({ area, profiles, noCase }: Requirement, offered: ReadonlySet<CatalogueProfile>): string => {
  if (area === 'bench') return 'judged by `bench`, which measures';
  if (!profiles.some((profile) => profile === 'all' || offered.has(profile)))
    return `no profile offers ${profiles.join(', ')}`;
  return noCase ?? 'no case yet';
};
