import { Proto41Error } from '../errors.ts';
import type { Profile } from '../profile/index.ts';
import { notForReason, requirementAppliesTo } from './applicability.ts';
import type { CaseDefinition } from './case.ts';
import { caseMatcher } from './glob.ts';
import { nearMatches } from './near-matches.ts';
import type { CaseRegistry, RegisteredCase } from './registry.ts';
import { levelClass, type LevelClass, type Requirement } from './requirement.ts';

/** What a run on the wall clock waits for unless it is told to be patient. */
export const DEFAULT_LONGEST_WAIT_SECONDS = 5;

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

export interface CaseFilter {
  /** Ids or globs; a case is selected when one matches. Everything when left out. */
  readonly caseGlobs?: readonly string[];
  readonly levels?: readonly LevelClass[];
  readonly priorities?: readonly Requirement['priority'][];
  /** Without the cases that send many packets to find what the listed vectors miss. */
  readonly withoutExhaustive?: boolean;
  /** Cases that wait longer for a timer of the protocol are skipped, with that as the reason. No limit when left out. */
  readonly longestWaitSeconds?: number;
  readonly shard?: Shard;
}

export interface SelectedCase extends RegisteredCase {
  /** The case's own word that it does not apply to the profile, or that it takes longer than was asked for. */
  readonly notFor: string | undefined;
}

/** A filter that selects nothing, or cannot be read: wrong usage, never an empty success. */
export class SelectionError extends Proto41Error {
  constructor(message: string) {
    super(message, { code: 'CASE_SELECTION', exitCode: 2 });
  }
}

/** `2/4`. Throws SelectionError unless 1 <= index <= count. */
export const parseShard = (text: string): Shard => {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (index !== undefined && count !== undefined && index >= 1 && index <= count) return { index, count };
  throw new SelectionError(`Expected a shard as i/n with 1 <= i <= n, e.g. 2/4, found ${JSON.stringify(text)}`);
};

/** The same as text again. */
export const shardText = ({ index, count }: Shard): string => `${String(index)}/${String(count)}`;

/**
 * The cases that the filter selects for a profile, in catalogue order. Shards are cut from all requirements, not from the selected
 * cases, so that a case stays in its shard whatever else is asked for, and n shards always make one whole. The cases of a requirement
 * stay together, because what other cases show of it is charged to one of them.
 *
 * @throws SelectionError when a glob matches no case of the registry at all, with near matches, or when everything that it
 * matches lies outside the other filters or the profile. An empty shard of a selection that is not empty is no error.
 */
export const selectCases = (
  registry: CaseRegistry,
  profile: Profile,
  filter: CaseFilter = {},
): readonly SelectedCase[] => {
  const named = casesNamed(registry, filter.caseGlobs);
  const filtered = named.filter(({ definition, requirement }) => {
    if (filter.withoutExhaustive === true && definition.exhaustive === true) return false;
    if (filter.levels !== undefined && !filter.levels.includes(levelClass(requirement.level))) return false;
    return filter.priorities === undefined || filter.priorities.includes(requirement.priority);
  });
  const applying = filtered.filter(({ requirement }) => requirementAppliesTo(requirement, profile));
  if (applying.length === 0) throw new SelectionError(nothingSelected(named, filtered, profile));
  const { index: shardIndex, count } = filter.shard ?? { index: 1, count: 1 };
  const places = new Map(
    [...new Set(registry.cases.map(({ requirement }) => requirement.id))].map((id, at) => [id, at]),
  );
  return applying
    .filter(({ requirement }) => (places.get(requirement.id) ?? 0) % count === shardIndex - 1)
    .map((registered) => {
      const { definition } = registered;
      const notFor = notForReason(definition, profile) ?? tooSlowReason(definition, filter.longestWaitSeconds);
      return { ...registered, notFor };
    });
};

const tooSlowReason = ({ waitSeconds = 0 }: CaseDefinition, longestWaitSeconds = Infinity): string | undefined =>
  waitSeconds > longestWaitSeconds
    ? `waits up to ${String(waitSeconds)} s for a timer of the protocol; \`run --slow\` runs it`
    : undefined;

const casesNamed = (registry: CaseRegistry, globs: readonly string[] | undefined): readonly RegisteredCase[] => {
  if (globs === undefined || globs.length === 0) return registry.cases;
  const ids = registry.cases.map(({ definition }) => definition.id);
  const matchers = globs.map((glob) => {
    const matches = caseMatcher(glob);
    if (!ids.some(matches)) throw new SelectionError(noSuchCase(glob, ids, registry));
    return matches;
  });
  return registry.cases.filter(({ definition }) => matchers.some((matches) => matches(definition.id)));
};

const noSuchCase = (glob: string, ids: readonly string[], registry: CaseRegistry): string => {
  const matches = caseMatcher(glob);
  const uncovered = registry.requirements.filter(({ id }) => matches(id));
  if (uncovered.length > 0) {
    return `Expected ${JSON.stringify(glob)} to match a case: it matches ${String(uncovered.length)} requirement(s) of the catalogue, e.g. ${String(uncovered[0]?.id)}, but no case checks them`;
  }
  const near = nearMatches(glob, ids);
  const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : 'see `proto41 list cases`';
  return `Expected ${JSON.stringify(glob)} to match a case, found none; ${hint}`;
};

const nothingSelected = (
  named: readonly RegisteredCase[],
  filtered: readonly RegisteredCase[],
  profile: Profile,
): string => {
  if (named.length === 0) return 'Expected at least one case, found none registered';
  if (filtered.length === 0) {
    return `Expected the filters to leave a case: ${String(named.length)} match by id, but none has the level or the priority that is asked for`;
  }
  const lists = [...new Set(filtered.flatMap(({ requirement }) => requirement.profiles))].join(', ');
  return `Expected a case that applies to profile ${profile.name} (${profile.catalogueProfile}): the ${String(filtered.length)} selected case(s) are for ${lists}`;
};
