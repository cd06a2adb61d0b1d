import { grouped } from '../../grouped.ts';
import { judge, JUDGED_NOTHING, type RequirementOf } from '../../runner/judge.ts';
import { PASSIVE_VARIANT } from '../../runner/registry.ts';
import { levelClass } from '../../runner/requirement.ts';
import type { CaseResult, ExpectationOutcome, RequirementFacts } from '../../runner/result.ts';
import type { Verdict } from '../../runner/verdict.ts';

/** The results of several runs as those of one: each case once, and what only rules found under the case of its requirement. */
export const mergedCases = (
  cases: readonly CaseResult[],
  requirements: ReadonlyMap<string, RequirementFacts>,
): readonly CaseResult[] => withPassiveFolded(oncePerCase(cases, requirements), requirements);

const keyOf = ({ profile, id }: CaseResult): string => `${profile}\n${id}`;

type Requirements = ReadonlyMap<string, RequirementFacts>;

/** The same case in several runs is one result; if the runs disagree it is none that anybody can rely on. */
const oncePerCase = (cases: readonly CaseResult[], requirements: Requirements): readonly CaseResult[] =>
  [...grouped(cases, keyOf).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    if (isPassive(first)) return [same.reduce((into, other) => withViolationsOf(into, other, requirements))];
    const repeats = same.flatMap((each) => each.repeats ?? [each.verdict]);
    if (new Set(same.map(({ verdict }) => verdict)).size === 1)
      return [same.length === 1 ? first : { ...first, repeats }];
    return [{ ...worst(same), verdict: 'inconclusive' as const, ...disagreement(repeats), repeats }];
  });

const disagreement = (repeats: readonly Verdict[]): Pick<CaseResult, 'doubts' | 'reason' | 'expectation'> => {
  const reason = `the runs disagree: ${repeats.join(', ')}`;
  return { reason, doubts: [{ reason }], expectation: { kind: 'none', unexpected: true } };
};

const SEVERITY: readonly Verdict[] = ['skip', 'pass', 'warn', 'inconclusive', 'fail', 'error'];

const worst = (cases: readonly CaseResult[]): CaseResult =>
  cases.reduce((one, other) => (SEVERITY.indexOf(other.verdict) > SEVERITY.indexOf(one.verdict) ? other : one));

const isPassive = ({ id }: CaseResult): boolean => id.endsWith(`/${PASSIVE_VARIANT}`);

/**
 * What rules found in frames of other cases stands under the requirement's own case where that ran too, as in one run; a shard that did
 * not run that case has a result of its own for it.
 */
const withPassiveFolded = (cases: readonly CaseResult[], requirements: Requirements): readonly CaseResult[] => {
  const result = cases.filter((each) => !isPassive(each));
  const movedTo = new Map<string, string>();
  for (const passive of cases.filter(isPassive)) {
    const own = result.filter((each) => each.requirement === passive.requirement && each.profile === passive.profile);
    const into = own.find(({ verdict }) => verdict !== 'skip') ?? own[0];
    if (into === undefined) {
      result.push(passive);
      continue;
    }
    result[result.indexOf(into)] = withViolationsOf(into, passive, requirements);
    movedTo.set(keyOf(passive), into.id);
  }
  return result.map((each) => ({ ...each, notes: each.notes.map((note) => withPlaces(note, each.profile, movedTo)) }));
};

/** `its frames also violate X: see X/passive`, where X has a case in another shard. */
const withPlaces = (note: string, profile: string, movedTo: ReadonlyMap<string, string>): string =>
  note.replace(/(?<=: see )\S+$/, (id) => movedTo.get(`${profile}\n${id}`) ?? id);

const withViolationsOf = (into: CaseResult, other: CaseResult, requirements: Requirements): CaseResult => {
  const { reason: _reason, ...rest } = into;
  const violations = [...into.violations, ...other.violations];
  return {
    ...rest,
    ...judgedAgain({ ...into, violations }, (id) => requirements.get(id)),
    expectation: combined(into, other),
    violations,
  };
};

/** The verdict by the rules of a run, now that there is more to be seen. */
const judgedAgain = (
  { requirement, verdict, reason = '', doubts, violations, repeats }: CaseResult,
  requirementOf: RequirementOf,
): Pick<CaseResult, 'verdict' | 'reason'> => {
  // Repetitions that differ prove nothing, whatever else is seen.
  if (verdict === 'inconclusive' && repeats !== undefined) return { verdict, reason };
  const level = requirementOf(requirement)?.level;
  return judge(
    {
      ...(level === undefined ? {} : { level: levelClass(level) }),
      violations,
      doubts,
      judgements: reason === JUDGED_NOTHING ? 0 : 1,
      ...(verdict === 'error' && reason !== JUDGED_NOTHING ? { error: reason } : {}),
      ...(verdict === 'skip' ? { skipped: reason } : {}),
    },
    requirementOf,
  );
};

/**
 * What is known of a result that was put together where the target's declarations are not: a declared deviation that only other cases
 * show is one, also where the own case passes in its shard; but what nobody declared does not hide behind it.
 */
const combined = (one: CaseResult, other: CaseResult): ExpectationOutcome => {
  const outcomes = [one, other].filter(({ verdict }) => verdict !== 'pass').map(({ expectation }) => expectation);
  const undeclared = outcomes.find(({ unexpected }) => unexpected);
  return undeclared ?? outcomes.find(({ kind }) => kind === 'expected') ?? one.expectation;
};
