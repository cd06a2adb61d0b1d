import { build, ethernet, ethernetDestination, ethernetSource, icmpv4Error, ipv4 } from '../../harness/packet/index.ts';
import { ipv4IsFragment } from '../../harness/packet/ipv4.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import type { Seen, TestContext } from '../../harness/tester/context.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { assert, suite } from '../support/suite.ts';
import { ScriptedNode, type Emission } from './support/scripted-node.ts';

const test = suite('tester/reassembly-timeout');

const TIMEOUT_MS = 30_000;

/** ICMPv4 Time Exceeded about a fragment, quoting so little of it that no mark is there. */
const timeoutOf = (frame: Uint8Array): Emission => [
  'U',
  build(
    ethernet({ source: ethernetDestination(frame), destination: ethernetSource(frame) }),
    ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }),
    icmpv4Error({ type: 11, code: 1, quoted: frame.subarray(14, 14 + 28) }),
  ),
];

/** The same with enough of it for its mark. */
const telling = (frame: Uint8Array): Emission => [
  'U',
  build(
    ethernet({ source: ethernetDestination(frame), destination: ethernetSource(frame) }),
    ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }),
    icmpv4Error({ type: 11, code: 1, quoted: frame.subarray(14) }),
  ),
];

/** Plays a case against a DUT that takes in every fragment and times it out. */
const play = async (run: (t: TestContext) => Promise<void>, answer = timeoutOf): Promise<{ readonly late: number }> => {
  const node = new ScriptedNode((port, frame, forward, self) => {
    if (port !== 'U' || !ipv4IsFragment(frame, 14)) return forward();
    const kept = frame.slice();
    self.clock.setTimer(TIMEOUT_MS, () => {
      self.emit(answer(kept));
    });
    return [];
  });
  const testbed = await createTestbed({ session: node, profile: parseProfile('overlay'), seed: '1' });
  await testbed.up();
  const scope = testbed.begin('test.case');
  await run(scope.context);
  scope.finish();
  return { late: (await testbed.lateFrames()).length };
};

test('what a timer says of a fragment belongs to its packet, also where no mark is quoted', async () => {
  await play(async (t) => {
    const whole = t.fromTunnel({ lengthBytes: 200 });
    const first = t.fragmentOf(whole, { offsetBytes: 0, lengthBytes: 8 });
    const soFar: number[] = [];
    const until = (seen: Seen): boolean => soFar.push(seen.of(whole).length) > 0 && seen.of(whole).length > 0;
    const seen = await t.watch({ forMs: 60_000, until }, first);
    assert.is(seen.of(whole).length, 1);
    assert.is(soFar.at(-1), 1);
    assert.ok(soFar.length > 25 && soFar.length < 40, 'the watch ends when everything is there');
  });
});

test('after the exchange it is held against nobody: neither late nor a stranger to the next one', async () => {
  const { late } = await play(async (t) => {
    await t.exchange(t.fragmentOf(t.fromTunnel({ lengthBytes: 200 }), { offsetBytes: 0, lengthBytes: 48 }));
    const seen = await t.watch({ forMs: 60_000 }, t.fromPod());
    assert.is(seen.frames.filter(({ stimulus }) => stimulus === undefined).length, 0);
  });
  assert.is(late, 0);
});

test('nor is what damaged bytes have made a fragment, where its mark is quoted', async () => {
  const { late } = await play(async (t) => {
    const { frame, mark } = t.fragmentOf(t.fromTunnel({ lengthBytes: 200 }), { offsetBytes: 0, lengthBytes: 48 });
    await t.exchange(t.raw('U', 'a packet whose flags were damaged', frame, mark));
    await t.watch({ forMs: 60_000 }, t.fromPod());
  }, telling);
  assert.is(late, 0);
});

test('but what was whole has no fragments to wait for', async () => {
  let whole: Uint8Array = new Uint8Array(0);
  const { late } = await play(
    async (t) => {
      const stimulus = t.fromTunnel({ lengthBytes: 200 });
      whole = stimulus.frame;
      await t.exchange(stimulus, t.fragmentOf(t.fromTunnel(), { offsetBytes: 0, lengthBytes: 48 }));
      await t.watch({ forMs: 60_000 }, t.fromPod());
    },
    () => telling(whole),
  );
  assert.is(late, 1);
});

test.run();
