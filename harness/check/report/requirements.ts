import { sourcesText, type Level, type Requirement } from '../../runner/requirement.ts';

/** What a reader must know of a requirement. */
export interface RequirementText {
  readonly title: string;
  readonly level: Level;
  /** `RFC 4213 §3.5`. */
  readonly sources: string;
  readonly statement: string;
}

export type RequirementLookup = (id: string) => RequirementText | undefined;

export function lookupOf(requirements: readonly Requirement[]): RequirementLookup {
  const byId = new Map(requirements.map((requirement) => [requirement.id, requirement]));
  return (id) => {
    const requirement = byId.get(id);
    if (requirement === undefined) return undefined;
    const { title, level, statement } = requirement;
    return { title, level, statement, sources: sourcesText(requirement) };
  };
}
