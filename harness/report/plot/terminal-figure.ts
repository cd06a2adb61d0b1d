import { plot } from 'simple-ascii-chart';
import { printable } from '../escape.ts';
import { isDrawable, shortNumber, type Axis, type Figure, type FigurePoint, type FigureSeries } from './figure.ts';
import { extentsOf, placeAxis } from './scales.ts';

const WIDTH = 60;
const HEIGHT = 12;
const SIGNS = ['●', '◆', '▲', '■', '○', '◇', '△', '□'] as const;

/** A curve of many points would be drawn over itself. */
const MOST_POINTS = 24;
const MARKS_X = 7;

/** A figure in a terminal: points with a sign for each series, so that it can be read without colours. */
export const terminalFigure = (figure: Figure, { width = WIDTH, height = HEIGHT } = {}): string => {
  const { x, y, series: all } = figure;
  const shown = all
    .map((series) => ({ series, points: thinned(series.points.filter((point) => isDrawable(figure, point))) }))
    .filter(({ points }) => points.length > 0);
  if (shown.length === 0) return `${printable(figure.title)}\n  nothing to draw\n`;
  const [onX, onY] = [drawn(x), drawn(y)];
  const lines = shown.map(({ points }) => points.map((point): [number, number] => [onX.to(point.x), onY.to(point.y)]));
  const signs = new Map(lines.flatMap((points, index) => points.map((point) => [point.join(), signOf(index)])));
  const marks = placeAxis(x, extentsOf(figure).x, [0, width], MARKS_X).ticks.map(onX.to);
  const drawing = plot(lines, {
    width,
    height,
    customXAxisTicks: marks,
    lineFormatter: (point) => ({
      x: point.plotX,
      y: point.plotY,
      symbol: signs.get([point.x, point.y].join()) ?? signOf(0),
    }),
    formatter: (value, { axis }) => shortNumber((axis === 'x' ? onX : onY).from(value)),
  });
  return [
    printable(figure.title),
    printable(`  ${y.label}`),
    ...drawing.split('\n').filter((line) => line.trim() !== ''),
    printable(`  ${x.label}`),
    ...shown.map(({ series }, index) => `  ${signOf(index)} ${printable(nameOf(series))}`),
    '',
  ].join('\n');
};

const signOf = (index: number): string => SIGNS[index % SIGNS.length] ?? SIGNS[0];

/** The library knows linear axes only: on a logarithmic one it is given the logarithms. */
const drawn = ({
  scale,
}: Axis): { readonly to: (value: number) => number; readonly from: (value: number) => number } =>
  scale === 'log'
    ? { to: Math.log10, from: (value) => Number((10 ** value).toPrecision(6)) }
    : { to: (value) => value, from: (value) => value };

const thinned = (points: readonly FigurePoint[]): readonly FigurePoint[] => {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
};

const nameOf = ({ name, kind }: FigureSeries): string => (kind === 'theory' ? `${name} (computed)` : name);
