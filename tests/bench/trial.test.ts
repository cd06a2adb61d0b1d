import { openBed, type BenchBed } from '../../harness/bench/bed.ts';
import { learn } from '../../harness/bench/load/learning.ts';
import { concludeFrom, delaysOf, type Outcome } from '../../harness/bench/load/outcome.ts';
import { runTrial } from '../../harness/bench/load/trial.ts';
import type { Stream } from '../../harness/bench/traffic/stream.ts';
import { startModelledNode } from '../../harness/node/memory/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import type { PortName, Wire } from '../../harness/wire/wire.ts';
import { wrapWire } from '../../harness/wire/wrap.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('bench/trial');

/** What happens to the frames of the DUT on their way to the tester, by their number. */
type Mischief = (frame: Uint8Array, index: number, forward: (frame: Uint8Array) => void) => void;

const withBed = async (
  mischief: Mischief,
  work: (bed: BenchBed, stream: Stream) => Promise<void>,
  flows = 4,
): Promise<void> => {
  await using session = await startModelledNode();
  let isActive = false;
  let index = -1;
  const wires = new Map(
    [...session.wires].map(([port, wire]): [PortName, Wire] => [
      port,
      wrapWire(wire, {
        receive: (frame, timestampNs, forward) => {
          if (!isActive || port !== 'U') forward(frame, timestampNs);
          else {
            index += 1;
            mischief(frame, index, (each) => {
              forward(each, timestampNs);
            });
          }
        },
      }),
    ]),
  );
  await using bed = await openBed({
    session: { ...session, wires },
    profile: parseProfile('overlay'),
    seed: 'x',
    largestFrameBytes: 1280,
  });
  const stream = bed.stream('encap', 84, flows);
  assert.ok(stream !== undefined);
  if (stream === undefined) return;
  await learn(bed.path, stream);
  isActive = true;
  await work(bed, stream);
};

const trialOf = async (bed: BenchBed, stream: Stream, framesPerSecond = 2000): Promise<Outcome> =>
  concludeFrom(await runTrial(bed.path, [{ stream, framesPerSecond }], { seconds: 0.1, drainSeconds: 0.5 }));

const counted = async (mischief: Mischief): Promise<Outcome> => {
  let outcome: Outcome | undefined;
  await withBed(mischief, async (bed, stream) => {
    outcome = await trialOf(bed, stream);
  });
  assert.ok(outcome !== undefined);
  if (outcome === undefined) throw new Error('no trial');
  return outcome;
};

const CLEAN = { sent: 200, received: 200, lost: 0, duplicated: 0, corrupted: 0, reordered: 0, fragments: 0, errors: 0 };

test('every frame that comes out as it has to is counted once', async () => {
  const outcome = await counted((frame, _index, forward) => {
    forward(frame);
  });
  assert.equal(outcome.counts, CLEAN);
  assert.ok(outcome.isLossless && outcome.isTolerable && outcome.isPaced);
  assert.is(delaysOf(outcome.trial).length, 200);
  assert.ok(delaysOf(outcome.trial).every((delay) => delay > 90_000 && delay < 120_000));
});

test('a frame that is missing is lost, and its trial is not lossless', async () => {
  const outcome = await counted((frame, index, forward) => {
    if (index !== 17) forward(frame);
  });
  assert.equal(outcome.counts, { ...CLEAN, received: 199, lost: 1 });
  assert.not.ok(outcome.isLossless);
  assert.ok(outcome.isTolerable);
});

test('a frame that comes twice does not make good for one that is missing', async () => {
  const outcome = await counted((frame, index, forward) => {
    if (index !== 17) forward(frame);
    if (index === 30) forward(frame.slice());
  });
  assert.equal(outcome.counts, { ...CLEAN, received: 199, lost: 1, duplicated: 1 });
  assert.not.ok(outcome.isLossless);
});

for (const [what, at] of [
  ['the destination MAC address', 0],
  ['TTL', 22],
  ['the header checksum', 24],
  ['the outer destination', 33],
  ['the inner hop limit', 41],
  ['the UDP checksum', 80],
  ['the tag', 84],
  ['the complement of the tag', 96],
  ['the last byte', 99],
] as const)
  test(`one wrong bit in ${what} makes the frame a damaged one`, async () => {
    const outcome = await counted((frame, index, forward) => {
      if (index === 17) frame[at] = (frame[at] ?? 0) ^ 1;
      forward(frame);
    });
    assert.is(frame100(outcome), true);
    assert.equal(outcome.counts, { ...CLEAN, received: 199, lost: 1, corrupted: 1 });
    assert.not.ok(outcome.isLossless);
  });

/** The offsets above are those of a frame of this length. */
const frame100 = ({ trial }: Outcome): boolean => trial.records[0]?.stream.outputBytes === 100;

test('order counts within a flow and not between flows', async () => {
  let held: Uint8Array | undefined;
  /** Lets frame 20 out behind frame 20 + `behind`. */
  const late =
    (behind: number): Mischief =>
    (frame, index, forward) => {
      if (index === 20) held = frame;
      else forward(frame);
      if (index === 20 + behind && held !== undefined) forward(held);
    };
  assert.is((await counted(late(3))).counts.reordered, 0);
  assert.is((await counted(late(4))).counts.reordered, 1);
});

test('what an earlier trial left on its way is not counted in the next', async () => {
  let held: Uint8Array | undefined;
  await withBed(
    (frame, index, forward) => {
      if (index === 20) held = frame;
      else forward(frame);
      if (index === 250 && held !== undefined) forward(held);
    },
    async (bed, stream) => {
      assert.equal((await trialOf(bed, stream)).counts, { ...CLEAN, received: 199, lost: 1 });
      const second = await trialOf(bed, stream);
      assert.equal(second.counts, CLEAN);
      assert.is(second.trial.beside.late, 1);
    },
  );
});

test('more than the node can do is a loss, where its queue has an end', async () => {
  await withBed(
    (frame, _index, forward) => {
      forward(frame);
    },
    async (bed, stream) => {
      const outcome = concludeFrom(
        await runTrial(bed.path, [{ stream, framesPerSecond: 30_000 }], { seconds: 0.1, drainSeconds: 0.5 }),
      );
      assert.ok(outcome.lossRatio > 0.5, String(outcome.lossRatio));
      assert.not.ok(outcome.isTolerable);
    },
  );
});

test('a queue without end is found by the delay that grows', async () => {
  // As a wire that loses nothing: 5000 are offered and 4000 carried, for half a second.
  const sentAtNs = Float64Array.from({ length: 2500 }, (_, index) => index * 200_000);
  const arrivedAtNs = sentAtNs.map((_, index) => index * 250_000 + 100_000);
  await withBed(
    (frame, _index, forward) => {
      forward(frame);
    },
    async (bed, stream) => {
      const { trial } = await trialOf(bed, stream);
      const [record] = trial.records;
      assert.ok(record !== undefined);
      if (record === undefined) return;
      const outcome = concludeFrom({
        ...trial,
        plannedSeconds: 0.5,
        sendingSeconds: 0.5,
        records: [{ ...record, sent: 2500, received: 2500, sentAtNs, arrivedAtNs }],
      });
      assert.ok(outcome.isOverloaded);
      assert.not.ok(outcome.isLossless);
      // The machine was busy elsewhere for 30 ms: a step, and then as before.
      const step = sentAtNs.map((at, index) => at + (index > 1000 && index < 1150 ? 30e6 : 1e5));
      const hiccup = concludeFrom({
        ...trial,
        plannedSeconds: 0.5,
        sendingSeconds: 0.5,
        records: [{ ...record, sent: 2500, received: 2500, sentAtNs, arrivedAtNs: step }],
      });
      assert.not.ok(hiccup.isOverloaded);
    },
  );
});

test.run();
