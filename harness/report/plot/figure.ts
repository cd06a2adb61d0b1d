/** A figure as data: what is drawn, before it is known where (a page, a file, a terminal). */

export interface Axis {
  /** What it is, with its unit, e.g. `frame size (bytes)`. */
  readonly label: string;
  /** `linear` unless given. */
  readonly scale?: 'linear' | 'log';
  /** Values that get a mark of their own, where the measured ones are the ones that matter (frame sizes). */
  readonly ticks?: readonly number[];
  /** Ends of the axis; a linear one begins at 0 and ends behind the largest value unless given. */
  readonly from?: number;
  readonly to?: number;
}

export interface FigurePoint {
  readonly x: number;
  readonly y: number;
  /** Ends of the interval or spread around y, both or none. */
  readonly low?: number;
  readonly high?: number;
}

export interface FigureSeries {
  readonly name: string;
  /**
   * `measured`: points joined by a line, with their intervals; `theory`: a dashed line without points; `steps`: a distribution, which
   * stays as it is until the next point.
   */
  readonly kind: 'measured' | 'theory' | 'steps';
  readonly points: readonly FigurePoint[];
}

export interface Figure {
  readonly title: string;
  /** What the figure shows, for who does not see it, and what the intervals are. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly FigureSeries[];
}

/** A number as short as it can be told: `950`, `1518`, `15k`, `1.25M`, `0.25`. */
export const shortNumber = (value: number): string => {
  const size = Math.abs(value);
  if (size < 10_000 && Number.isInteger(value)) return String(value);
  for (const [unit, name] of UNITS) if (size >= unit) return `${rounded(value / unit)}${name}`;
  return rounded(value);
};

const UNITS: readonly (readonly [unit: number, name: string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** Three digits that count; of a small number no more than its own. */
const rounded = (value: number): string => String(Number(value.toPrecision(3)));

/** What can be drawn on an axis: numbers, and only positive ones where it is logarithmic. */
export const isDrawable = ({ x: xAxis, y: yAxis }: Figure, { x, y }: FigurePoint): boolean =>
  Number.isFinite(x) && Number.isFinite(y) && (xAxis.scale !== 'log' || x > 0) && (yAxis.scale !== 'log' || y > 0);
