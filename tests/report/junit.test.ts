import { junitReport } from '../../harness/report/junit.ts';
import { assert, suite } from '../support/suite.ts';
import { caseResult, everyKind, failed, HOSTILE, runResult } from './fixtures.ts';
import { elements, readXml, type XmlElement } from './xml-reader.ts';

const test = suite('report/junit');

const casesOf = (results: Parameters<typeof runResult>[0]): XmlElement[] =>
  elements(readXml(junitReport(runResult(results))), 'testcase');

const outcome = (testCase: XmlElement): string =>
  testCase.children
    .filter(({ name }) => name !== 'properties')
    .map(({ name, attributes }) => `${name}:${attributes.get('message') ?? ''}`)
    .join(' ');

test('a test case carries clause, level, verdict and evidence as properties', () => {
  const [testCase] = casesOf([failed()]);
  assert.is(testCase?.attributes.get('name'), 'encap.df-flag');
  assert.is(testCase?.attributes.get('classname'), 'proto41.encap');
  const properties = new Map(
    testCase === undefined
      ? []
      : elements(testCase, 'property').map(({ attributes }) => [attributes.get('name'), attributes.get('value')]),
  );
  assert.is(properties.get('clause'), 'RFC 4213 §3.2.2, RFC 791');
  assert.is(properties.get('level'), 'MUST');
  assert.is(properties.get('verdict'), 'fail');
  assert.is(properties.get('evidence'), 'evidence/encap.df-flag.pcapng');
});

test('a failure says what was expected and found, and holds the whole block', () => {
  const [failure] = casesOf([failed()]).flatMap((each) => elements(each, 'failure'));
  assert.is(failure?.attributes.get('message'), 'expected DF set or a fragment train with DF clear, found DF clear');
  assert.match(failure?.text ?? '', 'rerun     npm start -- run');
});

test('a test case fails exactly when its verdict is unexpected', () => {
  assert.equal(casesOf(everyKind('because')).map(outcome), [
    '',
    'failure:expected because, found because (and 1 more)',
    'system-out:',
    'skipped:because',
    'error:because',
    'error:because',
    'skipped:expected deviation: because system-out:',
    'failure:not as declared: because',
  ]);
});

test('a warning fails where the run was strict', () => {
  const warning = failed({ verdict: 'warn', expectation: { kind: 'none', unexpected: true } });
  assert.match(casesOf([warning]).map(outcome).join(), /^failure:/);
});

test('the totals count what the test cases say, per profile', () => {
  const root = readXml(junitReport(runResult([...everyKind('x'), caseResult({ profile: '6rd' })])));
  const numbers = (element: XmlElement): string =>
    ['tests', 'failures', 'errors', 'skipped'].map((name) => element.attributes.get(name)).join(' ');
  assert.is(numbers(root), '9 2 2 2');
  assert.equal(
    elements(root, 'testsuite').map((each) => `${String(each.attributes.get('name'))} ${numbers(each)}`),
    ['overlay 8 2 2 2', '6rd 1 0 0 0'],
  );
});

test('a node that failed is an error of its own', () => {
  const stopped = { interrupted: true, stopped: { code: 'NODE_DIED', reason: 'QEMU ended' } };
  const errors = elements(readXml(junitReport(runResult([caseResult()], stopped))), 'error');
  assert.equal(
    errors.map(({ attributes }) => [attributes.get('type'), attributes.get('message')]),
    [['NODE_DIED', 'QEMU ended']],
  );
});

test('two reports do not share their test cases', () => {
  casesOf([caseResult()]);
  assert.is(casesOf([caseResult()]).length, 1);
});

test('hostile text leaves well-formed XML and shows as escapes', () => {
  const cases = casesOf(everyKind(HOSTILE));
  assert.is(cases.length, everyKind().length);
  assert.match(cases[1]?.attributes.get('name') ?? '', '\\x1b[31mred\\x9b2J</failure><script>');
});

test.run();
