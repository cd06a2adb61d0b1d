import type { CaseResult } from '../../runner/result.ts';
import { isExpectedDeviation } from '../summary.ts';
import { html, type Markup } from './markup.ts';

/** `expected` is a verdict of the page: a deviation that the target declares, and that showed as declared. */
export type ShownVerdict = CaseResult['verdict'] | 'expected';

export const shownVerdict = (result: CaseResult): ShownVerdict =>
  isExpectedDeviation(result) ? 'expected' : result.verdict;

/** Told by words and signs, not by colour alone. */
const SIGNS: Readonly<Record<ShownVerdict, string>> = {
  pass: '✓',
  fail: '✗',
  warn: '!',
  skip: '–',
  inconclusive: '?',
  error: '✗',
  expected: '≈',
};

export const verdictWord = (verdict: ShownVerdict): Markup =>
  html`<span class="v v-${verdict}"
    >${SIGNS[verdict]} ${verdict === 'expected' ? 'expected deviation' : verdict}</span
  >`;

/** The sign alone, for a cell of the matrix; the word is its title and what a screen reader says. */
export const verdictSign = (verdict: ShownVerdict): Markup =>
  html`<span class="v v-${verdict}" title="${verdict}" role="img" aria-label="${verdict}">${SIGNS[verdict]}</span>`;
