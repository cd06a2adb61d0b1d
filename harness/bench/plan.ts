import type { BenchMode } from './result.ts';
import { SMALLEST_FRAME_BYTES } from './traffic/stream.ts';

export const MEASURES = ['throughput', 'integrity', 'loss', 'latency', 'flows', 'mixes', 'scale'] as const;
export type Measure = (typeof MEASURES)[number];

/** What a run measures, and for how long. */
export interface BenchPlan {
  readonly quick: boolean;
  readonly seed: string;
  readonly measures: readonly Measure[];
  readonly frameSizesBytes: readonly number[];
  readonly modes: readonly BenchMode[];
  /** Flows of all measurements but that of their number. */
  readonly flows: number;
  readonly flowCounts: readonly number[];
  readonly nodeCounts: readonly number[];
  readonly movedPods: number;
  /** Of frames in the tunnel, in `mixed` traffic (RFC 8219 section 5.3). */
  readonly tunnelledShares: readonly number[];
  readonly repetitions: number;
  readonly searchSeconds: number;
  readonly finalSeconds: number;
  /** Of one trial far below the capacity; long enough for what happens once a second. */
  readonly integritySeconds: number;
  readonly settleSeconds: number;
  readonly drainSeconds: number;
  readonly restSeconds: number;
  readonly resolution: number;
  readonly lineBitsPerSecond: number;
}

/** RFC 5180 section 5.1.1 as RFC 8219 takes it over, with the smallest size that holds IPv6, UDP and a tag. */
export const FRAME_SIZES_BYTES = [84, 128, 256, 512, 768, 1024, 1280, 1518] as const;
/** Where the medium carries them. */
export const JUMBO_FRAME_SIZES_BYTES = [1522, 2048, 4096, 8192, 9216] as const;
export const LARGEST_FRAME_BYTES = 65_000;
export { SMALLEST_FRAME_BYTES };

export const DEFAULT_PLAN: BenchPlan = {
  quick: false,
  seed: '1',
  measures: ['throughput', 'integrity', 'loss', 'latency', 'flows', 'mixes'],
  frameSizesBytes: FRAME_SIZES_BYTES,
  modes: ['native', 'encap', 'decap', 'both'],
  flows: 16,
  flowCounts: [1, 16, 256, 10_000],
  nodeCounts: [1, 100, 10_000, 65_536],
  movedPods: 1_000,
  tunnelledShares: [0.9, 0.5, 0.1],
  // The fewest of which an interval is sure to 95 %.
  repetitions: 6,
  searchSeconds: 0.5,
  finalSeconds: 1,
  integritySeconds: 5,
  settleSeconds: 0.02,
  drainSeconds: 2,
  restSeconds: 0.02,
  resolution: 0.02,
  lineBitsPerSecond: 10e9,
};

/** In about two minutes: enough to see what is badly wrong. */
export const QUICK_PLAN: BenchPlan = {
  ...DEFAULT_PLAN,
  quick: true,
  measures: ['throughput', 'integrity', 'latency', 'flows'],
  frameSizesBytes: [84, 1280],
  modes: ['native', 'encap', 'decap'],
  flowCounts: [1, 256],
  // Intervals of two runs of five miss each other by chance once in 126 times, those of three once in ten.
  repetitions: 5,
  searchSeconds: 0.2,
  finalSeconds: 0.4,
  integritySeconds: 3.5,
  resolution: 0.04,
  drainSeconds: 1,
};

/** The lengths that RFC 2544 section 24 and RFC 8219 section 12 ask for. Hours. */
export const FULL_LENGTHS = {
  repetitions: 20,
  searchSeconds: 2,
  finalSeconds: 60,
  integritySeconds: 60,
  settleSeconds: 2,
  drainSeconds: 2,
  restSeconds: 5,
  resolution: 0.01,
} as const satisfies Partial<BenchPlan>;
