import { memoryLink } from '../../harness/wire/memory.ts';
import { VirtualClock } from '../../harness/wire/virtual-clock.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('wire/virtual-clock');

test('advancing calls what falls due, in the order of time, each at its own time', () => {
  const clock = new VirtualClock(0n);
  const calls: string[] = [];
  const note = (name: string) => (): void => void calls.push(`${name} at ${clock.nowNs()}`);
  clock.setTimer(30, note('later'));
  clock.setTimer(10, note('first'));
  clock.setTimer(10, note('second'));
  clock.setTimer(40, note('not yet'));
  clock.setTimer(20, () => {
    clock.setTimer(5, note('nested'));
  });
  clock.setTimer(10, note('cancelled'))();
  clock.advance(30);
  assert.equal(calls, ['first at 10000000', 'second at 10000000', 'nested at 25000000', 'later at 30000000']);
  assert.is(clock.nowNs(), 30_000_000n);
});

test('a minute of sleep takes no time, and timers on the way fire with all that follows from them', async () => {
  const clock = new VirtualClock(0n);
  const { tester, node } = memoryLink({ port: 'P', clock });
  const seen: bigint[] = [];
  tester.onFrame((_frame, timestampNs) => seen.push(timestampNs));
  node.onFrame((frame) => {
    node.send(frame);
  });
  for (const seconds of [10, 20, 70]) {
    clock.setTimer(seconds * 1000, () => {
      tester.send(Uint8Array.of(seconds));
    });
  }
  const startedMs = Date.now();
  await clock.sleep(60_000);
  assert.equal(seen, [10_000_000_000n, 20_000_000_000n]);
  assert.is(clock.nowNs(), 60_000_000_000n);
  assert.ok(Date.now() - startedMs < 5000);
});

test('without a sleeper time stands still', async () => {
  const clock = new VirtualClock(0n);
  clock.setTimer(1, () => {
    assert.unreachable('nobody asked for time to pass');
  });
  await clock.sleep(0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.is(clock.nowNs(), 0n);
});

test('waiting ends true with the condition, false with the time', async () => {
  const clock = new VirtualClock(0n);
  const { tester, node } = memoryLink({ port: 'P', clock });
  const arrival = new Promise((resolve) => {
    node.onFrame(resolve);
  });
  assert.not(await clock.wait(arrival, 250));
  assert.is(clock.nowNs(), 250_000_000n);
  clock.setTimer(100, () => {
    tester.send(Uint8Array.of(1));
  });
  assert.ok(await clock.wait(arrival, 250));
  assert.is(clock.nowNs(), 350_000_000n);
  await clock.sleep(1000);
  assert.is(clock.nowNs(), 1_350_000_000n, 'the time-out of the wait is gone');
});

test('a condition that fails makes the wait fail', async () => {
  const clock = new VirtualClock();
  await assert.rejects(() => clock.wait(Promise.reject(new Error('wire closed')), 10), /wire closed/);
});

test('several sleepers wake in the order of their times', async () => {
  const clock = new VirtualClock(0n);
  const order: number[] = [];
  await Promise.all(
    [30, 10, 20].map(async (ms) => {
      await clock.sleep(ms);
      order.push(ms);
    }),
  );
  assert.equal(order, [10, 20, 30]);
});

test('a negative duration is refused', async () => {
  const clock = new VirtualClock();
  assert.throws(() => clock.setTimer(-1, () => {}), RangeError);
  assert.throws(() => {
    clock.advance(Number.NaN);
  }, RangeError);
  await assert.rejects(() => clock.sleep(-1), RangeError);
});

test.run();
