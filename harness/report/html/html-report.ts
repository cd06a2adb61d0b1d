import { areaOf, lookupIn, type RequirementLookup } from '../lookup.ts';
import type { CaseResult } from '../../runner/result.ts';
import { caseView } from './case-view.ts';
import { distinct, filterForm } from './filter-form.ts';
import { html } from './markup.ts';
import { matrixView, type MatrixEntry } from './matrix-view.ts';
import { page } from './page.ts';
import type { ReportedRun } from './reported-run.ts';
import { columnLabel } from './run-label.ts';
import { summaryView } from './summary-view.ts';
import { shownVerdict, type ShownVerdict } from '../shown-verdict.ts';

/** What wants to be seen first. */
const ORDER: readonly ShownVerdict[] = ['error', 'fail', 'inconclusive', 'warn', 'expected', 'skip', 'pass'];

interface Entry extends MatrixEntry {
  readonly run: ReportedRun;
  readonly lookup: RequirementLookup;
}

/** The report of runs as one page. */
export const htmlReport = (runs: readonly ReportedRun[]): string => {
  const entries = runs.flatMap((run, number) => entriesOf(run, number));
  const sorted = entries.toSorted((a, b) => rank(a.result) - rank(b.result));
  return page({
    title: [...new Set(runs.map(({ result }) => result.target))].join(', '),
    body: html`${runs.map(summaryView)}
      <h2>Requirement by run</h2>
      <p class="soft">The worst verdict of each requirement; a sign leads to it. Bold rows differ between columns.</p>
      ${matrixView(entries)}
      <h2 id="verdicts">Verdicts</h2>
      ${filterForm('Filter the verdicts', [
        ['verdict', ['unexpected', ...distinct(sorted.map(({ result }) => shownVerdict(result)))]],
        ['level', distinct(sorted.map(({ lookup, result }) => lookup(result.requirement)?.level ?? ''))],
        ['area', distinct(sorted.map(({ lookup, result }) => areaOf(result.requirement, lookup)))],
        ['run', distinct(sorted.map(({ column }) => column))],
      ])}
      ${sorted.map(({ result, column, ...entry }) => caseView(result, { ...entry, runLabel: column }))}`,
  });
};

const entriesOf = (run: ReportedRun, number: number): Entry[] => {
  const lookup = lookupIn(run.result);
  return run.result.cases.map((result, index) => ({
    run,
    lookup,
    result,
    anchor: `case-${String(number)}-${String(index)}`,
    column: columnLabel(run, result.profile),
  }));
};

const rank = (result: CaseResult): number =>
  ORDER.indexOf(shownVerdict(result)) - (result.expectation.unexpected ? ORDER.length : 0);
