import { html, type Markup } from './markup.ts';

/** What a filter chooses by: the name of the data attribute of the entries, and its values. */
export type FilterChoice = readonly [name: string, values: readonly string[]];

/**
 * Filters of the entries below it (`details.case`) by their data attributes and by text. Hidden until the script is there to serve it.
 */
export const filterForm = (label: string, choices: readonly FilterChoice[]): Markup =>
  html`<form class="filters" hidden aria-label="${label}">
    ${choices.map(choice)}
    <label>text <input type="search" name="text" /></label>
    <button type="reset">show all</button> <output id="shown" aria-live="polite"></output>
  </form>`;

/** The values of a filter, in the order of the alphabet. */
export const distinct = (values: readonly string[]): string[] =>
  [...new Set(values)].filter((value) => value !== '').toSorted();

const choice = ([name, values]: FilterChoice): Markup =>
  html`<label
    >${name}
    <select name="${name}">
      <option value="">any</option>
      ${values.map((value) => html`<option value="${value}">${value}</option>`)}
    </select></label
  >`;
