import { EXIT } from '../runner/exit-code.ts';
import type { BenchComparison } from './compare.ts';
import type { BenchResult } from './result.ts';

/**
 * 3 when it ended by itself; 1 when a floor or a demand is not met, or a setting became slower; 130 when it was interrupted before that;
 * 4 when a floor is undecided or inconclusive, or nothing was measured; else 0.
 */
export const benchExitCode = (result: BenchResult, comparison?: BenchComparison): number => {
  if (result.stopped !== undefined) return EXIT.notStarted;
  const isBroken =
    result.floors.some(({ verdict }) => verdict === 'fail') ||
    result.requirements.some(({ verdict }) => verdict === 'fail') ||
    result.findings.some(({ severity }) => severity === 'fail') ||
    comparison?.rows.some(({ verdict }) => verdict === 'slower') === true;
  if (isBroken) return EXIT.unexpected;
  if (result.interrupted) return EXIT.interrupted;
  const isOpen = result.floors.some(({ verdict }) => verdict !== 'pass');
  const isEmpty = result.throughput.length + result.latency.length + result.curves.length === 0;
  return isOpen || (isEmpty && result.scale === undefined) ? EXIT.undecided : EXIT.expected;
};
