import { startMemoryNode } from '../../harness/node/memory/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import type { Change } from '../../harness/reference/faults/fault.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { assert, suite } from '../support/suite.ts';
import { slowToSpeak } from '../suites/legal/frames.ts';

const test = suite('tester/own-delay');

/** How much time two exchanges take in which nothing comes out for a stimulus, the first and one after it; and what was said about the stimulus. */
const silences = async (variant: Change | undefined): Promise<{ tookMs: number[]; errors: number[]; late: number }> => {
  const session = await startMemoryNode(variant === undefined ? {} : { variant });
  const testbed = await createTestbed({ session, profile: parseProfile('6in4'), seed: '1' });
  await testbed.up();
  const scope = testbed.begin('test.case');
  const { context: t } = scope;
  const tookMs: number[] = [];
  const errors: number[] = [];
  for (const _ of [1, 2]) {
    const before = session.clock.nowNs();
    const expired = t.fromPod({ hopLimit: 1 });
    const seen = await t.exchange(expired, t.fromTunnel({ version: 4 }));
    tookMs.push(Number(session.clock.nowNs() - before) / 1e6);
    errors.push(seen.icmpv6Errors(expired).length);
  }
  scope.finish();
  const late = (await testbed.lateFrames()).length;
  await testbed[Symbol.asyncDispose]();
  await session[Symbol.asyncDispose]();
  return { tookMs, errors, late };
};

test('a node that speaks in order is asked once, and never waited for', async () => {
  const { tookMs, errors, late } = await silences(undefined);
  assert.equal(errors, [1, 1]);
  assert.is(late, 0);
  const [, second = Infinity] = tookMs;
  assert.ok(second < 200, `${String(second)} ms`);
});

test('a node that speaks later than it forwards is waited for from the first exchange on', async () => {
  const { tookMs, errors, late } = await silences(slowToSpeak(400));
  assert.equal(errors, [1, 1]);
  assert.is(late, 0);
  const [, second = 0] = tookMs;
  assert.ok(second > 400 && second < 1500, `${String(second)} ms`);
});

test('a node that says nothing of its own is asked three times, and then no more', async () => {
  const mute: Change = (behaviour) => ({
    ...behaviour,
    icmpv6: { ...behaviour.icmpv6, mayReport: () => false },
    local: { ...behaviour.local, reply: () => undefined },
  });
  const { tookMs, errors } = await silences(mute);
  assert.equal(errors, [0, 0]);
  assert.ok(tookMs.every((each) => each > 1000 && each < 3000));
});

test.run();
