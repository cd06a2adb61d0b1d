import { median } from 'simple-statistics';
import { grouped } from '../../grouped.ts';
import type { Contention } from '../collected.ts';
import { percentText, rateText } from '../numbers.ts';
import type { BenchFinding, BenchMode, Throughput } from '../result.ts';
import { robustSlope } from '../statistics.ts';

/** Time that the node has for one frame, by the size of the frame. */
interface Cost {
  readonly frameSizeBytes: number;
  readonly costNs: number;
  /** With the fastest rate that the interval allows. */
  readonly leastNs: number;
}

const SIZES_FOR_A_LINE = 4;
const SLOW_BY = 0.1;
const SURELY_SLOW_BY = 0.05;
const NOTICED_ASYMMETRY = 0.25;
const PER_BYTE_FACTOR = 3;
const PER_BYTE_SHARE = 0.3;

const isWhole = ({ limit, capacity }: Throughput): boolean => limit === 'dut' && capacity.median > 0;

const costsOf = (all: readonly Throughput[], mode: BenchMode): readonly Cost[] => {
  const own = all.filter((each) => each.mode === mode && isWhole(each));
  // Sizes are compared at one number of flows.
  const [most] = [...grouped(own, ({ flows }) => flows).values()].toSorted((left, right) => right.length - left.length);
  return (most ?? []).map(({ frameSizeBytes, capacity }) => ({
    frameSizeBytes,
    costNs: 1e9 / capacity.median,
    leastNs: 1e9 / capacity.high,
  }));
};

/** What the sizes, the directions and the baseline say when they are put side by side. */
export const speedFindings = (all: readonly Throughput[]): readonly BenchFinding[] => [
  ...(['encap', 'decap', 'both'] as const).flatMap((mode) => slowSizes(mode, costsOf(all, mode))),
  ...(['encap', 'decap'] as const).flatMap((mode) => perByte(mode, costsOf(all, mode), costsOf(all, 'native'))),
  ...asymmetry(costsOf(all, 'encap'), costsOf(all, 'decap')),
];

/** The line through the costs of all other sizes. */
const lineWithout = (costs: readonly Cost[], size: number): ((frameSizeBytes: number) => number) => {
  const points = costs
    .filter(({ frameSizeBytes }) => frameSizeBytes !== size)
    .map(({ frameSizeBytes, costNs }) => [frameSizeBytes, costNs] as const);
  const slope = robustSlope(points);
  const start = median(points.map(([x, y]) => y - slope * x));
  return (frameSizeBytes) => start + slope * frameSizeBytes;
};

const slowSizes = (mode: BenchMode, costs: readonly Cost[]): readonly BenchFinding[] => {
  if (costs.length < SIZES_FOR_A_LINE) return [];
  const slow = costs.filter(({ frameSizeBytes, costNs, leastNs }) => {
    const usual = lineWithout(costs, frameSizeBytes)(frameSizeBytes);
    return costNs > usual * (1 + SLOW_BY) && leastNs > usual * (1 + SURELY_SLOW_BY);
  });
  // When many sizes are off there is no line, and nothing is known of a single one.
  if (slow.length > costs.length / 4) return [];
  return slow.map(({ frameSizeBytes, costNs }) => {
    const usual = lineWithout(costs, frameSizeBytes)(frameSizeBytes);
    return {
      kind: 'slow-at-one-size',
      severity: 'notice',
      requirement: 'bench.throughput-zero-loss',
      text: `${mode} is ${percentText(1 - usual / costNs)} slower at ${String(frameSizeBytes)} bytes than the other sizes let expect (${rateText(1e9 / costNs)} instead of ${rateText(1e9 / usual)} frames/s)`,
    };
  });
};

const perByte = (mode: BenchMode, costs: readonly Cost[], native: readonly Cost[]): readonly BenchFinding[] => {
  const slope = (of: readonly Cost[]): number =>
    robustSlope(of.map(({ frameSizeBytes, costNs }) => [frameSizeBytes, costNs] as const));
  const smallest = costs.toSorted((left, right) => left.frameSizeBytes - right.frameSizeBytes)[0];
  const largest = costs.toSorted((left, right) => right.frameSizeBytes - left.frameSizeBytes)[0];
  if (smallest === undefined || largest === undefined || costs.length < 2 || native.length < 2) return [];
  const own = slope(costs);
  const share = (own * (largest.frameSizeBytes - smallest.frameSizeBytes)) / smallest.costNs;
  if (share < PER_BYTE_SHARE || own < PER_BYTE_FACTOR * Math.max(0, slope(native))) return [];
  return [
    {
      kind: 'cost-per-byte',
      severity: 'notice',
      requirement: 'bench.throughput-zero-loss',
      text: `${mode} costs ${own.toFixed(1)} ns more for each byte, native forwarding ${slope(native).toFixed(1)} ns: the payload is worked on, not only the headers`,
    },
  ];
};

/** Told apart only where neither direction was limited by the tester. */
const asymmetry = (encap: readonly Cost[], decap: readonly Cost[]): readonly BenchFinding[] => {
  const pairs = encap.flatMap((one) => {
    const other = decap.find(({ frameSizeBytes }) => frameSizeBytes === one.frameSizeBytes);
    return other === undefined ? [] : [{ size: one.frameSizeBytes, ratio: one.costNs / other.costNs }];
  });
  const [first] = pairs;
  if (first === undefined) return [];
  const ratio = median(pairs.map((pair) => pair.ratio));
  if (Math.min(ratio, 1 / ratio) > 1 - NOTICED_ASYMMETRY) return [];
  const [slower, faster] = ratio < 1 ? ['decapsulation', 'encapsulation'] : ['encapsulation', 'decapsulation'];
  const sizes = pairs.map(({ size }) => String(size)).join(', ');
  return [
    {
      kind: 'directions-differ',
      severity: 'notice',
      requirement: 'bench.topologies',
      text: `${slower} runs at ${percentText(Math.min(ratio, 1 / ratio))} of the speed of ${faster} (sizes ${sizes}); the sum of both would hide it`,
    },
  ];
};

const STARVED = 0.5;
const SURELY_STARVED = 0.2;

/** One direction gets far less of what it offers than the other when there is too much of both. */
export const contentionFindings = (all: readonly Contention[]): readonly BenchFinding[] =>
  all.flatMap(({ setting, offeredRate, delivered }) => {
    const shares = Object.entries(delivered).toSorted(([, left], [, right]) => left - right);
    const least = shares[0];
    const most = shares.at(-1);
    if (least === undefined || most === undefined || most[1] === 0 || least[1] / most[1] > STARVED) return [];
    return [
      {
        kind: 'direction-starves' as const,
        severity: least[1] / most[1] < SURELY_STARVED ? ('fail' as const) : ('notice' as const),
        requirement: 'bench.bidirectional-and-mixes',
        text: `with both directions loaded (${rateText(offeredRate)} frames/s of ${String(setting.frameSizeBytes)} bytes) ${least[0]} gets ${percentText(least[1])} of its frames through, ${most[0]} ${percentText(most[1])}`,
      },
    ];
  });
