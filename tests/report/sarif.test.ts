import { clauseUri } from '../../harness/report/clause-uri.ts';
import { sarifReport } from '../../harness/report/sarif/run-sarif.ts';
import { SarifLog } from '../../harness/report/sarif/sarif-log.ts';
import { assert, suite } from '../support/suite.ts';
import { caseResult, everyKind, failed, HOSTILE, runResult, violation } from './fixtures.ts';

const test = suite('report/sarif');

/** A value somewhere in a document that is only known to be JSON. */
const at = (document: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    document,
  );
const parsed = (text: string): unknown => JSON.parse(text);
const resultsOf = (document: unknown): readonly unknown[] => {
  const results = at(document, 'runs', 0, 'results');
  assert.ok(Array.isArray(results));
  return Array.isArray(results) ? results : [];
};

test('a failing case is a result of its rule, at its evidence', () => {
  const document = parsed(sarifReport(runResult([caseResult(), failed()])));
  assert.is(resultsOf(document).length, 1);
  const result = resultsOf(document)[0];
  assert.is(at(result, 'ruleId'), 'encap.df-flag');
  assert.is(at(result, 'level'), 'error');
  assert.match(
    String(at(result, 'message', 'text')),
    'Expected DF set or a fragment train with DF clear; found DF clear',
  );
  const place = at(result, 'locations', 0, 'physicalLocation', 'artifactLocation', 'uri');
  assert.is(place, 'evidence/encap.df-flag.pcapng');
  assert.is(at(result, 'locations', 0, 'logicalLocations', 0, 'name'), 'frame 7');
  const rule = at(document, 'runs', 0, 'tool', 'driver', 'rules', 0);
  assert.is(at(rule, 'id'), 'encap.df-flag');
  assert.is(at(rule, 'helpUri'), 'https://www.rfc-editor.org/rfc/rfc4213.html#section-3.2.2');
  assert.is(at(document, 'runs', 0, 'invocations', 0, 'exitCode'), 1);
});

test('a warning is one, a declared deviation is suppressed with its reason, and what is undecided is open', () => {
  const document = parsed(
    sarifReport(
      runResult([
        caseResult({ verdict: 'warn', violations: [violation({ requirement: 'decap.source' })] }),
        failed({ expectation: { kind: 'expected', unexpected: false, reason: 'known' } }),
        caseResult({ verdict: 'inconclusive', doubts: [{ reason: 'silent' }], reason: 'silent' }),
        caseResult({ verdict: 'skip', reason: 'not here' }),
        caseResult({ expectation: { kind: 'mismatch', unexpected: true, reason: 'it passes' } }),
      ]),
    ),
  );
  const results = resultsOf(document);
  assert.equal(
    results.map((result) => [at(result, 'level'), at(result, 'kind'), at(result, 'suppressions', 0, 'justification')]),
    [
      ['warning', undefined, undefined],
      ['error', undefined, 'known'],
      ['none', 'open', undefined],
      ['error', undefined, undefined],
    ],
  );
  assert.match(String(at(results[3], 'message', 'text')), 'not as declared: it passes');
});

test('the same finding has the same fingerprint in another run', () => {
  const print = (frameNumber: number): unknown =>
    at(
      resultsOf(parsed(sarifReport(runResult([failed({ violations: [violation({ frameNumber })] })]))))[0],
      'partialFingerprints',
    );
  assert.equal(print(7), print(9));
});

test('a target that stopped is told of, and nothing that it says acts on who reads the file', () => {
  const text = sarifReport(runResult(everyKind(HOSTILE), { stopped: { code: 'NODE_DIED', reason: HOSTILE } }));
  for (const character of ['\u001b', '\u009b', '\u202e', '\u2028']) assert.not.ok(text.includes(character));
  const document = parsed(text);
  assert.is(at(document, 'runs', 0, 'invocations', 0, 'executionSuccessful'), false);
  assert.is(
    at(document, 'runs', 0, 'invocations', 0, 'toolExecutionNotifications', 0, 'descriptor', 'id'),
    'NODE_DIED',
  );
});

test('every result has a file, and text is no template and no link', () => {
  const mismatch = { kind: 'mismatch', unexpected: true, reason: '{0} [click](https://example.org)' } as const;
  const [result] = resultsOf(parsed(sarifReport(runResult([caseResult({ expectation: mismatch })]))));
  assert.is(at(result, 'locations', 0, 'physicalLocation', 'artifactLocation', 'uri'), 'results.json');
  assert.match(String(at(result, 'message', 'text')), '{{0}} [click] (https://example.org)');
});

test('more results than services take are counted', () => {
  const log = new SarifLog('1', () => undefined);
  const about = { name: 'x', fullName: 'x' };
  for (let number = 0; number < 25_003; number++) if (log.takes()) log.add({ requirement: 'a', message: 'm', about });
  const document = parsed(log.text(1));
  assert.is(resultsOf(document).length, 25_000);
  assert.match(
    String(at(document, 'runs', 0, 'invocations', 0, 'toolExecutionNotifications', 0, 'message', 'text')),
    '3 further',
  );
});

test('a clause leads to its section where there is one', () => {
  assert.equal(
    ['RFC 5969 §9.2, RFC 791', 'draft, RFC 791', 'RFC 6040 §4.1-4.2', 'RFC 3168 §Appendix A', 'Linux'].map(clauseUri),
    [
      'https://www.rfc-editor.org/rfc/rfc5969.html#section-9.2',
      'https://www.rfc-editor.org/rfc/rfc791.html',
      'https://www.rfc-editor.org/rfc/rfc6040.html#section-4.1',
      'https://www.rfc-editor.org/rfc/rfc3168.html#appendix-A',
      undefined,
    ],
  );
});

test.run();
