import { assess } from '../../runner/assess.ts';
import type { CaseResult, Configuration, Declaration, RequirementFacts, RunResult } from '../../runner/result.ts';

/**
 * Holds results that were put together against what the target declares, as one run would: only all shards together may show that a
 * declared deviation did not occur. Under a profile for which the runs do not say what is declared, or not the same, outcomes stay.
 */
export const assessedAgain = (
  cases: readonly CaseResult[],
  runs: readonly RunResult[],
  requirements: ReadonlyMap<string, RequirementFacts>,
): readonly CaseResult[] => {
  const outcomes = new Map(
    [...new Set(cases.map(({ profile }) => profile))].flatMap((profile) => {
      const own = cases.filter((each) => each.profile === profile);
      const configuration = commonConfiguration(runs, profile);
      if (configuration === undefined) return [];
      const assessed = assess(own, {
        expectations: configuration.declared.map(({ cases: _cases, ...expectation }) => expectation),
        profile: { name: profile, text: configuration.text },
        strict: runs.some(({ strict }) => strict),
        today: lastDayOf(runs),
        requirementOf: (id) => requirements.get(id),
        casesOf: (id) => configuration.declared.find(({ requirement }) => requirement === id)?.cases ?? [],
      });
      return own.map((each, index) => [each, assessed[index] ?? each.expectation] as const);
    }),
  );
  return cases.map((each) => ({ ...each, expectation: outcomes.get(each) ?? each.expectation }));
};

interface KnownConfiguration extends Configuration {
  readonly declared: readonly Declaration[];
}

/** What all runs of a profile say of it; undefined where one says nothing, or something else than another. */
const commonConfiguration = (runs: readonly RunResult[], profile: string): KnownConfiguration | undefined => {
  const said = runs
    .filter(({ profiles }) => profiles.includes(profile))
    .map(({ configurations }) => configurations?.find((each) => each.profile === profile));
  const [first] = said;
  if (first?.declared === undefined) return undefined;
  const text = JSON.stringify(first);
  return said.every((each) => JSON.stringify(each) === text) ? { ...first, declared: first.declared } : undefined;
};

/** YYYY-MM-DD of the last run to begin: on that day a declaration may have expired. */
const lastDayOf = (runs: readonly RunResult[]): string =>
  runs
    .map(({ startedAt }) => startedAt.slice(0, 10))
    .toSorted()
    .at(-1) ?? '';
