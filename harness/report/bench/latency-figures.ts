import type { Histogram, Latency } from '../../bench/result.ts';
import { grouped } from '../../grouped.ts';
import type { Figure, FigurePoint } from '../plot/figure.ts';

const NS_PER_US = 1000;

/** One figure for each mode: how many frames had come out after how long. */
export const latencyFigures = (latency: readonly Latency[]): readonly Figure[] =>
  [...grouped(latency, ({ mode }) => mode)].map(([mode, own]) => ({
    title: `Latency, ${mode}`,
    description:
      'The part of the frames that had come out after a time, all repetitions together; steep is steady, a long tail at the top is what few frames wait for.',
    x: { label: 'latency (µs)', scale: 'log' },
    y: { label: 'part of the frames', from: 0, to: 1 },
    series: own.map((each) => ({
      name: nameOf(each, own),
      kind: 'steps',
      points: distributionOf(each.histogram),
    })),
  }));

const nameOf = ({ frameSizeBytes, load, flows }: Latency, among: readonly Latency[]): string => {
  const differs = (value: (each: Latency) => unknown): boolean => new Set(among.map(value)).size > 1;
  return [
    `${String(frameSizeBytes)} bytes`,
    ...(differs((each) => each.load) ? [`load ${String(Math.round(load * 100))} %`] : []),
    ...(differs((each) => each.flows) ? [`${String(flows)} flows`] : []),
  ].join(', ');
};

/**
 * The cumulative distribution, from the end of the last empty bin on, in microseconds. The last bin has no upper end, so what is in it is
 * missing at the top.
 */
export const distributionOf = ({ upperNs, counts }: Histogram): readonly FigurePoint[] => {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return [];
  const points: FigurePoint[] = [];
  let seen = 0;
  for (const [bin, upper] of upperNs.entries()) {
    const count = counts[bin] ?? 0;
    seen += count;
    const next = counts[bin + 1] ?? 0;
    // Of what is flat, the ends are enough.
    if (count > 0 || (next > 0 && seen === 0)) points.push({ x: upper / NS_PER_US, y: seen / all });
    if (seen === all) break;
  }
  return points;
};
