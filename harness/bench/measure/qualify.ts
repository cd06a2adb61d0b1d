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
/** A busy spell may be longer than the attempts at one rate; then the other size is on its way. */
const CLIMBS = 2;

/**
 * What the tester sends, receives and compares without a DUT, without losing anything: nothing above that can be said of one. Each
 * rate gets three attempts, and each size a second try to get higher, because a machine that was busy elsewhere is no limit.
 */
export const qualify = async (
  loopback: Loopback,
  plan: BenchPlan,
  streamOf: (frameSizeBytes: number) => Stream | undefined,
  isVirtual: boolean,
  signal: AbortSignal,
): Promise<Qualification> => {
  const sizes = [...new Set([Math.min(...plan.frameSizesBytes), Math.max(...plan.frameSizesBytes)])];
  const highest = isVirtual ? VIRTUAL_HIGHEST_RATE : HIGHEST_RATE;
  const rates = new Map<number, number>();
  for (let climb = 0; climb < (isVirtual ? 1 : CLIMBS); climb += 1)
    for (const frameSizeBytes of sizes) {
      const stream = streamOf(frameSizeBytes);
      if (stream === undefined) continue;
      const looped = loopbackStream(stream);
      const holdsAt = (rate: number): Promise<boolean> => holds(loopback, looped, rate, plan, signal);
      const known = rates.get(frameSizeBytes) ?? 0;
      const from = known === 0 ? await firstOf(holdsAt) : known;
      rates.set(frameSizeBytes, from < FIRST_RATE ? from : await highestOf(holdsAt, from, highest));
    }
  return { path: loopback.what, rates: [...rates].map(([frameSizeBytes, rate]) => ({ frameSizeBytes, rate })) };
};

/** A rate that holds; 0 where not even the lowest does. */
const firstOf = async (holdsAt: (rate: number) => Promise<boolean>): Promise<number> => {
  // A machine that is busy elsewhere does less, which is what it can be trusted with.
  for (let rate = FIRST_RATE; rate >= LEAST_RATE; rate /= 2) if (await holdsAt(rate)) return rate;
  return 0;
};

const highestOf = async (
  holdsAt: (rate: number) => Promise<boolean>,
  from: number,
  highest: number,
): Promise<number> => {
  let rate = from;
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
