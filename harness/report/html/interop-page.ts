import type { InteropEnd, InteropResult, MatrixCell } from '../../interop/result.ts';
import { interopLine } from '../interop/interop-line.ts';
import type { EvidenceFrames } from '../evidence-frame.ts';
import { distinct, filterForm } from './filter-form.ts';
import { interopPairView } from './interop-pair-view.ts';
import { html, type Content, type Markup } from './markup.ts';
import { moodOf } from './mood.ts';
import { page } from './page.ts';
import { table } from './table.ts';
import { verdictSign } from './verdict-mark.ts';

const NO_EVIDENCE: EvidenceFrames = new Map();

/** The matrix of an interop run as one page: who encapsulates for whom, which side broke which clause, and the packets that show it. */
export const interopPage = (
  result: InteropResult,
  exitCode: number,
  evidence: EvidenceFrames = NO_EVIDENCE,
): string => {
  const { ends, pairs, skippedEnds, profile } = result;
  const byWorst = pairs
    .map((pair, index) => ({ pair, anchor: anchorOf(index) }))
    .toSorted((a, b) => Number(b.pair.unexpected) - Number(a.pair.unexpected));
  return page({
    title: `interop of ${ends.map(({ name }) => name).join(', ')}`,
    body: html`<h2>Interoperability under ${profile.name}</h2>
      <p class="headline ${moodOf(exitCode)}">${interopLine(result)}</p>
      <p class="soft">
        Profile ${profile.text} · seed ${result.seed} · started ${result.startedAt}${result.strict && ' · strict'} · Proto41
        ${result.tool.version}
      </p>
      <h2>Who encapsulates for whom</h2>
      <p class="soft">
        Rows encapsulate, columns decapsulate. Below a sign: who broke a clause there (E the encapsulator, D the decapsulator), and which.
      </p>
      ${matrix(result)}
      ${
        skippedEnds.length > 0 &&
        html`<h3>Not to be had</h3>${table(
          ['end', 'because'],
          skippedEnds.map(({ name, reason }) => [name, reason]),
        )}`
      }
      ${blamedTable(result)}
      <h2 id="pairs">Pairs</h2>
      ${filterForm('Filter the pairs', [
        ['verdict', ['unexpected', ...distinct(pairs.map(({ verdict }) => verdict))]],
        ['n1', distinct(pairs.map(({ n1 }) => n1))],
        ['n2', distinct(pairs.map(({ n2 }) => n2))],
      ])}
      ${byWorst.map(({ pair, anchor }) => interopPairView(pair, anchor, result, evidence))}`,
  });
};

const anchorOf = (index: number): string => `pair-${String(index)}`;

const matrix = ({ ends, cells }: InteropResult): Markup => {
  const cellOf = (encapsulator: string, decapsulator: string): MatrixCell | undefined =>
    cells.find((cell) => cell.encapsulator === encapsulator && cell.decapsulator === decapsulator);
  return html`<div class="wide">
    <table class="matrix">
      <thead>
        <tr>
          <th scope="col">encapsulator \\ decapsulator</th>
          ${ends.map((end) => html`<th scope="col">${endName(end)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${ends.map(
          (row) =>
            html`<tr>
              <th scope="row">${endName(row)}</th>
              ${ends.map(({ name }) => html`<td>${cellView(cellOf(row.name, name))}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
};

const endName = ({ name, kernelRelease }: InteropEnd): Content => [
  name,
  kernelRelease !== undefined && html`<br /><span class="soft">${kernelRelease}</span>`,
];

const cellView = (cell: MatrixCell | undefined): Content => {
  if (cell === undefined) return html`<span class="soft" title="not run">·</span>`;
  const blamed: readonly (readonly [side: string, ids: readonly string[]])[] = [
    ['E', cell.brokenByEncapsulator],
    ['D', cell.brokenByDecapsulator],
  ];
  const [first] = cell.pairs;
  const sign = verdictSign(cell.verdict, cell.reason);
  return [
    first === undefined ? sign : html`<a href="#${anchorOf(first)}">${sign}</a>`,
    blamed.map(([side, ids]) => ids.map((id) => html`<br /><span class="blame">${side} ${id}</span>`)),
  ];
};

/** Every clause that an end broke, with whoever it was talking to. */
const blamedTable = ({ pairs, requirements }: InteropResult): Content => {
  const facts = new Map(requirements.map((each) => [each.id, each]));
  const rows = new Map<string, { readonly cells: readonly Content[]; readonly partners: Set<string> }>();
  for (const pair of pairs) {
    for (const { end, role, requirement, side, severity, expectation } of pair.findings) {
      const known = facts.get(requirement);
      const declared = expectation.kind === 'expected' ? 'declared' : expectation.unexpected ? 'no' : '';
      const cells = [end, role, requirement, severity, known?.sources ?? '', known?.title ?? '', declared];
      const key = JSON.stringify(cells);
      const row = rows.get(key) ?? { cells, partners: new Set<string>() };
      row.partners.add(side === 'n1' ? pair.n2 : pair.n1);
      rows.set(key, row);
    }
  }
  if (rows.size === 0) return false;
  return html`<h2>Who is wrong, and by which clause</h2>
    ${table(
      ['end', 'as', 'requirement', 'severity', 'clause', 'what it demands', 'expected', 'seen with'],
      [...rows.values()].map(({ cells, partners }) => [...cells, [...partners].join(', ')]),
    )}`;
};
