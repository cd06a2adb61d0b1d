import type { Profile } from '../profile/index.ts';
import type { Expectation } from './expectation.ts';
import { caseMatcher, globMatcher } from './glob.ts';
import { failsUnderStrict, type RequirementOf } from './judge.ts';
import { parseKernelRange } from './kernel-range.ts';
import { PASSIVE_VARIANT } from './registry.ts';
import type { Declaration, ExpectationOutcome } from './result.ts';
import type { Verdict, Violation } from './verdict.ts';

/** What of a result the expectations speak of. */
export interface Assessed {
  readonly id: string;
  readonly requirement: string;
  readonly verdict: Verdict;
  readonly violations: readonly Violation[];
}

export interface AssessOptions {
  readonly expectations: readonly Expectation[];
  readonly profile: Pick<Profile, 'name' | 'text'>;
  /** `uname -r` of the kernel under test; without one, expectations for kernels do not apply. */
  readonly kernelRelease?: string;
  readonly strict: boolean;
  /** YYYY-MM-DD. */
  readonly today: string;
  readonly requirementOf: RequirementOf;
  /** Ids of all cases of a requirement, whether or not they are in this run; none where passes are not assessed. */
  readonly casesOf?: (requirement: string) => readonly string[];
}

/** Compares the results of one profile with what the target declares; one outcome for each result, in their order. */
export const assess = (results: readonly Assessed[], options: AssessOptions): readonly ExpectationOutcome[] => {
  const applying = options.expectations.filter((expectation) => appliesTo(expectation, options));
  return results.map((result) => {
    const declared = applying.filter((expectation) => names(expectation, result));
    // An entry for the case itself says more than one for its whole requirement.
    const exact = declared.filter(({ requirement }) => requirement === result.id);
    return outcomeOf(result, exact.length > 0 ? exact : declared, results, options);
  });
};

/** What of a target's expectations holds for one profile and kernel, with the cases on which each counts. */
export const declarationsFor = (
  expectations: readonly Expectation[],
  { profile, kernelRelease, casesOf }: Pick<AssessOptions, 'profile' | 'kernelRelease' | 'casesOf'>,
): readonly Declaration[] =>
  expectations
    .filter((each) => appliesTo(each, { profile, ...(kernelRelease === undefined ? {} : { kernelRelease }) }))
    .map(({ profiles: _profiles, kernels: _kernels, ...rest }) => {
      const cases = casesOf?.(rest.requirement) ?? [];
      return { ...rest, ...(cases.length === 0 ? {} : { cases }) };
    });

const appliesTo = (
  { profiles, kernels }: Expectation,
  { profile, kernelRelease }: Pick<AssessOptions, 'profile' | 'kernelRelease'>,
): boolean => {
  if (
    profiles !== undefined &&
    !profiles.map(globMatcher).some((matches) => matches(profile.name) || matches(profile.text))
  )
    return false;
  if (kernels === undefined) return true;
  if (kernelRelease === undefined) return false;
  return [kernels].flat().some((range) => parseKernelRange(range)(kernelRelease));
};

const names = ({ requirement }: Expectation, result: Assessed): boolean =>
  requirement === result.id || requirement === result.requirement;

const outcomeOf = (
  result: Assessed,
  declared: readonly Expectation[],
  results: readonly Assessed[],
  options: AssessOptions,
): ExpectationOutcome => {
  const plain: ExpectationOutcome = { kind: 'none', unexpected: isUnexpected(result, options) };
  const [first] = declared;
  if (first === undefined) return plain;
  if (result.verdict === 'pass') {
    const missing = declared.find(
      (expectation) =>
        couldShow(expectation, result, results, options) && !shownElsewhere(expectation, result, results),
    );
    return missing === undefined ? plain : mismatch(`unexpected pass; declared: ${missing.reason}`);
  }
  if (result.verdict !== 'fail' && result.verdict !== 'warn') return plain;
  const complaints = declared.map((expectation) => complaint(expectation, result, options.today));
  const fitting = declared.filter((_, index) => complaints[index] === undefined);
  const [reasoned] = fitting;
  if (reasoned === undefined) return mismatch(`${complaints[0] ?? 'differs'}; declared: ${first.reason}`);
  // Every violation has to be a declared one: a new defect must not hide behind a known one of the same requirement.
  const undeclared = result.violations.find((violation) => !fitting.some((each) => declares(each, violation)));
  if (undeclared !== undefined) {
    const wanted = fitting
      .flatMap(({ matches }) => matches ?? [])
      .map((words) => JSON.stringify(words))
      .join(' or ');
    const found = JSON.stringify(undeclared.actual);
    return mismatch(
      `fails differently: expected violations with the words ${wanted} only, found ${found}; declared: ${first.reason}`,
    );
  }
  const [violation] = result.violations;
  const { reason, link } = fitting.find((each) => violation !== undefined && declares(each, violation)) ?? reasoned;
  return { kind: 'expected', unexpected: false, reason, ...(link === undefined ? {} : { link }) };
};

const declares = ({ matches }: Expectation, violation: Violation): boolean =>
  matches === undefined || [matches].flat().some((each) => words(violation).includes(each));

/**
 * Whether this run would have shown the deviation: a filter, a shard or a tier may have left out the cases that show it, and then a
 * pass of the others says nothing. An entry for a requirement counts on all its cases, unless it names those that show it.
 */
const couldShow = (
  { requirement, shownBy }: Expectation,
  result: Assessed,
  results: readonly Assessed[],
  { casesOf }: AssessOptions,
): boolean => {
  if (shownBy !== undefined) {
    const matchers = shownBy.map(caseMatcher);
    return results.some(({ id, verdict }) => hasRun(id, verdict) && matchers.some((matches) => matches(id)));
  }
  if (requirement !== result.requirement) return true;
  return (casesOf?.(requirement) ?? []).every((caseId) => results.some(({ id }) => id === caseId));
};

const hasRun = (id: string, verdict: Verdict): boolean =>
  verdict !== 'skip' && verdict !== 'error' && verdict !== 'inconclusive' && !id.endsWith(`/${PASSIVE_VARIANT}`);

/** An entry for a requirement is kept by any of its results that deviates; one for a case only by that case, which passed. */
const shownElsewhere = (expectation: Expectation, result: Assessed, results: readonly Assessed[]): boolean => {
  if (expectation.requirement !== result.requirement) return false;
  return results.some(
    ({ requirement, verdict }) => requirement === result.requirement && (verdict === 'fail' || verdict === 'warn'),
  );
};

/** In what the deviation is not the declared one; undefined when it is. */
const complaint = ({ verdicts, expires }: Expectation, result: Assessed, today: string): string | undefined => {
  if (expires !== undefined && expires < today) return `the expectation expired on ${expires}`;
  if (verdicts !== undefined && !verdicts.some((verdict) => verdict === result.verdict)) {
    return `expected verdict ${verdicts.join(' or ')}, found ${result.verdict}`;
  }
  return undefined;
};

const words = ({ expected, actual }: Violation): string => [...expected, actual].join('\n');

const mismatch = (reason: string): ExpectationOutcome => ({ kind: 'mismatch', unexpected: true, reason });

/** What nobody declared: failures, errors, what could not be decided, and warnings under `--strict`. */
const isUnexpected = ({ verdict, violations }: Assessed, { strict, requirementOf }: AssessOptions): boolean => {
  if (verdict === 'warn') return strict && failsUnderStrict(violations, requirementOf);
  return verdict === 'fail' || verdict === 'error' || verdict === 'inconclusive';
};
