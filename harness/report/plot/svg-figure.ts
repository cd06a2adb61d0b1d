import { area, curveStepAfter, line, symbol, symbols } from 'd3-shape';
import { html, trusted, type Markup } from '../html/markup.ts';
import { isDrawable, shortNumber, type Figure, type FigurePoint, type FigureSeries } from './figure.ts';
import { extentsOf, placeAxis, type PlacedAxis } from './scales.ts';

const WIDTH = 760;
const PLOT_HEIGHT = 300;
const LEFT = 74;
const RIGHT = 20;
const TOP = 14;
/** Room for the marks and the name of the axis below the plot. */
const BELOW = 46;
const LEGEND_LINE = 20;
const MARKS_X = 8;
const MARKS_Y = 6;
const SYMBOL_AREA = 42;
/** There are so many colours; further series begin again, with another symbol. */
const COLOURS = 6;

interface Frame {
  readonly figure: Figure;
  readonly x: PlacedAxis;
  readonly y: PlacedAxis;
}

/**
 * A figure as SVG. Colours are variables of the page; series differ in symbol and dashes too, so that nothing hangs on colour alone.
 *
 * @param id unique in the page, for what names the figure to a screen reader
 */
export const svgFigure = (figure: Figure, id: string): Markup => {
  const extents = extentsOf(figure);
  const frame: Frame = {
    figure,
    x: placeAxis(figure.x, extents.x, [LEFT, WIDTH - RIGHT], MARKS_X),
    y: placeAxis(figure.y, extents.y, [TOP + PLOT_HEIGHT, TOP], MARKS_Y),
  };
  const legendAt = TOP + PLOT_HEIGHT + BELOW + 20;
  const height = legendAt + LEGEND_LINE * figure.series.length - 8;
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    class="plot"
    role="img"
    aria-labelledby="${id}-title ${id}-desc"
    width="${WIDTH}"
    height="${height}"
    viewBox="0 0 ${WIDTH} ${height}"
  >
    <title id="${id}-title">${figure.title}</title>
    <desc id="${id}-desc">${figure.description}</desc>
    ${marksX(frame)} ${marksY(frame)}
    ${figure.series.map((series) => seriesView(series, styleOf(series, figure), frame))}
    ${figure.series.map((series, index) => legendLine(series, styleOf(series, figure), legendAt + index * LEGEND_LINE))}
  </svg>`;
};

/** What is computed has no colour of its own, so that the measured ones have the first colours. */
const styleOf = (series: FigureSeries, { series: all }: Figure): number =>
  Math.max(0, all.filter(({ kind }) => kind !== 'theory').indexOf(series));

const marksX = ({ figure, x }: Frame): Markup => {
  const bottom = TOP + PLOT_HEIGHT;
  return html`<g class="axis">
    ${spread(x).map((tick) => html`<line class="grid" x1="${px(x.place(tick))}" x2="${px(x.place(tick))}" y1="${TOP}" y2="${bottom}" /><text x="${px(x.place(tick))}" y="${bottom + 18}" text-anchor="middle">${shortNumber(tick)}</text>`)}
    <line class="base" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}" />
    <text class="name" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${bottom + 38}" text-anchor="middle">${figure.x.label}</text>
  </g>`;
};

const marksY = ({ figure, y }: Frame): Markup =>
  html`<g class="axis">
    ${y.ticks.map((tick) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y.place(tick))}" y2="${px(y.place(tick))}" /><text x="${LEFT - 8}" y="${px(y.place(tick) + 4)}" text-anchor="end">${shortNumber(tick)}</text>`)}
    <text class="name" transform="translate(16 ${TOP + PLOT_HEIGHT / 2}) rotate(-90)" text-anchor="middle">${figure.y.label}</text>
  </g>`;

/** Marks whose numbers would run into each other are left out. */
const spread = ({ ticks, place }: PlacedAxis): readonly number[] => {
  const shown: number[] = [];
  for (const tick of ticks) {
    const last = shown.at(-1);
    if (last === undefined || Math.abs(place(tick) - place(last)) >= 34) shown.push(tick);
  }
  return shown;
};

const seriesView = (series: FigureSeries, index: number, { figure, x, y }: Frame): Markup => {
  const points = series.points.filter((point) => isDrawable(figure, point));
  const atX = (point: FigurePoint): number => px(x.place(point.x));
  const atY = (value: number): number => px(y.place(figure.y.scale === 'log' ? Math.max(value, y.from) : value));
  const path = line<FigurePoint>(atX, (point) => atY(point.y));
  const spreads = points.filter((point) => point.low !== undefined && point.high !== undefined);
  const band = area<FigurePoint>(
    atX,
    (point) => atY(point.low ?? point.y),
    (point) => atY(point.high ?? point.y),
  );
  if (series.kind === 'steps') {
    path.curve(curveStepAfter);
    band.curve(curveStepAfter);
  }
  return html`<g class="series s${(index % COLOURS) + 1} ${series.kind}">
    ${spreads.length > 1 && html`<path class="band" d="${band(spreads) ?? ''}" />`}
    ${spreads.map((point) => html`<path class="interval" d="M${atX(point)} ${atY(point.low ?? point.y)}V${atY(point.high ?? point.y)}" />`)}
    <path class="line" d="${path(points) ?? ''}" />
    ${series.kind === 'measured' && points.map((point) => html`<path class="point" transform="translate(${atX(point)} ${atY(point.y)})" d="${symbolPath(index)}"><title>${series.name}: ${pointText(point)}</title></path>`)}
  </g>`;
};

const legendLine = (series: FigureSeries, index: number, y: number): Markup =>
  html`<g class="series s${(index % COLOURS) + 1} ${series.kind}">
    <path class="line" d="M${LEFT} ${y - 4}h28" />
    ${series.kind === 'measured' && html`<path class="point" transform="translate(${LEFT + 14} ${y - 4})" d="${symbolPath(index)}" />`}
    <text x="${LEFT + 38}" y="${y}">${series.name}</text>
  </g>`;

/** A path of digits and letters of its own making. */
const symbolPath = (index: number): Markup =>
  trusted(symbol(symbols[index % symbols.length] ?? symbols[0], SYMBOL_AREA)() ?? '');

const pointText = ({ x, y, low, high }: FigurePoint): string =>
  `${shortNumber(x)}, ${shortNumber(y)}${low === undefined || high === undefined ? '' : ` (${shortNumber(low)} to ${shortNumber(high)})`}`;

/** Half a pixel is as fine as anybody sees. */
const px = (value: number): number => Math.round(value * 10) / 10;
