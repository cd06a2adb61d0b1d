import {
  DEFAULT_PLAN,
  FULL_LENGTHS,
  LARGEST_FRAME_BYTES,
  QUICK_PLAN,
  SMALLEST_FRAME_BYTES,
  type BenchPlan,
} from '../../bench/plan.ts';
import { BENCH_MODES } from '../../bench/result.ts';
import { UsageError } from '../usage-error.ts';
import type { BenchFlags } from './flags.ts';

const ascending = (values: readonly number[]): number[] => [...new Set(values)].toSorted((left, right) => left - right);

/** What the flags come down to. @throws UsageError */
export const makePlan = (flags: BenchFlags): BenchPlan => {
  const base: BenchPlan =
    flags.quick === true ? QUICK_PLAN : { ...DEFAULT_PLAN, ...(flags.full === true ? FULL_LENGTHS : {}) };
  for (const size of flags.size ?? [])
    if (size < SMALLEST_FRAME_BYTES || size > LARGEST_FRAME_BYTES)
      throw new UsageError(
        `--size ${String(size)}: expected ${String(SMALLEST_FRAME_BYTES)} to ${String(LARGEST_FRAME_BYTES)} bytes; a smaller frame has no room for IPv6, UDP and what identifies it`,
      );
  const seconds = flags.trialSeconds;
  return {
    ...base,
    ...(flags.size === undefined ? {} : { frameSizesBytes: ascending(flags.size) }),
    // In the order of all modes: the baseline stands beside what is compared with it.
    ...(flags.mode === undefined ? {} : { modes: BENCH_MODES.filter((mode) => flags.mode?.includes(mode)) }),
    ...(flags.measure === undefined ? {} : { measures: [...new Set(flags.measure)] }),
    ...(flags.flows === undefined ? {} : { flows: flags.flows }),
    ...(flags.flowCount === undefined ? {} : { flowCounts: ascending(flags.flowCount) }),
    ...(flags.nodes === undefined ? {} : { nodeCounts: ascending(flags.nodes) }),
    ...(flags.repetitions === undefined ? {} : { repetitions: flags.repetitions }),
    ...(seconds === undefined ? {} : { finalSeconds: seconds, searchSeconds: Math.max(0.05, seconds / 2) }),
    ...(flags.lineRate === undefined ? {} : { lineBitsPerSecond: flags.lineRate }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
  };
};
