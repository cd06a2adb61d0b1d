/** What is said of several measurements. Nothing here assumes a distribution. */
import { median, quantileSorted } from 'simple-statistics';
import type { Histogram, Spread } from './result.ts';

/** Asked of an interval; few values give less, and the spread says how much. */
const CONFIDENCE = 0.95;

const ascending = (left: number, right: number): number => left - right;

/** @throws RangeError without a value */
export const spreadOf = (values: readonly number[]): Spread => {
  if (values.length === 0) throw new RangeError('expected at least one value, found none');
  const sorted = values.toSorted(ascending);
  const { low, high, confidence } = medianInterval(sorted);
  return {
    values,
    median: median([...sorted]),
    low,
    high,
    confidence,
    percentile1: quantileSorted([...sorted], 0.01),
    percentile99: quantileSorted([...sorted], 0.99),
  };
};

/**
 * The narrowest interval between two values of the same distance from the ends that holds the median with 95 %: whether a value is
 * above the median is the toss of a coin, so the ranks follow from the binomial distribution (RFC 2330 section 11.3 has the idea).
 * All values, with what they give, where that is less.
 */
const medianInterval = (sorted: readonly number[]): Pick<Spread, 'low' | 'high' | 'confidence'> => {
  const count = sorted.length;
  let left = 0;
  let tail = 0.5 ** count;
  let term = tail;
  // One more value given away at each end costs the probability that so few are on one side.
  while (left + 1 < count - left - 2) {
    term = (term * (count - left)) / (left + 1);
    if (1 - 2 * (tail + term) < CONFIDENCE) break;
    tail += term;
    left += 1;
  }
  return {
    low: sorted[left] ?? NaN,
    high: sorted[count - 1 - left] ?? NaN,
    confidence: count === 1 ? 0 : 1 - 2 * tail,
  };
};

/** RFC 8219 sections 7.2 and 7.3, of one stream: delays in the order in which the frames were sent, lost ones left out. */
export interface DelayFigures {
  readonly minimumNs: number;
  readonly typicalNs: number;
  readonly percentile99Ns: number;
  readonly worstCaseNs: number;
  readonly pdvNs: number;
  readonly ipdvNs: number;
}

/** @throws RangeError without a delay */
export const delayFigures = (delaysNs: readonly number[]): DelayFigures => {
  if (delaysNs.length === 0) throw new RangeError('expected at least one delay, found none');
  const sorted = delaysNs.toSorted(ascending);
  const at = (share: number): number => quantileSorted(sorted, share);
  const steps = delaysNs.slice(1).map((delay, index) => Math.abs(delay - (delaysNs[index] ?? 0)));
  const minimumNs = sorted[0] ?? 0;
  return {
    minimumNs,
    // The median, because RFC 8219 section 7.2 calls that the typical latency.
    typicalNs: at(0.5),
    percentile99Ns: at(0.99),
    worstCaseNs: at(0.999),
    // Not the maximum: one frame that the machine held up would be all that it says (section 7.3.1).
    pdvNs: at(0.999) - minimumNs,
    ipdvNs: steps.length === 0 ? 0 : quantileSorted(steps.toSorted(ascending), 0.99),
  };
};

const FIRST_BIN_NS = 1_000;
const BINS_PER_DECADE = 10;
const DECADES = 7;

/** Upper ends from 1 µs to 10 s, ten for each decade. */
export const HISTOGRAM_UPPER_NS: readonly number[] = Array.from(
  { length: BINS_PER_DECADE * DECADES + 1 },
  (_, index) => FIRST_BIN_NS * 10 ** (index / BINS_PER_DECADE),
);

export const histogramOf = (delaysNs: readonly number[]): Histogram => {
  const counts = Array.from({ length: HISTOGRAM_UPPER_NS.length + 1 }, () => 0);
  for (const delay of delaysNs) {
    const decades = Math.log10(Math.max(delay, FIRST_BIN_NS) / FIRST_BIN_NS);
    const bin = Math.min(counts.length - 1, Math.ceil(decades * BINS_PER_DECADE - 1e-9));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { upperNs: HISTOGRAM_UPPER_NS, counts };
};

/** Median of the slopes between all pairs (Theil and Sen): up to a quarter of the points may be anything. */
export const robustSlope = (points: readonly (readonly [x: number, y: number])[]): number => {
  const slopes = points.flatMap(([x, y], index) =>
    points.slice(index + 1).flatMap(([otherX, otherY]) => (otherX === x ? [] : [(otherY - y) / (otherX - x)])),
  );
  return slopes.length === 0 ? 0 : median(slopes);
};
