import fc from 'fast-check';
import { injectFaults } from '../../harness/wire/fault-injector.ts';
import type { FaultInjectorOptions, FaultyWire } from '../../harness/wire/fault-injector.ts';
import type { FaultPlan } from '../../harness/wire/fault-plan.ts';
import { memoryLink } from '../../harness/wire/memory.ts';
import { VirtualClock } from '../../harness/wire/virtual-clock.ts';
import type { Wire } from '../../harness/wire/wire.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('wire/fault-injector');

interface Bench {
  readonly faulty: FaultyWire;
  readonly node: Wire;
  readonly clock: VirtualClock;
  /** What arrived behind the faults: at the node for inbound, at the tester for outbound. */
  readonly atNode: Uint8Array[];
  readonly atTester: { frame: Uint8Array; timestampNs: bigint }[];
}

function bench(options: Partial<FaultInjectorOptions>): Bench {
  const clock = new VirtualClock(0n);
  const { tester, node } = memoryLink({ port: 'U', clock, delivery: 'synchronous' });
  const faulty = injectFaults(tester, { seed: 1, ...options });
  const result: Bench = { faulty, node, clock, atNode: [], atTester: [] };
  node.onFrame((frame) => result.atNode.push(frame));
  faulty.onFrame((frame, timestampNs) => result.atTester.push({ frame, timestampNs }));
  return result;
}

/** Frames of 20 bytes, each full of its number from 1. */
const numbered = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => new Uint8Array(20).fill(i + 1));

function firstBytesAfter(plan: FaultPlan, count: number): (number | undefined)[] {
  const { faulty, atNode } = bench({ inbound: plan });
  for (const frame of numbered(count)) faulty.send(frame);
  return atNode.map(([first]) => first);
}

test('without a plan everything passes unchanged', () => {
  assert.equal(firstBytesAfter({}, 4), [1, 2, 3, 4]);
});

test('the n-th frame is dropped, doubled, reordered or delayed as listed', () => {
  assert.equal(firstBytesAfter({ drop: { frames: [2, 4] } }, 5), [1, 3, 5]);
  assert.equal(firstBytesAfter({ duplicate: { frames: [1, 3] } }, 3), [1, 1, 2, 3, 3]);
  assert.equal(firstBytesAfter({ reorder: { frames: [2] } }, 4), [1, 3, 2, 4]);
  assert.equal(firstBytesAfter({ delay: { frames: [1], byFrames: 3 } }, 5), [2, 3, 4, 1, 5]);
  const both = { drop: { frames: [1] }, duplicate: { frames: [1, 2] }, delay: { frames: [2], byFrames: 1 } };
  assert.equal(firstBytesAfter(both, 3), [3, 2, 2]);
});

test('a corrupted frame differs in one bit at or after the first byte allowed, and the original is left alone', () => {
  const { faulty, atNode } = bench({ inbound: { corrupt: { probability: 1, firstByte: 14 } } });
  const sent = numbered(50);
  for (const frame of sent) faulty.send(frame);
  for (const [i, frame] of atNode.entries()) {
    const differing = [...frame].flatMap((byte, at) => (byte === i + 1 ? [] : [{ at, bits: byte ^ (i + 1) }]));
    assert.is(differing.length, 1);
    for (const { at, bits } of differing) {
      assert.ok(at >= 14);
      assert.is(bits & (bits - 1), 0, 'one bit');
    }
  }
  assert.equal(sent, numbered(50));
});

test('a frame too short to be corrupted there passes', () => {
  const { faulty, atNode } = bench({ inbound: { corrupt: { probability: 1, firstByte: 14 } } });
  faulty.send(new Uint8Array(14));
  faulty.send(new Uint8Array(0));
  assert.equal(atNode, [new Uint8Array(14), new Uint8Array(0)]);
  assert.equal(faulty.injected, []);
});

test('the directions have plans of their own', () => {
  const { faulty, node, atNode, atTester } = bench({ inbound: { drop: { frames: [1] } } });
  node.send(Uint8Array.of(1));
  faulty.send(Uint8Array.of(2));
  faulty.send(Uint8Array.of(3));
  assert.equal(atNode, [Uint8Array.of(3)]);
  assert.equal(atTester, [{ frame: Uint8Array.of(1), timestampNs: 0n }]);
  assert.equal(faulty.injected, [{ direction: 'inbound', frame: 1, fault: 'drop' }]);
});

test('a delayed frame carries the time at which it arrived, and flush lets the rest go', () => {
  const { faulty, node, clock, atTester } = bench({ outbound: { delay: { probability: 1, byFrames: 2 } } });
  for (const frame of numbered(3)) {
    node.send(frame);
    clock.advance(1);
  }
  assert.equal(
    atTester.map(({ frame, timestampNs }) => [frame[0], timestampNs]),
    [[1, 2_000_000n]],
  );
  faulty.flush();
  assert.equal(
    atTester.map(({ frame }) => frame[0]),
    [1, 2, 3],
  );
});

test('a held frame does not change with the buffer of its sender, and closing lets it go', async () => {
  const { faulty, atNode } = bench({ inbound: { delay: { probability: 1, byFrames: 9 } } });
  const buffer = Uint8Array.of(1);
  faulty.send(buffer);
  buffer.fill(2);
  assert.equal(atNode, []);
  await faulty.close();
  assert.equal(atNode, [Uint8Array.of(1)]);
});

const EVERYTHING: FaultPlan = {
  drop: { probability: 0.2 },
  duplicate: { probability: 0.2 },
  corrupt: { probability: 0.2 },
  reorder: { probability: 0.2 },
  delay: { probability: 0.2, byFrames: 4 },
};

test('the same seed does the same; another seed, port or direction does something else', () => {
  const run = (seed: string | number, direction: 'inbound' | 'outbound'): unknown => {
    const { faulty, node, atNode, atTester } = bench({ seed, [direction]: EVERYTHING });
    for (const frame of numbered(200)) (direction === 'inbound' ? faulty : node).send(frame);
    return [faulty.injected.map(({ frame, fault }) => [frame, fault]), atNode, atTester.map(({ frame }) => frame)];
  };
  assert.equal(run('a', 'inbound'), run('a', 'inbound'));
  assert.not.equal(run('a', 'inbound'), run('b', 'inbound'));
  const [inbound] = [run('a', 'inbound')].flat();
  const [outbound] = [run('a', 'outbound')].flat();
  assert.not.equal(inbound, outbound);
});

test('changing the odds of one fault, or traffic the other way, leaves the other faults as they were', () => {
  const drops = (plan: FaultPlan, trafficBack: boolean): number[] => {
    const { faulty, node } = bench({ inbound: plan, outbound: EVERYTHING });
    for (const frame of numbered(200)) {
      faulty.send(frame);
      if (trafficBack) node.send(frame);
    }
    const inbound = faulty.injected.filter(({ direction, fault }) => direction === 'inbound' && fault === 'drop');
    return inbound.map(({ frame }) => frame);
  };
  const expected = drops(EVERYTHING, false);
  assert.ok(expected.length > 0);
  assert.equal(drops({ drop: { probability: 0.2 }, duplicate: { frames: [1] } }, true), expected);
});

test('faults happen as often as their probability says', () => {
  const { faulty } = bench({
    inbound: { drop: { probability: 0.3 }, duplicate: { probability: 0.5 }, corrupt: { probability: 0.1 } },
  });
  const count = 10_000;
  for (let i = 0; i < count; i++) faulty.send(Uint8Array.of(1));
  const share = (fault: string): number =>
    faulty.injected.filter((injected) => injected.fault === fault).length / count;
  assert.ok(Math.abs(share('drop') - 0.3) < 0.02, `drop ${share('drop')}`);
  assert.ok(Math.abs(share('duplicate') - 0.7 * 0.5) < 0.02, `duplicate ${share('duplicate')}`);
  assert.ok(Math.abs(share('corrupt') - 0.7 * 0.1) < 0.02, `corrupt ${share('corrupt')}`);
});

test('whatever the delays, each frame arrives exactly once after a flush', () => {
  const odds = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.string(), odds, odds, fc.integer({ min: 1, max: 9 }), (seed, reorder, delay, byFrames) => {
      const plan = { reorder: { probability: reorder }, delay: { probability: delay, byFrames } };
      const { faulty, atNode } = bench({ seed, inbound: plan });
      for (const frame of numbered(40)) faulty.send(frame);
      faulty.flush();
      const arrived = atNode.map(([first]) => first ?? 0).toSorted((a, b) => a - b);
      assert.equal(
        arrived,
        Array.from({ length: 40 }, (_, i) => i + 1),
      );
    }),
  );
});

test('plans that cannot be meant are refused', () => {
  const wrong: FaultPlan[] = [
    { drop: { probability: 1.5 } },
    { corrupt: { probability: Number.NaN } },
    { duplicate: { frames: [0] } },
    { delay: { byFrames: 0 } },
  ];
  for (const plan of wrong) assert.throws(() => bench({ inbound: plan }), RangeError);
});

test.run();
