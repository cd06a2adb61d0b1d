import { Proto41Error } from '../../errors.ts';
import { globMatcher } from '../glob.ts';
import { nearMatches } from '../near-matches.ts';
import type { CaseRegistry, RegisteredCase } from '../registry.ts';
import type { Area, Requirement } from '../requirement.ts';

/** A defect that the catalogue names. */
export interface CatalogueFault {
  readonly name: string;
  readonly defect: string;
  readonly requirement: Requirement;
}

/** A fault that can be switched on, with the cases that check its requirement. */
export interface PlannedFault extends CatalogueFault {
  readonly cases: readonly RegisteredCase[];
}

export interface FaultPlan {
  /** What the reference can show, in catalogue order. */
  readonly faults: readonly PlannedFault[];
  /** What it cannot. */
  readonly lacking: readonly CatalogueFault[];
  /** Ids of the cases about which the plan can decide whether a fault fails them: every fault of their requirement is in it. */
  readonly provableCases: readonly string[];
}

export interface FaultFilter {
  /** Names or globs; every fault when left out. */
  readonly faultGlobs?: readonly string[];
  readonly areas?: readonly Area[];
  readonly priorities?: readonly Requirement['priority'][];
}

/** A filter that leaves no fault to switch on: wrong usage, never an empty success. */
export class FaultSelectionError extends Proto41Error {
  constructor(message: string) {
    super(message, { code: 'FAULT_SELECTION', exitCode: 2 });
  }
}

/**
 * The faults to switch on. `inReference` are the names of those that the reference can show.
 *
 * @throws FaultSelectionError when a glob matches no fault of the catalogue, with near matches, or when nothing is left that
 *   the reference can show
 */
export const planFaults = (
  registry: CaseRegistry,
  inReference: ReadonlySet<string>,
  filter: FaultFilter = {},
): FaultPlan => {
  const all = registry.requirements.flatMap((requirement): CatalogueFault[] =>
    requirement.faults.map(({ name, defect }) => ({ name, defect, requirement })),
  );
  const isNamed = nameFilter(all, filter.faultGlobs);
  const isWanted = ({ area, priority }: Requirement): boolean =>
    (filter.areas?.includes(area) ?? true) && (filter.priorities?.includes(priority) ?? true);
  const selected = all.filter(({ name, requirement }) => isNamed(name) && isWanted(requirement));
  const shown = selected.filter(({ name }) => inReference.has(name));
  if (shown.length === 0) throw new FaultSelectionError(nothingLeft(selected, filter));
  return {
    faults: shown.map((fault) => ({ ...fault, cases: casesChecking(registry, fault.requirement.id) })),
    lacking: selected.filter(({ name }) => !inReference.has(name)),
    provableCases: registry.cases
      .filter(({ requirement }) => isWanted(requirement) && requirement.faults.every(({ name }) => isNamed(name)))
      .filter(({ requirement }) => filter.faultGlobs === undefined || requirement.faults.length > 0)
      .map(({ definition }) => definition.id),
  };
};

const casesChecking = (registry: CaseRegistry, requirement: string): readonly RegisteredCase[] =>
  registry.cases.filter(({ definition }) =>
    [definition.requirement, ...(definition.alsoJudges ?? [])].includes(requirement),
  );

const nameFilter = (
  all: readonly CatalogueFault[],
  globs: readonly string[] | undefined,
): ((name: string) => boolean) => {
  if (globs === undefined) return () => true;
  const names = all.map(({ name }) => name);
  const matchers = globs.map((glob) => {
    const matches = globMatcher(glob);
    if (names.some(matches)) return matches;
    const near = nearMatches(glob, names);
    const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : 'see `proto41 list faults`';
    throw new FaultSelectionError(
      `Expected ${JSON.stringify(glob)} to match a fault of the catalogue, found none; ${hint}`,
    );
  });
  return (name) => matchers.some((matches) => matches(name));
};

const nothingLeft = (selected: readonly CatalogueFault[], { areas }: FaultFilter): string => {
  const [first] = selected;
  if (first !== undefined)
    return `Expected a fault that the reference can show, found ${String(selected.length)} that it cannot, e.g. ${first.name}`;
  const where = areas === undefined ? 'the filters' : `area ${areas.join(', ')}`;
  return `Expected ${where} to leave a fault, found none; see \`proto41 list faults\``;
};
