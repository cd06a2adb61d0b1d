import { exitCodeOf } from '../../harness/runner/exit-code.ts';
import type { JudgeFrames } from '../../harness/runner/rule-pass.ts';
import { suite, assert } from '../support/suite.ts';
import { fake, FakeTestbed, lateTestbed } from './support/fake-testbed.ts';
import { registryOf, requirement, violation } from './support/samples.ts';
import { resultOf, runFake, verdicts } from './support/run-fake.ts';

const test = suite('runner/charging');

const a = requirement('decap.a');
const b = requirement('decap.b');
const should = requirement('decap.should', { level: 'SHOULD' });

test('a violation of another requirement stands in that requirement’s own result', async () => {
  const registry = registryOf(
    [a, b],
    [{ id: 'decap.a', run: async (t) => fake(t).observe({ violations: [violation('decap.b')] }) }, { id: 'decap.b' }],
  );
  const result = await runFake(registry);
  assert.equal(verdicts(result), ['decap.a pass', 'decap.b fail']);
  assert.is(resultOf(result, 'decap.b').violations[0]?.seenIn, 'decap.a');
  assert.equal(resultOf(result, 'decap.a').notes, ['its frames also violate decap.b: see decap.b']);
});

test('of several cases of the requirement, one that was not skipped takes the violation', async () => {
  const registry = registryOf(
    [a, b],
    [
      { id: 'decap.a', run: async (t) => fake(t).observe({ violations: [violation('decap.b')] }) },
      { id: 'decap.b', run: async (t) => fake(t).skip('no') },
      { id: 'decap.b', variant: 'ran' },
    ],
  );
  assert.equal(verdicts(await runFake(registry)), ['decap.a pass', 'decap.b skip', 'decap.b/ran fail']);
});

test('a finding that is tolerated does not excuse one that is not', async () => {
  const judgeFrames: JudgeFrames = () => ({
    findings: [true, false].map((tolerated) => ({ requirement: 'decap.a', expected: ['x'], actual: 'y', tolerated })),
    judgedFrames: new Map(),
  });
  const result = await runFake(registryOf([a], [{ id: 'decap.a' }]), { judgeFrames });
  assert.equal(verdicts(result), ['decap.a fail']);
});

test('a late frame is charged to the last repetition alone', async () => {
  const testbed: FakeTestbed = new FakeTestbed({
    // The runner needs the number of the frame and nothing else of it.
    late: () => [{ caseId: 'decap.a', frame: { number: 1 } as never, description: 'a copy' }],
  });
  const result = await runFake(registryOf([a], [{ id: 'decap.a' }]), { testbed, repetitions: 2 });
  assert.equal(resultOf(result, 'decap.a').repeats, ['pass', 'fail']);
});

test('a repetition that was cut short says nothing of what it did not show', async () => {
  const controller = new AbortController();
  let runs = 0;
  const registry = registryOf(
    [a, b, should],
    [
      { id: 'decap.a', run: async () => void (runs += 1) },
      {
        id: 'decap.should',
        run: async (t) => {
          if (runs === 1) fake(t).observe({ violations: [violation('decap.b')] });
          else controller.abort();
        },
      },
    ],
  );
  const result = await runFake(registry, { repetitions: 2, signal: controller.signal });
  assert.equal(resultOf(result, 'decap.a').repeats, ['pass', 'pass']);
  assert.equal(resultOf(result, 'decap.b/passive').repeats, ['fail']);
});

test('a violation of a requirement that was not selected gets a passive result, unless its level was not asked for', async () => {
  const registry = registryOf(
    [a, should],
    [{ id: 'decap.a', run: async (t) => fake(t).observe({ violations: [violation('decap.should')] }) }],
  );
  const all = await runFake(registry);
  assert.equal(verdicts(all), ['decap.a pass', 'decap.should/passive warn']);
  assert.match(resultOf(all, 'decap.should/passive').rerun, /--case decap\.a /);
  assert.is(exitCodeOf(all), 0);
  assert.is(exitCodeOf(await runFake(registry, { strict: true })), 1);
  assert.equal(verdicts(await runFake(registry, { filter: { levels: ['must'] } })), ['decap.a pass']);
});

const ruleOfB: JudgeFrames = (_segment, frames) => ({
  findings: frames
    .filter(({ bytes }) => bytes[0] === 0xff)
    .map(({ number }) => ({ requirement: 'decap.b', expected: ['no 0xff'], actual: '0xff', frameNumber: number })),
  judgedFrames: new Map([['decap.b', frames.length]]),
});

test('rules judge the frames of every case; findings are merged per case with a count and the number in the evidence', async () => {
  const registry = registryOf(
    [a, b],
    [
      {
        id: 'decap.a',
        run: async (t) => {
          for (const byte of [1, 0xff, 0xff, 2]) fake(t).frame(byte);
        },
      },
      {
        id: 'decap.b',
        run: async (t) => {
          fake(t).frame(3);
          fake(t).frame(0xff);
        },
      },
    ],
  );
  const result = await runFake(registry, { judgeFrames: ruleOfB });
  assert.equal(verdicts(result), ['decap.a pass', 'decap.b fail']);
  const found = resultOf(result, 'decap.b').violations.map(({ seenIn, frameNumber, count, by }) => ({
    seenIn,
    frameNumber,
    count,
    by,
  }));
  assert.equal(found, [
    { seenIn: 'decap.a', frameNumber: 2, count: 2, by: 'rule' },
    { seenIn: undefined, frameNumber: 2, count: undefined, by: 'rule' },
  ]);
});

test('a case that judged nothing is an error, unless the rule of its requirement judged a frame of it', async () => {
  const silent = async (t: Parameters<typeof fake>[0]): Promise<void> => {
    fake(t).frame(1);
    fake(t).observe({ judgements: 0 });
  };
  const registry = registryOf(
    [a, b],
    [
      { id: 'decap.a', run: silent },
      { id: 'decap.b', run: silent },
    ],
  );
  const result = await runFake(registry, { judgeFrames: ruleOfB });
  assert.equal(verdicts(result), ['decap.a error', 'decap.b pass']);
  assert.match(resultOf(result, 'decap.a').reason ?? '', /judged nothing/);
});

test('a rule that throws makes the case an error', async () => {
  const result = await runFake(registryOf([a], [{ id: 'decap.a' }]), {
    judgeFrames: () => {
      throw new RangeError('rule broke');
    },
  });
  assert.equal(verdicts(result), ['decap.a error']);
});

test('what comes out late is charged to its case', async () => {
  const testbed = lateTestbed('decap.a', 'a second copy');
  const registry = registryOf(
    [a, b],
    [
      { id: 'decap.a', run: async (t) => void fake(t).frame(1) },
      { id: 'decap.b', run: async (t) => void fake(t).frame(2) },
    ],
  );
  const result = await runFake(registry, { testbed });
  assert.equal(verdicts(result), ['decap.a fail', 'decap.b pass']);
  const [late] = resultOf(result, 'decap.a').violations;
  assert.is(late?.actual, 'late: a second copy');
  assert.is(late?.frameNumber, 2);
});

test('repetitions whose verdicts differ are inconclusive with a histogram', async () => {
  let runs = 0;
  const flaky = async (t: Parameters<typeof fake>[0]): Promise<void> => {
    runs += 1;
    if (runs === 2) fake(t).observe({ violations: [violation('decap.a')] });
  };
  const registry = registryOf([a, b], [{ id: 'decap.a', run: flaky }, { id: 'decap.b' }]);
  const result = await runFake(registry, { repetitions: 3 });
  assert.equal(verdicts(result), ['decap.a inconclusive', 'decap.b pass']);
  const flakyResult = resultOf(result, 'decap.a');
  assert.match(flakyResult.reason ?? '', /3 repetitions: 2 pass, 1 fail/);
  assert.is(flakyResult.violations.length, 1);
  assert.equal(resultOf(result, 'decap.b').repeats, ['pass', 'pass', 'pass']);
  assert.is(exitCodeOf(result), 1);
});

test('a passive result that only one of two repetitions shows is inconclusive', async () => {
  let runs = 0;
  const once = async (t: Parameters<typeof fake>[0]): Promise<void> => {
    runs += 1;
    if (runs === 1) fake(t).observe({ violations: [violation('decap.b')] });
  };
  const result = await runFake(registryOf([a, b], [{ id: 'decap.a', run: once }]), { repetitions: 2 });
  assert.equal(verdicts(result), ['decap.a pass', 'decap.b/passive inconclusive']);
});

test.run();
