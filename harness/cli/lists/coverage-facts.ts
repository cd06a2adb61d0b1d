import type { CaseRegistry } from '../../runner/registry.ts';
import type { Requirement } from '../../runner/requirement.ts';
import { coverageOf } from './coverage.ts';
import type { Listing } from './listing.ts';

/** One requirement with everything that checks it, and every defect that proves that the checks work. */
export interface CoverageEntry {
  readonly requirement: string;
  readonly level: Requirement['level'];
  /** Cases that judge it, those of other requirements too. */
  readonly cases: readonly string[];
  /** Whether a rule looks at every frame for it. */
  readonly rule: boolean;
  /** Faults that break it. */
  readonly faults: readonly string[];
  /** Those of them that the reference cannot show. */
  readonly faultsNotInReference?: readonly string[];
  /** Why nothing checks it. */
  readonly none?: string;
}

export interface CoverageFacts {
  readonly counts: {
    readonly requirements: number;
    readonly checkedByCases: number;
    readonly checkedByRulesOnly: number;
    readonly unchecked: number;
    readonly cases: number;
    readonly faults: number;
    readonly faultsNotInReference: number;
  };
  readonly requirements: readonly CoverageEntry[];
  /** The other way round: every case, with the requirements that it judges. */
  readonly cases: Readonly<Record<string, readonly string[]>>;
}

/** From every requirement to its cases and faults, and from every case to its requirements. */
export const coverageFacts = (
  registry: CaseRegistry,
  ruleRequirements: ReadonlySet<string>,
  faultsInReference: ReadonlySet<string>,
): CoverageFacts => {
  const coverage = coverageOf(registry, ruleRequirements);
  const requirements = registry.requirements.map((requirement): CoverageEntry => {
    const { cases, rule, none } = coverage(requirement);
    const faults = requirement.faults.map(({ name }) => name);
    const lacking = faults.filter((name) => !faultsInReference.has(name));
    return {
      requirement: requirement.id,
      level: requirement.level,
      cases,
      rule,
      faults,
      ...(lacking.length === 0 ? {} : { faultsNotInReference: lacking }),
      ...(none === undefined ? {} : { none }),
    };
  });
  const count = (test: (entry: CoverageEntry) => boolean): number => requirements.filter(test).length;
  const sum = (list: (entry: CoverageEntry) => readonly string[] | undefined): number =>
    requirements.reduce((total, entry) => total + (list(entry)?.length ?? 0), 0);
  return {
    counts: {
      requirements: requirements.length,
      checkedByCases: count(({ cases }) => cases.length > 0),
      checkedByRulesOnly: count(({ cases, rule }) => cases.length === 0 && rule),
      unchecked: count(({ none }) => none !== undefined),
      cases: registry.cases.length,
      faults: sum(({ faults }) => faults),
      faultsNotInReference: sum(({ faultsNotInReference }) => faultsNotInReference),
    },
    requirements,
    cases: Object.fromEntries(
      registry.cases.map(({ definition }) => [
        definition.id,
        [definition.requirement, ...(definition.alsoJudges ?? [])],
      ]),
    ),
  };
};

/** The same as a table, one requirement a line. */
export const coverageListing = (facts: CoverageFacts): Listing => ({
  what: 'requirements',
  entries: facts.requirements.map((entry) => ({
    id: entry.requirement,
    facts: { ...entry },
    cells: {
      requirement: entry.requirement,
      level: entry.level,
      cases: String(entry.cases.length),
      rule: entry.rule ? 'yes' : '-',
      faults: faultCount(entry),
      'cases, or why there are none': entry.none ?? (entry.cases.join(' ') || 'judged in the frames of all cases'),
    },
  })),
});

const faultCount = ({ faults, faultsNotInReference = [] }: CoverageEntry): string =>
  faultsNotInReference.length === 0
    ? String(faults.length)
    : `${String(faults.length)} (${String(faultsNotInReference.length)} not in the reference)`;
