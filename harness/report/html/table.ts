import { html, type Content, type Markup } from './markup.ts';

/** A table whose first row is its header; numbers are flush right, and one that is 0 is a dot where `dots` is set. */
export const table = (
  header: readonly Content[],
  rows: readonly (readonly Content[])[],
  { rowHeaders = false, dots = false }: { readonly rowHeaders?: boolean; readonly dots?: boolean } = {},
): Markup =>
  html`<div class="wide">
    <table>
      <thead>
        <tr>
          ${header.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, column) => cellView(cell, rowHeaders && column === 0, dots))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;

const cellView = (cell: Content, isHeader: boolean, dots: boolean): Markup => {
  if (isHeader) return html`<th scope="row">${cell}</th>`;
  if (typeof cell === 'number') return html`<td class="count">${dots && cell === 0 ? '·' : cell}</td>`;
  return html`<td>${cell}</td>`;
};
