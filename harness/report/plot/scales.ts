import { scaleLinear, scaleLog } from 'd3-scale';
import { isDrawable, type Axis, type Figure, type FigurePoint } from './figure.ts';

/** Where a value of an axis stands, and which values get a mark. */
export interface PlacedAxis {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** How far the values reach, intervals included; undefined where there are none. */
type Extent = readonly [from: number, to: number] | undefined;

/** An axis between two places on the screen, in pixels. */
export const placeAxis = (axis: Axis, extent: Extent, pixels: readonly [number, number], marks: number): PlacedAxis => {
  const [least, most] = extent ?? [1, 10];
  if (axis.scale === 'log') {
    const scale = scaleLog()
      .domain([axis.from ?? least, axis.to ?? (most > least ? most : least * 10)])
      .range([...pixels]);
    if (axis.from === undefined && axis.ticks === undefined) scale.nice();
    return placed(scale, axis.ticks ?? decades(scale.domain(), scale.ticks(marks)));
  }
  const from = axis.from ?? Math.min(0, least);
  const scale = scaleLinear()
    .domain([from, axis.to ?? (most > from ? most : from + 1)])
    .range([...pixels]);
  if (axis.to === undefined) scale.nice(marks);
  return placed(scale, axis.ticks ?? scale.ticks(marks));
};

/** All that is marked in one decade would be too much in five. */
const decades = (domain: readonly number[], ticks: readonly number[]): readonly number[] => {
  const [from = 1, to = 10] = domain;
  return Math.log10(to / from) <= 1.5 ? ticks : ticks.filter((tick) => Number.isInteger(round(Math.log10(tick))));
};

/** Logarithms of powers of ten, without the error of the last digit. */
const round = (value: number): number => Math.round(value * 1e9) / 1e9;

type Scale = ReturnType<typeof scaleLinear<number, number>> | ReturnType<typeof scaleLog<number, number>>;

const placed = (scale: Scale, ticks: readonly number[]): PlacedAxis => {
  const [from = 0, to = 1] = scale.domain();
  return {
    place: (value) => scale(value),
    ticks: ticks.filter((tick) => tick >= from && tick <= to),
    from,
    to,
  };
};

export const extentsOf = (figure: Figure): { readonly x: Extent; readonly y: Extent } => {
  const points = figure.series.flatMap((series) => series.points).filter((point) => isDrawable(figure, point));
  const heights = ({ y, low = y, high = y }: FigurePoint): readonly number[] =>
    [y, low, high].filter((value) => figure.y.scale !== 'log' || value > 0);
  return {
    x: extentOf(points.map(({ x }) => x)),
    y: extentOf(points.flatMap(heights)),
  };
};

const extentOf = (values: readonly number[]): Extent =>
  values.length === 0 ? undefined : [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
