import { exitCodeOf } from '../../harness/runner/exit-code.ts';
import type { CaseResult, ExpectationOutcome } from '../../harness/runner/result.ts';
import { rerunCommand } from '../../harness/runner/rerun.ts';
import type { Verdict } from '../../harness/runner/verdict.ts';
import { suite, assert } from '../support/suite.ts';

const test = suite('runner/exit-code');

const expected: ExpectationOutcome = { kind: 'expected', unexpected: false, reason: 'known' };
const plain = (verdict: Verdict): ExpectationOutcome => ({
  kind: 'none',
  unexpected: verdict === 'fail' || verdict === 'error' || verdict === 'inconclusive',
});
const caseOf = (verdict: Verdict, expectation = plain(verdict)): CaseResult => ({
  id: 'decap.a',
  requirement: 'decap.a',
  profile: 'overlay',
  verdict,
  expectation,
  violations: [],
  doubts: [],
  notes: [],
  durationMs: 1,
  rerun: '',
});
const code = (...cases: readonly CaseResult[]): number => exitCodeOf({ cases, interrupted: false });

test('0 when everything decided is as expected', () => {
  assert.is(code(caseOf('pass')), 0);
  assert.is(code(caseOf('pass'), caseOf('skip'), caseOf('warn')), 0);
  assert.is(code(caseOf('fail', expected)), 0);
});

test('1 for an unexpected verdict, an error included', () => {
  assert.is(code(caseOf('pass'), caseOf('fail')), 1);
  assert.is(code(caseOf('error')), 1);
  assert.is(code(caseOf('pass', { kind: 'mismatch', unexpected: true, reason: 'unexpected pass' })), 1);
  assert.is(code(caseOf('warn', { kind: 'none', unexpected: true })), 1);
});

test('an inconclusive case is unexpected beside decided ones, and no decision alone', () => {
  assert.is(code(caseOf('pass'), caseOf('inconclusive')), 1);
  assert.is(code(caseOf('fail', expected), caseOf('inconclusive')), 1);
  assert.is(code(caseOf('inconclusive'), caseOf('skip')), 4);
});

test('4 when nothing was decided', () => {
  assert.is(code(), 4);
  assert.is(code(caseOf('skip'), caseOf('skip')), 4);
});

test('3 when the target or node failed, whatever was decided before', () => {
  const stopped = { code: 'NODE_DIED', reason: 'gone' };
  assert.is(exitCodeOf({ cases: [caseOf('pass')], interrupted: true, stopped }), 3);
  assert.is(exitCodeOf({ cases: [caseOf('fail')], interrupted: true, stopped }), 3);
});

test('a run that was cut short never exits with 0', () => {
  assert.is(exitCodeOf({ cases: [caseOf('pass')], interrupted: true }), 130);
  assert.is(exitCodeOf({ cases: [], interrupted: true }), 130);
  assert.is(exitCodeOf({ cases: [caseOf('fail')], interrupted: true }), 1);
});

test('the rerun command can be pasted into a shell', () => {
  const facts = {
    target: './my target',
    node: { node: 'vm', kernelName: 'bookworm' },
    profile: '6rd:fd00::/40+10.0.0.0/8',
    caseId: 'decap.a/odd',
    seed: "it's",
    strict: true,
  } as const;
  assert.is(
    rerunCommand(facts, {}),
    `npm start -- run --target './my target' --node vm --kernel bookworm --profile 6rd:fd00::/40+10.0.0.0/8 --case decap.a/odd --seed 'it'\\''s' --strict`,
  );
  assert.match(
    rerunCommand({ ...facts, withoutExpectations: true, propertyPackets: 5000 }, {}),
    / --property-packets 5000 --strict --no-expectations$/,
  );
  assert.match(rerunCommand(facts, { PROTO41_STARTED_AS: 'proto41' }), /^proto41 run --target /);
});

test.run();
