import { areaOf, type RequirementLookup } from '../lookup.ts';
import type { CaseResult } from '../../runner/result.ts';
import { html, type Markup } from './markup.ts';
import { shownVerdict } from '../shown-verdict.ts';

interface FilteredCase {
  readonly result: CaseResult;
  readonly column: string;
  readonly lookup: RequirementLookup;
}

/** Filters by verdict, level, area, run and text. Hidden until the script is there to serve it. */
export const filterForm = (cases: readonly FilteredCase[]): Markup => {
  return html`<form class="filters" hidden aria-label="Filter the verdicts">
    ${choice('verdict', ['unexpected', ...valuesOf(cases.map(({ result }) => shownVerdict(result)))])}
    ${choice('level', valuesOf(cases.map(({ lookup, result }) => lookup(result.requirement)?.level ?? '')))}
    ${choice('area', valuesOf(cases.map(({ lookup, result }) => areaOf(result.requirement, lookup))))}
    ${choice('run', valuesOf(cases.map(({ column }) => column)))}
    <label>text <input type="search" name="text" /></label>
    <button type="reset">all</button> <output id="shown" aria-live="polite"></output>
  </form>`;
};

const valuesOf = (values: readonly string[]): string[] =>
  [...new Set(values)].filter((value) => value !== '').toSorted();

const choice = (name: string, values: readonly string[]): Markup =>
  html`<label
    >${name}
    <select name="${name}">
      <option value="">any</option>
      ${values.map((value) => html`<option value="${value}">${value}</option>`)}
    </select></label
  >`;
