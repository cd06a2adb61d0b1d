import type { CaseRegistry } from '../../runner/registry.ts';
import { sourcesText } from '../../runner/requirement.ts';
import { coverageOf, type Coverage } from './coverage.ts';
import type { Listing } from './listing.ts';

/** Every requirement of the catalogue with what checks it, or why nothing does. */
export const requirementListing = (registry: CaseRegistry, ruleRequirements: ReadonlySet<string>): Listing => {
  const coverage = coverageOf(registry, ruleRequirements);
  return {
    what: 'requirements',
    entries: registry.requirements.map((requirement) => {
      const checked = coverage(requirement);
      return {
        id: requirement.id,
        facts: { ...requirement, checkedBy: checked },
        cells: {
          requirement: requirement.id,
          level: requirement.level,
          'checked by': coverageText(checked),
          source: sourcesText(requirement),
          title: requirement.title,
        },
      };
    }),
  };
};

const coverageText = ({ cases, rule, none }: Coverage): string => {
  if (none !== undefined) return `none: ${none}`;
  const [first, ...others] = cases;
  const parts = first === undefined ? [] : [others.length === 0 ? first : `${first} and ${String(others.length)} more`];
  return [...parts, ...(rule ? ['rule'] : [])].join(', ');
};
