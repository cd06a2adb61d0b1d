import type { CaseResult } from '../runner/result.ts';
import { isExpectedDeviation } from './summary.ts';

/** `expected` is a verdict of the reports: a deviation that the target declares, and that showed as declared. */
export type ShownVerdict = CaseResult['verdict'] | 'expected';

export const shownVerdict = (result: CaseResult): ShownVerdict =>
  isExpectedDeviation(result) ? 'expected' : result.verdict;

/** The worst one stands for many. A skip says less than a pass: it stands only where nothing was judged. */
export const WORST_FIRST: readonly ShownVerdict[] = [
  'error',
  'fail',
  'inconclusive',
  'warn',
  'expected',
  'pass',
  'skip',
];
