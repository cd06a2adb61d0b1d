import * as fc from 'fast-check';
import { tapReport } from '../../harness/report/tap.ts';
import { assert, suite } from '../support/suite.ts';
import { caseResult, everyKind, failed, runResult } from './fixtures.ts';
import { readTap } from './tap-reader.ts';

const test = suite('report/tap');

test('one test point per case, in order, with the plan first', () => {
  const { plan, points, bailOut } = readTap(tapReport(runResult([caseResult(), failed()])));
  assert.is(plan, 2);
  assert.equal(
    points.map(({ ok, number, description, directive }) => [ok, number, description, directive]),
    [
      [true, 1, 'encap.df-flag [overlay]', ''],
      [false, 2, 'encap.df-flag [overlay]', ''],
    ],
  );
  assert.is(bailOut, undefined);
});

test('a failure carries clause, expectation and evidence as YAML', () => {
  const [point] = readTap(tapReport(runResult([failed()]))).points;
  const yaml = point?.yaml.join('\n') ?? '';
  assert.match(
    yaml,
    '  clause: "RFC 4213 §3.2.2, RFC 791"\n  level: "MUST"\n  evidence: "evidence/encap.df-flag.pcapng"',
  );
  assert.match(
    yaml,
    '      expected:\n        - "DF set"\n        - "a fragment train with DF clear"\n      actual: "DF clear"\n      frame: 7',
  );
});

test('what does not fail the run does not fail the report', () => {
  const { points } = readTap(tapReport(runResult(everyKind('because'))));
  assert.equal(
    points.map(({ ok, directive }) => [ok, directive]),
    [
      [true, ''],
      [false, ''],
      [true, ''],
      [true, 'SKIP because'],
      [false, ''],
      [false, ''],
      [false, 'TODO expected deviation: because'],
      [false, ''],
    ],
  );
});

test('a run that was cut short bails out, one without cases is a skipped plan', () => {
  assert.match(
    readTap(tapReport(runResult([caseResult()], { interrupted: true }))).bailOut ?? '',
    'Bail out! interrupted',
  );
  const stopped = { interrupted: true, stopped: { code: 'X', reason: 'gone\nok 2 - x' } };
  assert.match(readTap(tapReport(runResult([caseResult()], stopped))).bailOut ?? '', 'Bail out! stopped: gone\\nok 2');
  assert.match(tapReport(runResult([])), '1..0 # SKIP');
});

test('hostile text makes no test point and no YAML of its own', () => {
  const results = everyKind();
  assert.is(readTap(tapReport(runResult(results))).points.length, results.length);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.is(readTap(tapReport(runResult(everyKind(text)))).points.length, results.length);
    }),
  );
});

test.run();
