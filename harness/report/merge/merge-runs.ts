import { grouped } from '../../grouped.ts';
import type { RunResult } from '../../runner/result.ts';
import type { ReportedRun } from '../html/reported-run.ts';
import { assessedAgain } from './assess-again.ts';
import { mergedCases } from './merged-cases.ts';
import { missingShards } from './missing-shards.ts';

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
  const stopped = results.find((result) => result.stopped !== undefined)?.stopped ?? missingShards(results);
  const { shard: _shard, ...rest } = first.result;
  const profiles = [...new Set(results.flatMap((result) => result.profiles))];
  const requirements = new Map(
    results
      .flatMap((result) => result.requirements ?? [])
      .toSorted((a, b) => byText(a.id, b.id))
      .map((each) => [each.id, each]),
  );
  const cases = mergedCases(
    results.flatMap((result) => result.cases),
    requirements,
  ).toSorted(
    (a, b) => profiles.indexOf(a.profile) - profiles.indexOf(b.profile) || byText(a.requirement, b.requirement),
  );
  return {
    linkPrefix: '',
    evidence: new Map(runs.flatMap(({ evidence }) => [...evidence])),
    result: {
      ...rest,
      profiles,
      ...mergedConfigurations(results),
      seed: [...new Set(results.map(({ seed }) => seed))].join(' '),
      startedAt: results.map(({ startedAt }) => startedAt).toSorted()[0] ?? first.result.startedAt,
      durationMs: results.reduce((sum, { durationMs }) => sum + durationMs, 0),
      interrupted: stopped !== undefined || results.some(({ interrupted }) => interrupted),
      ...(stopped === undefined ? {} : { stopped }),
      phases: mergedPhases(results.flatMap(({ phases }) => phases)),
      cases: assessedAgain(cases, results, requirements),
      requirements: [...requirements.values()],
    },
  };
};

/** The order of the catalogue is that of the ids. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

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
