import { findCapacity, findThroughput, type SearchOptions } from '../../harness/bench/measure/search.ts';
import type { Outcome } from '../../harness/bench/load/outcome.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('bench/search');

interface Behaviour {
  /** Frames lost of those offered at this rate. */
  readonly lost: (rate: number) => number;
  readonly isPaced?: (rate: number) => boolean;
  readonly isOverloaded?: (rate: number) => boolean;
}

const outcomeOf = (rate: number, seconds: number, behaviour: Behaviour): Outcome => {
  const sent = Math.round(rate * seconds);
  const lost = Math.min(sent, behaviour.lost(rate));
  const isPaced = behaviour.isPaced?.(rate) ?? true;
  const isOverloaded = behaviour.isOverloaded?.(rate) ?? false;
  const isInTime = isPaced && !isOverloaded;
  return {
    counts: { sent, received: sent - lost, lost, duplicated: 0, corrupted: 0, reordered: 0, fragments: 0, errors: 0 },
    lossRatio: lost / sent,
    isPaced,
    isOverloaded,
    isLossless: isInTime && lost === 0,
    isTolerable: isInTime && lost <= 0.005 * sent,
    trial: {
      records: [],
      beside: { fragments: 0, errors: 0, late: 0, firstWrong: undefined },
      plannedSeconds: seconds,
      sendingSeconds: seconds,
      pushedBack: false,
    },
  };
};

const options = (behaviour: Behaviour, changes: Partial<SearchOptions> = {}): SearchOptions => ({
  offer: async (rate, seconds) => outcomeOf(rate, seconds, behaviour),
  startRate: 1000,
  isGuess: true,
  highestRate: 1_000_000,
  searchSeconds: 1,
  finalSeconds: 1,
  resolution: 0.01,
  ...changes,
});

/** Loses what is above its rate. */
const nodeOf = (capacity: number): Behaviour => ({ lost: (rate) => Math.max(0, rate - capacity) });

for (const startRate of [60, 1000, 31_000, 900_000]) {
  test(`the rate of a node is found from a start at ${String(startRate)}`, async () => {
    const found = await findThroughput(options(nodeOf(30_000), { startRate }));
    assert.ok(found.capacity > 30_000 * 0.985 && found.capacity < 30_000 * 1.006, String(found.capacity));
    assert.ok(found.throughput <= 30_000 && found.throughput > 30_000 * 0.96, String(found.throughput));
    assert.is(found.limit, 'dut');
  });
}

test('one trial that fails by chance does not end a search', async () => {
  let trials = 0;
  const found = await findCapacity({
    ...options(nodeOf(30_000)),
    offer: async (rate, seconds) => {
      trials += 1;
      return outcomeOf(rate, seconds, trials === 2 ? { lost: () => 1e9 } : nodeOf(30_000));
    },
  });
  assert.ok(found.capacity > 29_000, String(found.capacity));
});

test('a node that loses a frame at every rate has a capacity and no throughput', async () => {
  const found = await findThroughput(options({ lost: (rate) => Math.max(1, rate - 20_000) }));
  assert.ok(found.capacity > 19_000, String(found.capacity));
  assert.is(found.throughput, 0);
});

test('a queue that grows without end is a limit, although nothing is lost', async () => {
  const found = await findThroughput(options({ lost: () => 0, isOverloaded: (rate) => rate > 5000 }));
  assert.ok(found.throughput > 4900 && found.throughput <= 5000, String(found.throughput));
  assert.is(found.limit, 'dut');
});

test('a tester that is late is not taken for a slow node', async () => {
  const found = await findThroughput(options({ lost: () => 0, isPaced: (rate) => rate < 40_000 }));
  assert.is(found.limit, 'tester');
  assert.ok(found.throughput > 39_000, String(found.throughput));
});

test('nothing is offered above what the tester is known to do', async () => {
  const rates: number[] = [];
  const found = await findThroughput({
    ...options(nodeOf(1e9), { highestRate: 50_000 }),
    offer: async (rate, seconds) => {
      rates.push(rate);
      return outcomeOf(rate, seconds, nodeOf(1e9));
    },
  });
  assert.is(Math.max(...rates), 50_000);
  assert.equal(found, { capacity: 50_000, throughput: 50_000, limit: 'tester' });
});

test('a node through which nothing gets has neither', async () => {
  assert.equal(await findThroughput(options({ lost: () => 1e9 })), { capacity: 0, throughput: 0, limit: 'dut' });
});

test.run();
