import { validate } from 'ctrf';
import { ctrfReport } from '../../harness/report/ctrf.ts';
import { assert, suite } from '../support/suite.ts';
import { caseResult, everyKind, failed, HOSTILE, runResult } from './fixtures.ts';

const test = suite('report/ctrf');

const parsed = (text: string): { results: { summary: unknown; tests: { status: string; name: string }[] } } =>
  JSON.parse(text);

test('the schema of the format accepts every kind of result', () => {
  const { valid, errors } = validate(JSON.parse(ctrfReport(runResult(everyKind(HOSTILE)))));
  assert.equal(errors ?? [], []);
  assert.ok(valid);
});

test('a test fails exactly when its verdict is unexpected', () => {
  const cases = everyKind();
  const { tests } = parsed(ctrfReport(runResult(cases))).results;
  assert.equal(
    tests.map(({ status }) => status === 'failed'),
    cases.map(({ expectation }) => expectation.unexpected),
  );
});

test('the summary counts what stands below it', () => {
  const { summary } = parsed(
    ctrfReport(runResult([caseResult(), failed(), caseResult({ verdict: 'skip', reason: 'x' })])),
  ).results;
  const start = Date.parse('2026-01-02T03:04:05.000Z');
  assert.equal(summary, {
    tests: 3,
    passed: 1,
    failed: 1,
    skipped: 1,
    pending: 0,
    other: 0,
    start,
    stop: start + 9100,
  });
});

test('a case whose repetitions differ is marked flaky', () => {
  const flaky = caseResult({ verdict: 'inconclusive', repeats: ['pass', 'fail'] });
  assert.match(ctrfReport(runResult([flaky])), '"flaky": true');
  assert.not.match(ctrfReport(runResult([caseResult({ repeats: ['pass', 'pass'] })])), 'flaky');
});

test.run();
