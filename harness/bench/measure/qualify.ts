import { passTime } from '../load/bench-time.ts';
import { concludeFrom } from '../load/outcome.ts';
import { runTrial } from '../load/trial.ts';
import type { Loopback } from '../loopback.ts';
import type { BenchPlan } from '../plan.ts';
import type { Qualification } from '../result.ts';
import { loopbackStream, type Stream } from '../traffic/stream.ts';

const FIRST_RATE = 4_000;
const LEAST_RATE = 500;
/** More is not asked of the tester; in virtual time there is no end to it. */
const HIGHEST_RATE = 1_000_000;
const VIRTUAL_HIGHEST_RATE = 64_000;
const REST_SECONDS = 0.02;
const ATTEMPTS = 3;

/**
 * What the tester sends, receives and compares without a DUT, without losing anything: nothing above that can be said of one. Each
 * rate gets three attempts, because a machine that was busy elsewhere is no limit.
 */
export const qualify = async (
  loopback: Loopback,
  plan: BenchPlan,
  streamOf: (frameSizeBytes: number) => Stream | undefined,
  isVirtual: boolean,
  signal: AbortSignal,
): Promise<Qualification> => {
  const sizes = [...new Set([Math.min(...plan.frameSizesBytes), Math.max(...plan.frameSizesBytes)])];
  const rates: Qualification['rates'][number][] = [];
  for (const frameSizeBytes of sizes) {
    const stream = streamOf(frameSizeBytes);
    if (stream === undefined) continue;
    const looped = loopbackStream(stream);
    const highest = isVirtual ? VIRTUAL_HIGHEST_RATE : HIGHEST_RATE;
    const holdsAt = (rate: number): Promise<boolean> => holds(loopback, looped, rate, plan, signal);
    rates.push({ frameSizeBytes, rate: await highestOf(holdsAt, highest) });
  }
  return { path: loopback.what, rates };
};

/** 0 where not even the lowest rate holds. */
const highestOf = async (holdsAt: (rate: number) => Promise<boolean>, highest: number): Promise<number> => {
  let rate = FIRST_RATE;
  // A machine that is busy elsewhere does less, which is what it can be trusted with.
  while (!(await holdsAt(rate))) {
    rate /= 2;
    if (rate < LEAST_RATE) return 0;
  }
  if (rate < FIRST_RATE) return rate;
  while (rate * 2 <= highest) {
    if (!(await holdsAt(rate * 2))) return (await holdsAt(rate * 1.5)) ? rate * 1.5 : rate;
    rate *= 2;
  }
  return rate;
};

const holds = async (
  { path }: Loopback,
  stream: Stream,
  framesPerSecond: number,
  { searchSeconds, drainSeconds }: BenchPlan,
  signal: AbortSignal,
): Promise<boolean> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    signal.throwIfAborted();
    const trial = await runTrial(path, [{ stream, framesPerSecond }], { seconds: searchSeconds, drainSeconds });
    await passTime(path.time, REST_SECONDS);
    if (concludeFrom(trial).isLossless) return true;
  }
  return false;
};

/** The rate of the tester at a size between those that were tried: time per frame grows with its bytes. 0 without any. */
export const testerRateAt = ({ rates }: Qualification, frameSizeBytes: number): number => {
  const sorted = rates.toSorted((left, right) => left.frameSizeBytes - right.frameSizeBytes);
  const above = sorted.find((each) => each.frameSizeBytes >= frameSizeBytes) ?? sorted.at(-1);
  const below = sorted.findLast((each) => each.frameSizeBytes <= frameSizeBytes) ?? sorted[0];
  if (above === undefined || below === undefined || above.rate === 0 || below.rate === 0) return 0;
  const span = above.frameSizeBytes - below.frameSizeBytes;
  const share = span === 0 ? 0 : (frameSizeBytes - below.frameSizeBytes) / span;
  return 1 / ((1 - share) / below.rate + share / above.rate);
};
