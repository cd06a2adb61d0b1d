import type { Comparison, EntryCounts, OverlayRow, OverlaysResult } from '../../bench/overlays/result.ts';
import type { Axis, Figure, FigureSeries } from '../plot/figure.ts';

/** Figures of a comparison of overlays, each where there is something to draw. */
export const overlayFigures = ({ rows, method }: OverlaysResult): readonly Figure[] => [
  ...stateFigure(rows),
  ...ratioFigure(rows, carriedOf, {
    title: 'Throughput by frame size, in relation to native IPv6',
    label: 'part of the rate without an overlay',
    what: `Closed loops of ${String(method.window)} packets, in turns with native IPv6 between the same nodes; by the time that the processor needs where the machine tells, else by the clock.`,
  }),
  ...ratioFigure(rows, ({ latency }) => latency, {
    title: 'Latency by frame size, in relation to native IPv6',
    label: 'times the latency without an overlay',
    what: 'One packet after the other, measured in turns with native IPv6 between the same nodes.',
  }),
];

/** What two nodes carry, by the better clock that there is. */
export const carriedOf = ({ throughput }: OverlayRow): readonly Comparison[] =>
  throughput.map(({ processor, clock }) => processor ?? clock);

/** What a node keeps alone and with all others; between the two nothing was measured. */
const stateFigure = (rows: readonly OverlayRow[]): readonly Figure[] => {
  const series = rows.flatMap(({ title, entries }): FigureSeries[] =>
    entries === undefined
      ? []
      : [
          {
            name: title,
            kind: 'measured',
            points: [
              { x: 1, y: sumOf(entries.alone) },
              { x: entries.nodes, y: entries.total },
            ],
          },
        ],
  );
  if (series.length === 0) return [];
  const isLog = series.every(({ points }) => points.every(({ y }) => y > 0));
  return [
    {
      title: 'State by number of nodes',
      description:
        'Entries in the tables of one node, as it lists them itself: alone, and when it knows all others. The lines only join what was counted.',
      x: { label: 'nodes', scale: 'log' },
      y: { label: 'entries of a node', ...(isLog ? { scale: 'log' } : {}) },
      series,
    },
  ];
};

const sumOf = (counts: EntryCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

const ratioFigure = (
  rows: readonly OverlayRow[],
  pick: (row: OverlayRow) => readonly Comparison[],
  { title, label, what }: { readonly title: string; readonly label: string; readonly what: string },
): readonly Figure[] => {
  const measured = rows.filter((row) => pick(row).length > 0);
  if (measured.length === 0) return [];
  const sizes = [...new Set(measured.flatMap((row) => pick(row).map(({ frameSizeBytes }) => frameSizeBytes)))];
  const x: Axis = { label: 'frame size (bytes)', scale: 'log', ticks: sizes.toSorted((a, b) => a - b) };
  return [
    {
      title,
      description: `${what} Points are medians, bars and bands the intervals of the medians.`,
      x,
      y: { label },
      series: measured.map((row) => ({
        name: row.title,
        kind: 'measured',
        points: pick(row).map(({ frameSizeBytes, ratio: { median, low, high } }) => ({
          x: frameSizeBytes,
          y: median,
          low,
          high,
        })),
      })),
    },
  ];
};
