import { grouped } from '../../grouped.ts';
import { PASSIVE_VARIANT } from '../../runner/registry.ts';
import type { CaseResult, ExpectationOutcome, RunResult } from '../../runner/result.ts';
import type { Verdict } from '../../runner/verdict.ts';
import type { ReportedRun } from '../html/reported-run.ts';

/**
 * Shards of one run, and runs that add to each other, as one: what ran against the same target on the same node and kernel. Runs of
 * different ones stay apart, in the order in which they first appear.
 */
export const mergeRuns = (runs: readonly ReportedRun[]): readonly ReportedRun[] => {
  const groups = grouped(runs.map(withOwnPaths), ({ result: { target, node, strict } }) =>
    JSON.stringify([target, node.node, node.kernelRelease, node.wire, strict]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    return first === undefined ? [] : [others.length === 0 ? first : mergedRun(first, others)];
  });
};

/** Evidence of several folders in one report: each file is named with its folder. */
const withOwnPaths = ({ linkPrefix, result, evidence }: ReportedRun): ReportedRun => ({
  result: withEvidenceBelow(result, linkPrefix),
  linkPrefix: '',
  evidence: new Map([...evidence].map(([file, frames]) => [`${linkPrefix}${file}`, frames])),
});

/** The result as it reads from another folder, from which its own is `prefix`, with a slash at the end. */
export const withEvidenceBelow = (result: RunResult, prefix: string): RunResult => {
  const moved = (file: string | undefined) => (file === undefined ? {} : { evidence: `${prefix}${file}` });
  const cases = result.cases.map((each) => ({
    ...each,
    ...moved(each.evidence),
    violations: each.violations.map((violation) => ({ ...violation, ...moved(violation.evidence) })),
  }));
  return { ...result, cases };
};

const mergedRun = (first: ReportedRun, others: readonly ReportedRun[]): ReportedRun => {
  const runs = [first, ...others];
  const results = runs.map(({ result }) => result);
  const stopped = results.find((result) => result.stopped !== undefined)?.stopped;
  const requirements = new Map(results.flatMap((result) => result.requirements ?? []).map((each) => [each.id, each]));
  return {
    linkPrefix: '',
    evidence: new Map(runs.flatMap(({ evidence }) => [...evidence])),
    result: {
      ...first.result,
      profiles: [...new Set(results.flatMap(({ profiles }) => profiles))],
      ...mergedConfigurations(results),
      seed: [...new Set(results.map(({ seed }) => seed))].join(' '),
      startedAt: results.map(({ startedAt }) => startedAt).toSorted()[0] ?? first.result.startedAt,
      durationMs: results.reduce((sum, { durationMs }) => sum + durationMs, 0),
      interrupted: results.some(({ interrupted }) => interrupted),
      ...(stopped === undefined ? {} : { stopped }),
      phases: mergedPhases(results.flatMap(({ phases }) => phases)),
      cases: withPassiveFolded(mergedCases(results.flatMap(({ cases }) => cases))),
      requirements: [...requirements.values()],
    },
  };
};

/** A profile that was not the same everywhere is listed as often as it differs. */
const mergedConfigurations = (results: readonly RunResult[]): Pick<RunResult, 'configurations'> => {
  const all = results.flatMap(({ configurations = [] }) => configurations);
  if (all.length === 0) return {};
  return { configurations: [...new Map(all.map((each) => [JSON.stringify(each), each])).values()] };
};

const mergedPhases = (phases: readonly { readonly phase: string; readonly durationMs: number }[]) => {
  const totals = new Map<string, number>();
  for (const { phase, durationMs } of phases) totals.set(phase, (totals.get(phase) ?? 0) + durationMs);
  return [...totals].map(([phase, durationMs]) => ({ phase, durationMs }));
};

const keyOf = ({ profile, id }: CaseResult): string => `${profile}\n${id}`;

/** The same case in several runs is one result; if the runs disagree it is none that anybody can rely on. */
const mergedCases = (cases: readonly CaseResult[]): readonly CaseResult[] => {
  return [...grouped(cases, keyOf).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    if (isPassive(first)) return [same.reduce(withViolationsOf)];
    const repeats = same.flatMap((each) => each.repeats ?? [each.verdict]);
    if (new Set(same.map(({ verdict }) => verdict)).size === 1)
      return [same.length === 1 ? first : { ...first, repeats }];
    return [{ ...worst(same), verdict: 'inconclusive' as const, ...disagreement(repeats), repeats }];
  });
};

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
const withPassiveFolded = (cases: readonly CaseResult[]): readonly CaseResult[] => {
  const result = cases.filter((each) => !isPassive(each));
  for (const passive of cases.filter(isPassive)) {
    const own = result.filter((each) => each.requirement === passive.requirement && each.profile === passive.profile);
    const into = own.find(({ verdict }) => verdict !== 'skip') ?? own[0];
    if (into === undefined) result.push(passive);
    else result[result.indexOf(into)] = withViolationsOf(into, passive);
  }
  return result;
};

const withViolationsOf = (into: CaseResult, other: CaseResult): CaseResult => ({
  ...into,
  verdict: worst([into, other]).verdict,
  expectation: combined(into.expectation, other.expectation),
  violations: [...into.violations, ...other.violations],
});

/** A declared deviation that only other cases show is one, also where the own case passes in its shard. */
const combined = (one: ExpectationOutcome, other: ExpectationOutcome): ExpectationOutcome => {
  const declared = [one, other].find(({ kind }) => kind === 'expected');
  const undeclared = [one, other].find(({ kind, unexpected }) => kind === 'none' && unexpected);
  return undeclared ?? declared ?? (one.unexpected ? one : other);
};
