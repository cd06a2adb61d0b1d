import { qualify, testerRateAt } from '../../harness/bench/measure/qualify.ts';
import { openBed } from '../../harness/bench/bed.ts';
import { openLoopback, type Loopback } from '../../harness/bench/loopback.ts';
import { QUICK_PLAN, type BenchPlan } from '../../harness/bench/plan.ts';
import type { Qualification } from '../../harness/bench/result.ts';
import { startModelledNode } from '../../harness/node/memory/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import type { PortName, Wire } from '../../harness/wire/wire.ts';
import { wrapWire } from '../../harness/wire/wrap.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('bench/qualify');

const PLAN: BenchPlan = { ...QUICK_PLAN, frameSizesBytes: [84], searchSeconds: 0.05, drainSeconds: 0.2 };

const qualified = async (change: (loopback: Loopback) => Loopback, isVirtual = true): Promise<Qualification> => {
  await using session = await startModelledNode();
  await using bed = await openBed({ session, profile: parseProfile('overlay'), seed: 'x', largestFrameBytes: 84 });
  await using loopback = await openLoopback('memory', 1500);
  const streamOf = (size: number) => bed.stream('encap', size, 4);
  return await qualify(change(loopback), PLAN, streamOf, isVirtual, new AbortController().signal);
};

/** Loses every frame that comes sooner behind the last one than a tester of this rate could deal with it. */
const withWiresOf = (loopback: Loopback, rateAt: number | ((sinceNs: number) => number)): Loopback => {
  const startNs = loopback.path.time.nowNs();
  let lastNs = 0n;
  const wires = new Map(
    [...loopback.path.wires].map(([port, wire]): [PortName, Wire] => [
      port,
      wrapWire(wire, {
        receive: (frame, timestampNs, forward) => {
          const rate = typeof rateAt === 'number' ? rateAt : rateAt(Number(timestampNs - startNs));
          if (Number(timestampNs - lastNs) >= 1e9 / rate) forward(frame, timestampNs);
          lastNs = timestampNs;
        },
      }),
    ]),
  );
  return { ...loopback, path: { ...loopback.path, wires } };
};

test('what the tester does without a DUT is found, up to where it is not asked any more', async () => {
  const { path, rates } = await qualified((loopback) => loopback);
  assert.is(path, 'a memory link, in virtual time');
  assert.equal(rates, [{ frameSizeBytes: 84, rate: 64_000 }]);
});

test('a tester that is a bottleneck is found out', async () => {
  const { rates } = await qualified((loopback) => withWiresOf(loopback, 13_000));
  assert.equal(rates, [{ frameSizeBytes: 84, rate: 12_000 }]);
});

test('a machine that was busy elsewhere in the beginning is no limit', async () => {
  const { rates } = await qualified(
    (loopback) => withWiresOf(loopback, (sinceNs) => (sinceNs < 1e9 ? 5000 : 13_000)),
    false,
  );
  assert.equal(rates, [{ frameSizeBytes: 84, rate: 12_000 }]);
});

test('a tester that is worse than the first attempt is still told what it can do', async () => {
  const { rates } = await qualified((loopback) => withWiresOf(loopback, 1500));
  assert.equal(rates, [{ frameSizeBytes: 84, rate: 1000 }]);
});

test('a tester that loses frames at every rate has none', async () => {
  const { rates } = await qualified((loopback) => withWiresOf(loopback, 10));
  assert.equal(rates, [{ frameSizeBytes: 84, rate: 0 }]);
});

test('the rate at a size between is that of the time for each byte', () => {
  const tester: Qualification = {
    path: 'test',
    rates: [
      { frameSizeBytes: 100, rate: 100_000 },
      { frameSizeBytes: 1100, rate: 50_000 },
    ],
  };
  assert.is(Math.round(testerRateAt(tester, 84)), 100_000);
  assert.is(Math.round(testerRateAt(tester, 600)), 66_667);
  assert.is(Math.round(testerRateAt(tester, 1518)), 50_000);
  assert.is(testerRateAt({ path: 'none', rates: [] }, 84), 0);
});

test('a stream socket with the tester at both ends carries frames and leaves nothing behind', async () => {
  await using loopback = await openLoopback('vm', 1500);
  const [near, far] = [...loopback.path.wires.values()];
  assert.ok(near !== undefined && far !== undefined);
  if (near === undefined || far === undefined) return;
  const arrived = new Promise<Uint8Array>((resolve) => far.onFrame(resolve));
  near.send(Uint8Array.of(1, 2, 3));
  assert.equal([...(await arrived)], [1, 2, 3]);
});

test.run();
