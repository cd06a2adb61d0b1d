import {
  delayFigures,
  HISTOGRAM_UPPER_NS,
  histogramOf,
  robustSlope,
  spreadOf,
} from '../../harness/bench/statistics.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('bench/statistics');

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

test('the interval of a median has the ranks and the confidence of the binomial distribution', () => {
  // Six tosses of a coin fall all on one side with 2/64.
  const six = spreadOf([6, 1, 5, 2, 4, 3]);
  assert.equal([six.low, six.median, six.high], [1, 3.5, 6]);
  assert.is(six.confidence, 1 - 2 / 64);
  // Of 20, the 6th and the 15th: the table of every book on it says 95.86 %.
  const twenty = spreadOf(range(20));
  assert.equal([twenty.low, twenty.high], [6, 15]);
  assert.ok(Math.abs(twenty.confidence - 0.9586) < 0.0001, String(twenty.confidence));
});

test('few values give less confidence, and say so', () => {
  assert.is(spreadOf([1, 2, 3]).confidence, 0.75);
  assert.is(spreadOf([7]).confidence, 0);
  assert.throws(() => spreadOf([]), /at least one value/);
});

test('repetitions are summarised by the median, not by the best of them', () => {
  assert.is(spreadOf([100, 101, 102, 103, 900]).median, 102);
});

test('the typical latency is the median and not the mean, which one slow frame moves', () => {
  const delays = [...Array.from({ length: 999 }, () => 1000), 1e9];
  const { typicalNs } = delayFigures(delays);
  assert.is(typicalNs, 1000);
});

test('delay variation is the 99.9th percentile minus the minimum, not the maximum', () => {
  const delays = [...range(10_000).map((index) => 1000 + index), 1e9];
  const { pdvNs, worstCaseNs, percentile99Ns, minimumNs } = delayFigures(delays);
  assert.is(minimumNs, 1001);
  assert.ok(worstCaseNs < 11_100 && worstCaseNs > 10_900, String(worstCaseNs));
  assert.is(pdvNs, worstCaseNs - minimumNs);
  assert.ok(percentile99Ns < worstCaseNs);
});

test('inter-packet delay variation compares each frame with the one before it', () => {
  assert.is(delayFigures([10, 20, 10, 20, 10]).ipdvNs, 10);
  assert.is(delayFigures([10]).ipdvNs, 0);
});

test('every delay falls into one bin, whose upper end is not below it', () => {
  const delays = [500, 1000, 1001, 999_999, 1e6, 5e12];
  const { counts, upperNs } = histogramOf(delays);
  assert.is(
    counts.reduce((sum, count) => sum + count, 0),
    delays.length,
  );
  assert.is(counts.length, upperNs.length + 1);
  for (const delay of delays) {
    const bin = histogramOf([delay]).counts.indexOf(1);
    assert.ok(delay <= (HISTOGRAM_UPPER_NS[bin] ?? Infinity) * 1.000001, `${String(delay)} in bin ${String(bin)}`);
    assert.ok(bin === 0 || delay > (HISTOGRAM_UPPER_NS[bin - 1] ?? 0) * 0.999999, `${String(delay)} above bin`);
  }
});

test('a slope ignores a few points that are far off', () => {
  const points = range(10).map((x): [number, number] => [x, x === 4 ? 1e6 : 3 * x]);
  assert.is(robustSlope(points), 3);
});

test.run();
