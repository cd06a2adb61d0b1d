import { grouped } from '../../grouped.ts';
import type { CaseResult } from '../../runner/result.ts';
import { html, type Markup } from './markup.ts';
import { isUnexpectedPass, shownVerdict, WORST_FIRST } from '../shown-verdict.ts';
import { unexpectedPassSign, verdictSign } from './verdict-mark.ts';

export interface MatrixEntry {
  readonly result: CaseResult;
  readonly anchor: string;
  readonly column: string;
}

/** Requirement by target, kernel and profile; a row whose columns differ is set in bold. */
export const matrixView = (entries: readonly MatrixEntry[]): Markup => {
  const columns = [...new Set(entries.map(({ column }) => column))];
  const rows = grouped(entries, ({ result }) => result.requirement);
  return html`<div class="wide">
    <table class="matrix">
      <thead>
        <tr>
          <th scope="col">requirement</th>
          ${columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${[...rows].map(([requirement, own]) => rowView(requirement, own, columns))}
      </tbody>
    </table>
  </div>`;
};

const rowView = (requirement: string, entries: readonly MatrixEntry[], columns: readonly string[]): Markup => {
  const worst = columns.map((column) => worstOf(entries.filter((entry) => entry.column === column)));
  const judged = worst
    .flatMap((entry) => (entry === undefined ? [] : [shownVerdict(entry.result)]))
    .filter((verdict) => verdict !== 'skip');
  const differs = new Set(judged).size > 1;
  return html`<tr${differs && html` class="differs"`}><th scope="row">${requirement}</th>${worst.map((entry) => html`<td>${entry !== undefined && html`<a href="#${entry.anchor}">${isUnexpectedPass(entry.result) ? unexpectedPassSign : verdictSign(shownVerdict(entry.result))}</a>`}</td>`)}</tr>
`;
};

/** What is unexpected is worse than what is not, whatever its verdict. */
const worstOf = (entries: readonly MatrixEntry[]): MatrixEntry | undefined => {
  const unexpected = entries.filter(({ result }) => result.expectation.unexpected);
  const candidates = unexpected.length > 0 ? unexpected : entries;
  return WORST_FIRST.map((verdict) => candidates.find(({ result }) => shownVerdict(result) === verdict)).find(
    (entry) => entry !== undefined,
  );
};
