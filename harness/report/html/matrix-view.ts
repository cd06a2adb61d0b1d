import type { CaseResult } from '../../runner/result.ts';
import { html, type Markup } from './markup.ts';
import { shownVerdict, verdictSign, type ShownVerdict } from './verdict-mark.ts';

export interface MatrixEntry {
  readonly result: CaseResult;
  readonly anchor: string;
  readonly column: string;
}

/** The worst one stands for a requirement with several cases. */
const WORST_FIRST: readonly ShownVerdict[] = ['error', 'fail', 'inconclusive', 'warn', 'expected', 'pass', 'skip'];

/** Requirement by target, kernel and profile; a row whose columns differ is set in bold. */
export const matrixView = (entries: readonly MatrixEntry[]): Markup => {
  const columns = [...new Set(entries.map(({ column }) => column))];
  const rows = grouped(entries);
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

const grouped = (entries: readonly MatrixEntry[]): Map<string, MatrixEntry[]> => {
  const rows = new Map<string, MatrixEntry[]>();
  for (const entry of entries) {
    const row = rows.get(entry.result.requirement) ?? [];
    rows.set(entry.result.requirement, [...row, entry]);
  }
  return rows;
};

const rowView = (requirement: string, entries: readonly MatrixEntry[], columns: readonly string[]): Markup => {
  const worst = columns.map((column) => worstOf(entries.filter((entry) => entry.column === column)));
  const judged = worst
    .flatMap((entry) => (entry === undefined ? [] : [shownVerdict(entry.result)]))
    .filter((verdict) => verdict !== 'skip');
  const differs = new Set(judged).size > 1;
  return html`<tr${differs && html` class="differs"`}><th scope="row">${requirement}</th>${worst.map((entry) => html`<td>${entry !== undefined && html`<a href="#${entry.anchor}">${verdictSign(shownVerdict(entry.result))}</a>`}</td>`)}</tr>
`;
};

const worstOf = (entries: readonly MatrixEntry[]): MatrixEntry | undefined =>
  WORST_FIRST.map((verdict) => entries.find(({ result }) => shownVerdict(result) === verdict)).find(
    (entry) => entry !== undefined,
  );
