import type { CaseRegistry } from './registry.ts';
import { sourcesText } from './requirement.ts';
import type { CaseResult, RequirementFacts } from './result.ts';

/** What a reader of the results must know of the requirements that they name, in catalogue order. */
export const requirementFacts = (registry: CaseRegistry, cases: readonly CaseResult[]): readonly RequirementFacts[] => {
  const named = new Set(
    cases.flatMap(({ requirement, violations }) => [
      requirement,
      ...violations.map((violation) => violation.requirement),
    ]),
  );
  return factsOf(registry, named);
};

/** The same of requirements that are named by their ids. */
export const factsOf = (
  { requirements }: Pick<CaseRegistry, 'requirements'>,
  named: ReadonlySet<string>,
): readonly RequirementFacts[] =>
  requirements
    .filter(({ id }) => named.has(id))
    .map((requirement) => {
      const { id, title, level, area, statement } = requirement;
      return { id, title, level, area, sources: sourcesText(requirement), statement };
    });
