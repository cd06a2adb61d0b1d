import type { RequirementFacts, RunResult } from '../runner/result.ts';

/** Finds what a result says of a requirement; undefined for one that it does not know. */
export type RequirementLookup = (id: string) => RequirementFacts | undefined;

/** The requirements that come with a result, so that a report needs no catalogue. */
export const lookupIn = (result: RunResult): RequirementLookup => {
  const byId = new Map((result.requirements ?? []).map((each) => [each.id, each]));
  return (id) => byId.get(id);
};

/** The area that a requirement belongs to; its id starts with it, for the case that nothing more is known. */
export const areaOf = (requirementId: string, lookup: RequirementLookup): string =>
  lookup(requirementId)?.area ?? requirementId.split('.', 1)[0] ?? requirementId;
