import type { CaseResult, RunResult } from '../../runner/result.ts';
import type { LedgerEntry } from './ledger.ts';

/** A case whose verdict is not what an earlier run of the same target said. */
export interface Changed {
  readonly result: CaseResult;
  /** The newest entry that says something else. */
  readonly before: LedgerEntry;
  /** The same build of the target under the same Proto41: nothing but chance has changed. */
  readonly isFlaky: boolean;
}

/** What differs from the last run of the same target, and from any run of the same build of it. */
export const changesSince = (
  ledger: readonly LedgerEntry[],
  result: RunResult,
  targetVersion: string,
): readonly Changed[] => {
  const same = ledger.filter(
    ({ target, node, kernelRelease }) =>
      target === result.target && node === result.node.node && kernelRelease === (result.node.kernelRelease ?? ''),
  );
  return result.cases.flatMap((each): Changed[] => {
    const history = same.filter(({ id, profile }) => id === each.id && profile === each.profile);
    const sameBuild = history.filter(
      (entry) => entry.targetVersion === targetVersion && entry.tool === result.tool.version,
    );
    const contradiction = sameBuild.findLast(({ verdict }) => verdict !== each.verdict);
    if (contradiction !== undefined) return [{ result: each, before: contradiction, isFlaky: true }];
    const last = history.at(-1);
    return last === undefined || last.verdict === each.verdict ? [] : [{ result: each, before: last, isFlaky: false }];
  });
};

/** The result in which a case that says now this and now that, of the same build, is what it is: inconclusive. */
export const withFlaky = (result: RunResult, changes: readonly Changed[]): RunResult => {
  const flaky = new Map(changes.filter(({ isFlaky }) => isFlaky).map((change) => [change.result, change.before]));
  return {
    ...result,
    cases: result.cases.map((each) => {
      const before = flaky.get(each);
      if (before === undefined) return each;
      const evidence = before.evidence === undefined ? '' : `, evidence ${before.evidence}`;
      const reason = `${each.verdict} now, but ${before.verdict} on ${before.startedAt} with the same build of the target${evidence}`;
      return {
        ...each,
        verdict: 'inconclusive',
        reason,
        doubts: [...each.doubts, { reason }],
        expectation: { kind: 'none', unexpected: true },
      };
    }),
  };
};

/** One line for each change that is none of chance. */
export const changeLines = (changes: readonly Changed[]): string[] =>
  changes
    .filter(({ isFlaky }) => !isFlaky)
    .map(
      ({ result, before }) =>
        `${result.id} [${result.profile}] ${before.verdict} on ${before.startedAt}, ${result.verdict} now${before.evidence === undefined ? '' : `; evidence of then: ${before.evidence}`}`,
    );
