import type { ShownVerdict } from '../shown-verdict.ts';
import { html, type Markup } from './markup.ts';

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

/** The sign alone, for a cell of a matrix; the word is its title and what a screen reader says. */
export const verdictSign = (verdict: ShownVerdict, reason = ''): Markup => {
  const words = reason === '' ? verdict : `${verdict}: ${reason}`;
  return html`<span class="v v-${verdict}" title="${words}" role="img" aria-label="${words}">${SIGNS[verdict]}</span>`;
};

/** A pass that fails the run, as a word and as a sign. */
export const unexpectedPassWord = html`<span class="v v-fail">✗ unexpected pass</span>`;
export const unexpectedPassSign = html`<span class="v v-fail" title="unexpected pass" role="img" aria-label="unexpected pass">✗</span>`;
