import type { Outcome } from '../load/outcome.ts';

/** Offers a rate (frames per second over all directions) for a while. */
export type Offer = (rate: number, seconds: number) => Promise<Outcome>;

export interface SearchOptions {
  readonly offer: Offer;
  /** Where to begin: near the answer, unless it is a mere guess. */
  readonly startRate: number;
  readonly isGuess: boolean;
  /** What the tester is known to be able to do; nothing above is offered. */
  readonly highestRate: number;
  readonly searchSeconds: number;
  readonly finalSeconds: number;
  /** The rates between which the answer lies are this close in the end, e.g. 0.02. */
  readonly resolution: number;
}

export interface Found {
  /** Highest rate with a tolerable loss. */
  readonly capacity: number;
  /** Highest rate without any; 0 where there is none. */
  readonly throughput: number;
  readonly limit: 'dut' | 'tester';
}

/** Below this nothing is measured any more. */
export const LOWEST_RATE = 50;
/** How far a rate that was measured before is off, as a rule. */
const NEAR = 1.15;
const FAR = 2;

/**
 * RFC 2544 section 26.1 with a search in place of steps: short trials find how fast the node is, which one frame lost by chance does not
 * change; then trials of full length at falling rates, until one loses nothing.
 */
export const findThroughput = async (options: SearchOptions): Promise<Found> => {
  const { capacity, limit } = await findCapacity(options);
  if (capacity === 0) return { capacity, throughput: 0, limit };
  return { capacity, throughput: await findLossless(options, capacity), limit };
};

/** What a rate turned out to be: `tester` is too high for the tester, of the DUT nothing is known. */
type Held = 'yes' | 'no' | 'tester';

export const findCapacity = async (options: SearchOptions): Promise<Pick<Found, 'capacity' | 'limit'>> => {
  const { highestRate, resolution } = options;
  const holds = (rate: number): Promise<Held> => hold(options, rate);
  let { low, high, held } = await bracket(holds, options);
  if (low === 0) return { capacity: 0, limit: held === 'tester' ? 'tester' : 'dut' };
  while (high / low > 1 + resolution) {
    const middle = Math.sqrt(low * high);
    const result = await holds(middle);
    if (result === 'yes') low = middle;
    else [high, held] = [middle, result];
  }
  return { capacity: low, limit: held === 'tester' || low >= highestRate ? 'tester' : 'dut' };
};

/** A rate that is too high fails again; one that failed because the machine was busy elsewhere does not. */
const ATTEMPTS = 2;

const hold = async ({ offer, searchSeconds }: SearchOptions, rate: number): Promise<Held> => {
  let held: Held = 'no';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const outcome = await offer(rate, searchSeconds);
    if (outcome.isTolerable) return 'yes';
    // Late without a queue anywhere: the tester has not offered what it should.
    const isTesters = !outcome.isPaced && !outcome.isOverloaded && outcome.counts.lost === 0;
    held = isTesters ? 'tester' : 'no';
  }
  return held;
};

interface Bracket {
  low: number;
  high: number;
  /** What `high` turned out to be. */
  held: Held;
}

/** A rate that holds, and one that does not; both the highest where even that holds, low 0 where nothing does. */
const bracket = async (
  holds: (rate: number) => Promise<Held>,
  { startRate, highestRate, isGuess }: SearchOptions,
): Promise<Bracket> => {
  let step = isGuess ? FAR : NEAR;
  const start = Math.min(startRate, highestRate);
  let held = await holds(start);
  if (held === 'yes') {
    let low = start;
    while (low < highestRate) {
      const high = Math.min(low * step, highestRate);
      held = await holds(high);
      if (held !== 'yes') return { low, high, held };
      low = high;
      step = FAR;
    }
    return { low, high: low, held };
  }
  let high = start;
  while (high > LOWEST_RATE) {
    const low = high / step;
    const result = await holds(low);
    if (result === 'yes') return { low, high, held };
    [high, held] = [low, result];
    step = FAR;
  }
  return { low: 0, high, held };
};

/** Shares of the capacity at which a loss is looked for, until there is none. */
const FALLING = [1, 0.98, 0.95, 0.9, 0.8, 0.65, 0.5, 0.25] as const;

const findLossless = async ({ offer, finalSeconds }: SearchOptions, capacity: number): Promise<number> => {
  for (const share of FALLING) {
    const outcome = await offer(capacity * share, finalSeconds);
    if (outcome.isLossless) return capacity * share;
  }
  return 0;
};
