import { grouped } from '../grouped.ts';
import type { CaseResult, RunResult } from '../runner/result.ts';
import { shownVerdict, WORST_FIRST, type ShownVerdict } from './shown-verdict.ts';

/** What one kernel has to say of a requirement: a verdict, a deviation that the target declares, or nothing. */
export type KernelVerdict = ShownVerdict | 'not run';

/** A run on one kernel; `failure` where it never began. */
export interface KernelRun {
  readonly kernel: string;
  readonly exitCode: number;
  readonly result?: RunResult;
  readonly failure?: string;
}

export interface KernelRow {
  readonly requirement: string;
  /** By kernel, in the order of the runs; the worst of all cases and profiles. */
  readonly verdicts: readonly KernelVerdict[];
  /** Whether the kernels that ran it do not agree. */
  readonly differs: boolean;
  /** Whether some kernel shows what nobody expected. */
  readonly unexpected: boolean;
}

export interface KernelComparison {
  readonly kernels: readonly string[];
  /** `uname -r` of each, undefined where it did not boot. */
  readonly releases: readonly (string | undefined)[];
  readonly exitCodes: readonly number[];
  readonly failures: readonly (string | undefined)[];
  /** In the order of the catalogue. */
  readonly rows: readonly KernelRow[];
}

/** Puts the runs of several kernels beside each other, requirement by requirement. */
export const compareKernels = (runs: readonly KernelRun[]): KernelComparison => {
  const byKernel = runs.map(({ result }) => grouped(result?.cases ?? [], ({ requirement }) => requirement));
  const rows = orderedRequirements(runs).map((requirement): KernelRow => {
    const results = byKernel.map((groups) => groups.get(requirement) ?? []);
    const verdicts = results.map(worstOf);
    const told = new Set(verdicts.filter((verdict) => verdict !== 'not run'));
    return {
      requirement,
      verdicts,
      differs: told.size > 1,
      unexpected: results.flat().some(({ expectation }) => expectation.unexpected),
    };
  });
  return {
    kernels: runs.map(({ kernel }) => kernel),
    releases: runs.map(({ result }) => result?.node.kernelRelease),
    exitCodes: runs.map(({ exitCode }) => exitCode),
    failures: runs.map(({ failure, result }) => failure ?? result?.stopped?.reason),
    rows,
  };
};

const worstOf = (results: readonly CaseResult[]): KernelVerdict => {
  const verdicts = results.map(shownVerdict);
  return WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'not run';
};

/** Every requirement that some kernel speaks of, in the order in which the runs have them. */
const orderedRequirements = (runs: readonly KernelRun[]): string[] => {
  const ids = new Set<string>();
  const longest = runs.toSorted((a, b) => (b.result?.cases.length ?? 0) - (a.result?.cases.length ?? 0));
  for (const { result } of longest) for (const { requirement } of result?.cases ?? []) ids.add(requirement);
  return [...ids];
};
