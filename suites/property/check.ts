import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { Seen, Stimulus, TestContext, Trial } from '../../harness/tester/context.ts';

/** What must hold of every packet that an arbitrary can make. */
export interface Property<Value> {
  readonly arbitrary: fc.Arbitrary<Value>;
  readonly stimulus: (value: Value) => Stimulus;
  /** Judges what came of one packet; records violations of the clause that the packet is about. */
  readonly judge: (seen: Seen, stimulus: Stimulus, value: Value) => void;
}

/** Packets in one exchange: few enough to be judged one by one when something is wrong, enough to be fast. */
const BATCH = 250;
/** Exchanges that a counterexample may cost while it is made smaller. */
const MAXIMUM_SHRINKS = 300;

/**
 * Tries a property with as many random packets as the run asks for, many in one exchange. The first packet that violates it is made
 * as small as fast-check can, by exchanging ever simpler ones with the DUT; what stays is recorded, with its frames as evidence.
 */
export const checkProperty = async <Value>(
  t: TestContext,
  property: Property<Value>,
  packets: number = t.propertyPackets,
): Promise<void> => {
  for (let done = 0; done < packets; done += BATCH) {
    // A node in this process may never leave the microtasks; progress and Ctrl-C need a turn of the event loop.
    await nextTurn();
    const seed = t.random.nextUint32() | 0;
    const values = fc.sample(property.arbitrary, { seed, numRuns: Math.min(BATCH, packets - done) });
    const batch = await exchangeAll(t, property, values);
    const failed = batch.trials.findIndex((trial) => trial.failed);
    if (failed < 0) {
      const doubtful = batch.trials.find((trial) => trial.doubtful);
      if (doubtful === undefined) {
        t.forget(batch.seen);
        continue;
      }
      // A DUT that has fallen silent decides nothing, however many packets follow.
      doubtful.keep();
      return;
    }
    await record(t, property, { values, seed, index: failed, trial: batch.trials[failed], packet: done + failed + 1 });
    return;
  }
};

interface Batch {
  readonly seen: Seen;
  readonly trials: readonly Trial[];
}

const exchangeAll = async <Value>(
  t: TestContext,
  { stimulus, judge }: Property<Value>,
  values: readonly Value[],
): Promise<Batch> => {
  const sent = values.map((value) => ({ value, stimulus: stimulus(value) }));
  const seen = await t.exchange(...sent.map((each) => each.stimulus));
  const trials = sent.map((each) =>
    t.trial(() => {
      judge(seen, each.stimulus, each.value);
    }),
  );
  return { seen, trials };
};

interface Failure<Value> {
  readonly values: readonly Value[];
  /** Of the sample that the packet is in, at this index. */
  readonly seed: number;
  readonly index: number;
  readonly trial: Trial | undefined;
  /** From 1, over all samples. */
  readonly packet: number;
}

/** Keeps the smallest counterexample that the DUT shows: one packet, or one packet behind others, or what was seen once. */
const record = async <Value>(t: TestContext, property: Property<Value>, failure: Failure<Value>): Promise<void> => {
  const { values, index, trial, packet } = failure;
  const number = `packet ${String(packet)} of ${String(t.propertyPackets)}`;
  const alone = await shrink(t, property, failure);
  if (alone !== undefined) {
    alone.trial.keep();
    t.note(`${number} violated the clause; smallest packet that still does: ${fc.stringify(alone.value)}`);
    return;
  }
  const behind = await shortestRunUp(t, property, values.slice(0, index + 1));
  if (behind !== undefined) {
    behind.trial.keep();
    t.note(
      `${number} violated the clause, alone it does not: it does behind ${String(behind.before)} others; it is ${fc.stringify(values[index])}`,
    );
    return;
  }
  trial?.keep();
  t.note(
    `${number} violated the clause once and not again, alone or behind its predecessors: what the DUT does depends on what it did before; it is ${fc.stringify(values[index])}`,
  );
};

interface Counterexample<Value> {
  readonly value: Value;
  readonly trial: Trial;
}

/** The smallest packet that fails by itself; undefined when the packet of the sample does not. */
const shrink = async <Value>(
  t: TestContext,
  property: Property<Value>,
  { seed, index }: Failure<Value>,
): Promise<Counterexample<Value> | undefined> => {
  let smallest: Counterexample<Value> | undefined;
  let tried = 0;
  const holds = async (value: Value): Promise<boolean> => {
    tried += 1;
    if (tried > MAXIMUM_SHRINKS) return true;
    const { seen, trials } = await exchangeAll(t, property, [value]);
    const [trial] = trials;
    if (trial?.failed !== true) {
      t.forget(seen);
      return true;
    }
    // What failed before was larger: fast-check only goes on from what fails.
    smallest = { value, trial };
    return false;
  };
  await fc.check(fc.asyncProperty(property.arbitrary, holds), { seed, path: String(index), numRuns: 1 });
  return smallest;
};

/** The last packet behind as few of its predecessors as make it fail, in powers of two. */
const shortestRunUp = async <Value>(
  t: TestContext,
  property: Property<Value>,
  values: readonly Value[],
): Promise<{ readonly before: number; readonly trial: Trial } | undefined> => {
  for (let before = 1; before < values.length * 2; before *= 2) {
    const tail = values.slice(Math.max(0, values.length - 1 - before));
    const { trials } = await exchangeAll(t, property, tail);
    const failed = trials.findIndex((trial) => trial.failed);
    const trial = trials[failed];
    if (trial !== undefined) return { before: failed, trial };
  }
  return undefined;
};
