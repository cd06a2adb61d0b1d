import type { CaseResult } from '../runner/result.ts';
import { isExpectedDeviation } from './summary.ts';

/** `expected` is a verdict of the reports: a deviation that the target declares, and that showed as declared. */
export type ShownVerdict = CaseResult['verdict'] | 'expected';

export const shownVerdict = (result: CaseResult): ShownVerdict =>
  isExpectedDeviation(result) ? 'expected' : result.verdict;

/** It passes, and that is what is wrong: a deviation is declared for it that did not show. */
export const isUnexpectedPass = ({ verdict, expectation }: CaseResult): boolean =>
  verdict === 'pass' && expectation.unexpected;

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
