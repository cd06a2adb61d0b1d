import type { CaseResult, RunResult } from './result.ts';

export const EXIT = { expected: 0, unexpected: 1, usage: 2, notStarted: 3, undecided: 4, interrupted: 130 } as const;

/**
 * What the process exits with: 3 when the target or node failed; 1 when something decided is not as expected; 4 when nothing
 * was decided; 130 (128 + SIGINT) when the user cut short what was as expected until then; 0 otherwise. An inconclusive case
 * is unexpected beside decided ones, and no decision by itself.
 */
export const exitCodeOf = (result: Pick<RunResult, 'cases' | 'stopped' | 'interrupted'>): number => {
  if (result.stopped !== undefined) return EXIT.notStarted;
  const decided = result.cases.filter(isDecided);
  const wrong = decided.some(({ expectation }) => expectation.unexpected);
  const undecided = result.cases.some(({ verdict }) => verdict === 'inconclusive');
  if (wrong || (decided.length > 0 && undecided)) return EXIT.unexpected;
  if (result.interrupted) return EXIT.interrupted;
  return decided.length === 0 ? EXIT.undecided : EXIT.expected;
};

const isDecided = ({ verdict }: CaseResult): boolean => verdict !== 'skip' && verdict !== 'inconclusive';
