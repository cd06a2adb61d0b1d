import { html, trusted, type Markup } from '../html/markup.ts';
import { shortNumber, type Figure } from './figure.ts';
import { ALONE_STYLE } from './plot-style.ts';
import { svgFigure } from './svg-figure.ts';

/** A figure in a page: its title, the drawing, what it shows, and the numbers behind it. */
export const figureView = (figure: Figure, id: string): Markup =>
  html`<figure id="${id}">
    <figcaption>
      <h3>${figure.title}</h3>
      <p class="soft">${figure.description}</p>
    </figcaption>
    <div class="wide">${svgFigure(figure, id)}</div>
    <details>
      <summary>The numbers of this figure</summary>
      ${numbers(figure)}
    </details>
  </figure>`;

/** A figure as a file of its own. */
export const svgFile = (figure: Figure): string => {
  const drawing = svgFigure(figure, 'figure').text;
  const end = drawing.indexOf('>') + 1;
  return `${drawing.slice(0, end)}${trusted(`<style>${ALONE_STYLE}</style>`).text}${drawing.slice(end)}\n`;
};

const numbers = ({ x, y, series }: Figure): Markup => {
  const hasSpread = series.some(({ points }) => points.some(({ low }) => low !== undefined));
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          <th scope="col">series</th>
          <th scope="col">${x.label}</th>
          <th scope="col">${y.label}</th>
          ${hasSpread && html`<th scope="col">from</th><th scope="col">to</th>`}
        </tr>
      </thead>
      <tbody>
        ${series.map(({ name, points }) =>
          points.map(
            (point) =>
              html`<tr>
                <th scope="row">${name}</th>
                ${[point.x, point.y, ...(hasSpread ? [point.low, point.high] : [])].map((value) => html`<td class="count">${value === undefined ? '' : shortNumber(value)}</td>`)}
              </tr> `,
          ),
        )}
      </tbody>
    </table>
  </div>`;
};
