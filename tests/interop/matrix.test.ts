import { matrixOf } from '../../harness/interop/matrix.ts';
import { interopExitCode } from '../../harness/interop/run-interop.ts';
import { assessPair } from '../../harness/interop/pair-verdict.ts';
import type { InteropFinding, PairResult, TrafficResult } from '../../harness/interop/result.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('interop/matrix');

const traffic = (verdict: TrafficResult['verdict'], direction: TrafficResult['direction']): TrafficResult => ({
  kind: 'udp',
  direction,
  verdict,
  detail: 'some sizes',
  durationMs: 1,
});

const GOOD = [traffic('pass', 'n1-to-n2'), traffic('pass', 'n2-to-n1')];

const finding = (changes: Partial<InteropFinding> = {}): InteropFinding => ({
  side: 'n2',
  end: 'b',
  role: 'decapsulator',
  direction: 'n1-to-n2',
  requirement: 'decap.basic',
  severity: 'must',
  expected: ['this'],
  actual: 'that',
  expectation: { kind: 'none', unexpected: true },
  ...changes,
});

const pair = (n1: string, n2: string, changes: Partial<PairResult> = {}): PairResult => {
  const blank = { traffic: GOOD, findings: [], silent: [], ...changes };
  return {
    n1,
    n2,
    pods: { n1: 'tester', n2: 'tester' },
    doubts: [],
    frames: 1,
    durationMs: 1,
    rerun: '',
    ...blank,
    ...assessPair({ ...blank, names: { n1, n2 } }),
    ...changes,
  };
};

const ends = ['a', 'b'].map((name) => ({ name, target: name, node: 'memory' as const }));
const cellText = (pairs: readonly PairResult[]): string[] =>
  matrixOf(ends, pairs).map(({ encapsulator, decapsulator, verdict }) => `${encapsulator}${decapsulator} ${verdict}`);

test('a pair fills both of its cells, an end with itself the one on the diagonal, and what was not run has none', () => {
  assert.equal(cellText([pair('a', 'b')]), ['ab pass', 'ba pass']);
  assert.equal(cellText([pair('a', 'a'), pair('a', 'b'), pair('b', 'b')]), [
    'aa pass',
    'ab pass',
    'ba pass',
    'bb pass',
  ]);
});

test('a finding stands in the cell of its direction, under the side that broke the clause', () => {
  const cells = matrixOf(ends, [pair('a', 'b', { findings: [finding()] })]);
  assert.equal(
    cells.map(({ encapsulator, verdict, unexpected, brokenByEncapsulator, brokenByDecapsulator }) => [
      encapsulator,
      verdict,
      unexpected,
      brokenByEncapsulator,
      brokenByDecapsulator,
    ]),
    [
      ['a', 'fail', true, [], ['decap.basic']],
      ['b', 'pass', false, [], []],
    ],
  );
  assert.is(cells[0]?.reason, 'b as decapsulator breaks decap.basic');
});

test('a declared deviation is a fail that is expected, and a SHOULD is a warning', () => {
  const declared = finding({ expectation: { kind: 'expected', unexpected: false, reason: 'known' } });
  assert.equal(assessPair({ findings: [declared], traffic: GOOD, silent: [], names: { n1: 'a', n2: 'b' } }), {
    verdict: 'fail',
    unexpected: false,
    reason: 'b as decapsulator breaks decap.basic (declared)',
  });
  const weak = finding({ severity: 'should', expectation: { kind: 'none', unexpected: false } });
  assert.is(assessPair({ findings: [weak], traffic: GOOD, silent: [], names: { n1: 'a', n2: 'b' } }).verdict, 'warn');
});

test('traffic that fails without a broken clause, and a silent end, decide nothing', () => {
  const names = { n1: 'a', n2: 'b' };
  const failed = [traffic('fail', 'n1-to-n2'), traffic('pass', 'n2-to-n1')];
  const lost = assessPair({ findings: [], traffic: failed, silent: [], names });
  assert.is(lost.verdict, 'inconclusive');
  assert.is(lost.unexpected, true);
  assert.match(lost.reason ?? '', /^udp: some sizes; no broken clause explains it$/);
  const silent = assessPair({ findings: [], traffic: failed, silent: ['n2'], names });
  assert.is(silent.verdict, 'inconclusive');
  assert.match(silent.reason ?? '', /^b says nothing/);
});

test('the exit code follows from the worst that was decided', () => {
  const code = (pairs: readonly PairResult[], interrupted = false): number => interopExitCode({ pairs, interrupted });
  const good = pair('a', 'a');
  const bad = pair('a', 'b', { findings: [finding()] });
  const undecided = pair('b', 'b', { traffic: [traffic('fail', 'n1-to-n2')] });
  const skipped = pair('b', 'b', { traffic: [], verdict: 'skip', unexpected: false });
  const broken = pair('b', 'b', { traffic: [], verdict: 'error', unexpected: true, reason: 'b: it fell over' });
  assert.is(code([good]), 0);
  assert.is(code([good, skipped]), 0);
  assert.is(code([good, bad]), 1);
  assert.is(code([good, undecided]), 1);
  assert.is(code([undecided]), 4);
  assert.is(code([skipped]), 4);
  assert.is(code([]), 4);
  assert.is(code([bad, broken]), 3);
  assert.is(code([good], true), 130);
  assert.is(code([bad], true), 1);
});

test.run();
