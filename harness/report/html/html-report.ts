import { createHash } from 'node:crypto';
import { lookupIn, type RequirementLookup } from '../lookup.ts';
import type { CaseResult } from '../../runner/result.ts';
import { caseView } from './case-view.ts';
import { filterForm } from './filter-form.ts';
import { html, trusted, type Markup } from './markup.ts';
import { matrixView, type MatrixEntry } from './matrix-view.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
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

/**
 * The report as one page that needs nothing beside it but the evidence it links to. Nothing that a target, a kernel or a capture says is
 * markup there, and the page's own policy lets no other script run than its own.
 */
export const htmlReport = (runs: readonly ReportedRun[]): string => {
  const entries = runs.flatMap((run, number) => entriesOf(run, number));
  const sorted = entries.toSorted((a, b) => rank(a.result) - rank(b.result));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy()}" />
        <title>Proto41: ${[...new Set(runs.map(({ result }) => result.target))].join(', ')}</title>
        ${trusted(`<style>${PAGE_STYLE}</style>`)}
      </head>
      <body>
        <h1>Proto41</h1>
        ${runs.map(summaryView)}
        <h2>Requirement by run</h2>
        <p class="soft">The worst verdict of each requirement; a sign leads to it. Bold rows differ between columns.</p>
        ${matrixView(entries)}
        <h2 id="verdicts">Verdicts</h2>
        ${filterForm(sorted)}
        ${sorted.map(({ result, column, ...entry }) => caseView(result, { ...entry, runLabel: column }))}
        ${trusted(`<script>${PAGE_SCRIPT}</script>`)}
      </body>
    </html> `;
  return page.text;
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

/** Only the page's own style and script, and nothing from anywhere else. */
const policy = (): Markup =>
  trusted(
    `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(PAGE_SCRIPT).digest('base64')}'; base-uri 'none'; form-action 'none'`,
  );
