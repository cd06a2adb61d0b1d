import type { BenchResult, LossCurve, Scale, Setting, Spread, Throughput } from '../../bench/result.ts';
import { grouped } from '../../grouped.ts';
import { shortNumber, type Axis, type Figure, type FigurePoint, type FigureSeries } from '../plot/figure.ts';
import { latencyFigures } from './latency-figures.ts';

/** Where the theoretical maximum would press everything measured into the bottom line, rates are drawn logarithmically. */
const LOGARITHMIC_FROM = 20;
const INTERVAL = 'Points are medians, bars and bands the intervals of the medians.';

/** Figures of a measurement, each where there is something to draw. */
export const benchFigures = (result: BenchResult): readonly Figure[] => [
  ...throughputFigure(result),
  ...flowsFigure(result),
  ...ratioFigure(result),
  ...lossFigure(result.curves),
  ...latencyFigures(result.latency),
  ...(result.scale === undefined ? [] : scaleFigures(result.scale)),
];

const throughputFigure = ({ throughput: all, method }: BenchResult): readonly Figure[] => {
  const throughput = atMostSizes(all);
  if (throughput.length === 0) return [];
  const least = Math.min(...throughput.map(({ rate }) => rate.median).filter((rate) => rate > 0));
  const most = Math.max(...throughput.map(({ theoreticalRate }) => theoreticalRate));
  const line = `${shortNumber(method.lineBitsPerSecond)}bit/s`;
  return [
    {
      title: 'Throughput by frame size',
      description: `The highest rate at which every frame came out once, right and in time. ${INTERVAL} Dashed: what a line of ${line} could carry.`,
      x: sizeAxis(throughput),
      y: { label: 'frames per second', ...(most / least > LOGARITHMIC_FROM ? { scale: 'log' } : {}) },
      series: [
        ...theoryOf(throughput),
        ...seriesBy(throughput, ({ frameSizeBytes, rate }) => pointOf(frameSizeBytes, rate)),
      ],
    },
  ];
};

/** What was measured at one size only, to compare something else, is no curve by size. */
const atMostSizes = (throughput: readonly Throughput[]): readonly Throughput[] => {
  const settings = [...grouped(throughput, (each) => settingText(each, throughput)).values()];
  const most = Math.max(0, ...settings.map(({ length }) => length));
  return settings.filter(({ length }) => length === most).flat();
};

const flowsFigure = ({ throughput }: BenchResult): readonly Figure[] => {
  const kinds = [...grouped(throughput, ({ mode, frameSizeBytes }) => `${mode}, ${String(frameSizeBytes)} bytes`)];
  const compared = kinds.filter(([, own]) => new Set(own.map(({ flows }) => flows)).size > 1);
  if (compared.length === 0) return [];
  return [
    {
      title: 'Throughput by number of flows',
      description: `The same frames to, or from, so many destinations in turn. ${INTERVAL}`,
      x: { label: 'flows', scale: 'log' },
      y: { label: 'frames per second' },
      series: compared.map(([name, own]) => ({
        name,
        kind: 'measured',
        points: own.map(({ flows, rate }) => pointOf(flows, rate)).toSorted((a, b) => a.x - b.x),
      })),
    },
  ];
};

/** Modes with the same overhead have the same line. */
const theoryOf = (throughput: readonly Throughput[]): readonly FigureSeries[] => {
  const lines = [...grouped(throughput, ({ mode }) => mode)].map(([mode, own]) => {
    const rates = new Map(own.map(({ frameSizeBytes, theoreticalRate }) => [frameSizeBytes, theoreticalRate]));
    return { mode, points: [...rates].map(([x, y]) => ({ x, y })).toSorted((a, b) => a.x - b.x) };
  });
  return [...grouped(lines, ({ points }) => JSON.stringify(points)).values()].map((same) => ({
    name: `theoretical maximum of the line: ${same.map(({ mode }) => mode).join(', ')}`,
    kind: 'theory',
    points: same[0]?.points ?? [],
  }));
};

const ratioFigure = ({ throughput }: BenchResult): readonly Figure[] => {
  const compared = throughput.flatMap((each) =>
    each.ratioToNative === undefined ? [] : [{ ...each, ratio: each.ratioToNative }],
  );
  if (compared.length === 0) return [];
  return [
    {
      title: 'Cost of the tunnel by frame size',
      description: `Throughput in relation to plain IPv6 through the same node, measured in turns. ${INTERVAL}`,
      x: sizeAxis(compared),
      y: { label: 'part of the throughput without a tunnel' },
      series: seriesBy(compared, ({ frameSizeBytes, ratio }) => pointOf(frameSizeBytes, ratio)),
    },
  ];
};

const lossFigure = (curves: readonly LossCurve[]): readonly Figure[] => {
  if (curves.length === 0) return [];
  return [
    {
      title: 'Loss by offered rate',
      description: 'The part of the frames that did not come out, at falling rates.',
      x: { label: 'offered frames per second' },
      y: { label: 'lost (%)' },
      series: curves.map((curve) => ({
        name: `${settingText(curve, curves)}, ${String(curve.frameSizeBytes)} bytes`,
        kind: 'measured',
        points: curve.points
          .map(({ offeredRate, lossRatio }) => ({ x: offeredRate, y: lossRatio * 100 }))
          .toSorted((a, b) => a.x - b.x),
      })),
    },
  ];
};

const scaleFigures = ({ points, frameSizeBytes, stateKnown }: Scale): readonly Figure[] => {
  const nodes: Axis = { label: 'nodes talked to', scale: 'log', ticks: points.map((point) => point.nodes) };
  const rates = points.flatMap(({ nodes: x, capacity }) => (capacity === undefined ? [] : [pointOf(x, capacity)]));
  const tables = [...new Set(points.flatMap(({ entries }) => Object.keys(entries)))];
  return [
    ...(rates.length === 0
      ? []
      : [
          {
            title: 'Rate by number of nodes',
            description: `The highest rate of frames of ${String(frameSizeBytes)} bytes with at most 0.5 % loss, all nodes in turn. ${INTERVAL}`,
            x: nodes,
            y: { label: 'frames per second' },
            series: [{ name: 'rate', kind: 'measured', points: rates } as const],
          },
        ]),
    ...(!stateKnown || tables.length === 0
      ? []
      : [
          {
            title: 'State by number of nodes',
            description: 'Entries in the tables of the node after it had talked to so many others, by its own count.',
            x: nodes,
            y: { label: 'entries' },
            series: tables.map((name) => ({
              name,
              kind: 'measured' as const,
              points: points.map(({ nodes: x, entries }) => ({ x, y: entries[name] ?? 0 })),
            })),
          },
        ]),
  ];
};

const sizeAxis = (settings: readonly Setting[]): Axis => ({
  label: 'frame size (bytes)',
  scale: 'log',
  ticks: [...new Set(settings.map(({ frameSizeBytes }) => frameSizeBytes))].toSorted((a, b) => a - b),
});

const pointOf = (x: number, { median, low, high }: Spread): FigurePoint => ({ x, y: median, low, high });

/** One series for each setting but its frame size. */
const seriesBy = <Item extends Setting>(
  items: readonly Item[],
  point: (item: Item) => FigurePoint,
): readonly FigureSeries[] =>
  [...grouped(items, (item) => settingText(item, items))].map(([name, own]) => ({
    name,
    kind: 'measured',
    points: own.map(point).toSorted((a, b) => a.x - b.x),
  }));

/** What tells a setting from the others of a figure: the mode, and flows and shares where these differ. */
export const settingText = (setting: Setting, among: readonly Setting[]): string => {
  const differs = (value: (each: Setting) => unknown): boolean => new Set(among.map(value)).size > 1;
  return [
    setting.mode,
    ...(differs(({ flows }) => flows) ? [`${String(setting.flows)} ${setting.flows === 1 ? 'flow' : 'flows'}`] : []),
    ...(setting.tunnelledShare === undefined
      ? []
      : [`${String(Math.round(setting.tunnelledShare * 100))} % tunnelled`]),
  ].join(', ');
};
