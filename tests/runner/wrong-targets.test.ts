import type { NodeSession } from '../../harness/node/node.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { EXIT, exitCodeOf } from '../../harness/runner/exit-code.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import type { RunResult } from '../../harness/runner/result.ts';
import { runSuite } from '../../harness/runner/run-suite.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { areas } from '../../suites/index.ts';
import { assert, suite } from '../support/suite.ts';
import { crashingTarget, WRONG_TARGETS } from './support/wrong-targets.ts';

const test = suite('runner/wrong-targets', { timeoutMs: 60_000 });

const registry = createRegistry(requirements, areas);

interface Ended {
  readonly result: RunResult;
  /** What the run would have taken at a wire: virtual time. */
  readonly seconds: number;
}

const run = async (start: () => Promise<NodeSession>, caseGlobs?: readonly string[]): Promise<Ended> => {
  const session = await start();
  const startedNs = session.clock.nowNs();
  const result = await runSuite({
    registry,
    target: 'wrong',
    probeNonsense: false,
    profiles: [parseProfile('overlay')],
    ...(caseGlobs === undefined ? {} : { filter: { caseGlobs } }),
    seed: '1',
    startSession: async () => session,
    createTestbed,
    toolVersion: 'test',
  });
  return { result, seconds: Number((session.clock.nowNs() - startedNs) / 1_000_000n) / 1000 };
};

const idsWith = ({ cases }: RunResult, verdict: string): string[] =>
  cases.filter((each) => each.verdict === verdict).map(({ id }) => id);

const wordsOf = ({ cases }: RunResult): string =>
  cases
    .flatMap(({ violations, doubts }) => [
      ...violations.map(({ actual }) => actual),
      ...doubts.map(({ reason }) => reason),
    ])
    .join('\n');

/** What a target answers when it is brought up is all that these look at. */
const ABOUT_SET_UPS = ['address.6rd-parameter-bounds', 'address.6rd-parameter-bounds/host-bits'];
/** Patience for three cases in a row, some of which bring the target up a dozen times, and a quarter of a second for each other one. */
const MOST_SECONDS = 300;

for (const [name, words] of [
  ['answers nothing', 'The DUT does not answer at all'],
  ['drops everything', 'nothing'],
  ['echoes everything', 'on P: Ethernet 02:66'],
] as const) {
  test(`a target that ${name} passes no case, and is not waited for again and again`, async () => {
    const { result, seconds } = await run(WRONG_TARGETS[name]);
    assert.equal(
      idsWith(result, 'pass').filter((id) => !ABOUT_SET_UPS.includes(id)),
      [],
    );
    assert.equal(idsWith(result, 'error'), []);
    assert.is(exitCodeOf(result), EXIT.unexpected);
    assert.ok(wordsOf(result).includes(words));
    assert.match(wordsOf(result), /forwards nothing: no good packet came out of it in 3 cases in a row/);
    assert.ok(seconds < MOST_SECONDS, `expected less than ${String(MOST_SECONDS)} s, found ${String(seconds)} s`);
  });
}

test('a target that answers nothing is undecided where only its data plane is asked', async () => {
  const { result } = await run(WRONG_TARGETS['answers nothing'], ['encap.*', 'decap.*', 'hop-limit.*']);
  assert.equal([...new Set(result.cases.map(({ verdict }) => verdict))].sort(), ['inconclusive', 'skip']);
  assert.is(exitCodeOf(result), EXIT.undecided);
});

test('a target that takes 200 ms for each packet is waited for, and fails where its neighbours are lost meanwhile', async () => {
  const { result } = await run(WRONG_TARGETS['takes 200 ms for each packet'], ['encap.*', 'address.6rd-embedded-bits']);
  assert.is(exitCodeOf(result), EXIT.unexpected);
  assert.match(wordsOf(result), /ICMPv6 Destination Unreachable/);
  assert.ok(idsWith(result, 'pass').length > 10);
});

test('a target that reorders packets violates the order of a flow', async () => {
  const { result } = await run(WRONG_TARGETS['reorders packets'], ['ipv6.flow-order']);
  assert.is(exitCodeOf(result), EXIT.unexpected);
  assert.match(wordsOf(result), /packet \d+ of flow 0 of 1 from [PU] after packet \d+/);
});

for (const [name, requirement, words] of [
  ['duplicates one packet in 1000', 'encap.exactly-once', /the same inner packet again/],
  ['loses one packet in 1000', 'decap.inner-unchanged', /^nothing$/m],
  ['damages one packet in 1000', 'encap.inner-unchanged', /with a difference at byte/],
] as const) {
  test(`a target that ${name} is found out by the cases of many packets`, async () => {
    const { result } = await run(WRONG_TARGETS[name], ['*-unchanged*']);
    assert.is(exitCodeOf(result), EXIT.unexpected);
    const failed = result.cases.filter(({ verdict }) => verdict === 'fail');
    assert.ok(failed.some((each) => each.requirement === requirement));
    assert.match(wordsOf(result), words);
  });
}

test('a target that crashes stops the run with what it said', async () => {
  const { result } = await run(crashingTarget);
  assert.is(exitCodeOf(result), EXIT.notStarted);
  assert.match(result.stopped?.reason ?? '', /the process was killed by SIGSEGV/);
  assert.equal(idsWith(result, 'pass'), []);
});

test.run();
