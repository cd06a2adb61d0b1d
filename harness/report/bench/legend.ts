/** What the numbers of the tables mean, for whoever reads them for the first time. */
import { percentText } from '../../bench/numbers.ts';
import type { BenchResult, Spread, Throughput } from '../../bench/result.ts';
import { shortNumber } from '../plot/figure.ts';

/** What a ratio to native forwarding is worth: where the tester limits the latter it is an upper bound, and of two lower bounds there is none. */
export const ratioMeaning = (
  { ratioToNative, limit, frameSizeBytes, flows }: Throughput,
  all: readonly Throughput[],
): 'exact' | 'at most' | 'unknown' => {
  if (ratioToNative === undefined) return 'unknown';
  const native = all.find(
    (each) => each.mode === 'native' && each.frameSizeBytes === frameSizeBytes && each.flows === flows,
  );
  if (native?.limit !== 'tester') return 'exact';
  return limit === 'tester' ? 'unknown' : 'at most';
};

const intervalText = ({ values, confidence }: Spread): string =>
  values.length === 1
    ? 'One repetition: nothing is known of the spread.'
    : `Numbers are medians of ${String(values.length)} repetitions; in brackets the interval that holds the median with ${percentText(confidence)}.`;

export const throughputLegend = ({ throughput, method }: BenchResult): string => {
  const [first] = throughput;
  if (first === undefined) return '';
  const isLimited = throughput.some(({ mode, limit }) => mode === 'native' && limit === 'tester');
  return [
    intervalText(first.rate),
    'Without loss: the highest rate at which every frame came out once, right and in time; capacity: at most 0.5 % lost.',
    'Of native: the rate without loss in relation to plain IPv6 through the same node, repetition by repetition.',
    ...(isLimited ? ['Where the tester limits native forwarding, that is at most so much, or not known (-).'] : []),
    `Of the line: in relation to what ${shortNumber(method.lineBitsPerSecond)}bit/s could carry, which nothing here does.`,
  ].join(' ');
};

export const latencyLegend = ({ latency }: BenchResult): string => {
  const [first] = latency;
  if (first === undefined) return '';
  return [
    intervalText(first.typicalNs),
    'Load: in relation to the rate without loss. Typical: the median of all frames; PDV: 99.9th percentile minus least;',
    'IPDV: 99th percentile of the differences of neighbours.',
  ].join(' ');
};
