import { parseProfile } from '../../harness/profile/index.ts';
import { assess, type Assessed, type AssessOptions } from '../../harness/runner/assess.ts';
import {
  checkExpectations,
  loadExpectations,
  parseExpectations,
  type Expectation,
} from '../../harness/runner/expectation.ts';
import { exitCodeOf } from '../../harness/runner/exit-code.ts';
import type { ExpectationOutcome } from '../../harness/runner/result.ts';
import type { RunSuiteOptions } from '../../harness/runner/run-suite.ts';
import type { Verdict } from '../../harness/runner/verdict.ts';
import { suite, assert } from '../support/suite.ts';
import { fake } from './support/fake-testbed.ts';
import { runFake } from './support/run-fake.ts';
import { lookup, registryOf, requirement, violation } from './support/samples.ts';

const test = suite('runner/assess');

const requirementOf = lookup(requirement('decap.a'), requirement('decap.may', { level: 'MAY' }));
const result = (verdict: Verdict, id = 'decap.a'): Assessed => ({
  id,
  requirement: id.split('/')[0] ?? id,
  verdict,
  violations:
    verdict === 'fail' || verdict === 'warn' ? [violation('decap.a', { actual: 'ICMPv6 1/3 to the sender' })] : [],
});
const options = (changes: Partial<AssessOptions>): AssessOptions => ({
  expectations: [],
  profile: parseProfile('overlay'),
  kernelRelease: '6.1.0-37-cloud-amd64',
  strict: false,
  today: '2026-06-15',
  requirementOf,
  ...changes,
});
const one = (
  verdict: Verdict,
  expectation: Partial<Expectation>,
  changes: Partial<AssessOptions> = {},
): ExpectationOutcome => {
  const expectations = [{ requirement: 'decap.a', reason: 'known bug', ...expectation }];
  const [outcome] = assess([result(verdict)], options({ expectations, ...changes }));
  if (outcome === undefined) throw new Error('expected an outcome');
  return outcome;
};
const reasonOf = (outcome: ExpectationOutcome): string => ('reason' in outcome ? outcome.reason : '');

test('without an expectation, failures, errors and the undecided are unexpected, warnings under --strict', () => {
  const verdicts: readonly Verdict[] = ['pass', 'fail', 'warn', 'skip', 'inconclusive', 'error'];
  const unexpected = (strict: boolean): readonly Verdict[] => {
    const outcomes = assess(
      verdicts.map((verdict) => result(verdict)),
      options({ strict }),
    );
    return verdicts.filter((_, index) => outcomes[index]?.unexpected === true);
  };
  assert.equal(unexpected(false), ['fail', 'inconclusive', 'error']);
  assert.equal(unexpected(true), ['fail', 'warn', 'inconclusive', 'error']);
});

test('a MAY is forgiven even under --strict', () => {
  const may = {
    id: 'decap.may',
    requirement: 'decap.may',
    verdict: 'warn' as const,
    violations: [violation('decap.may')],
  };
  assert.equal(assess([may], options({ strict: true })), [{ kind: 'none', unexpected: false }]);
});

test('a declared deviation that shows as declared is expected, with reason and link', () => {
  assert.equal(one('fail', { link: 'https://example.org/bug' }), {
    kind: 'expected',
    unexpected: false,
    reason: 'known bug',
    link: 'https://example.org/bug',
  });
  assert.is(one('warn', {}).kind, 'expected');
});

test('an unexpected pass, another verdict, other words and expiry are mismatches that say so', () => {
  assert.match(reasonOf(one('pass', {})), /unexpected pass; declared: known bug/);
  assert.match(reasonOf(one('warn', { verdicts: ['fail'] })), /expected verdict fail, found warn/);
  assert.match(
    reasonOf(one('fail', { matches: 'Time Exceeded' })),
    /fails differently: .*"Time Exceeded" only, found "ICMPv6 1\/3 to the sender"/,
  );
  assert.match(reasonOf(one('fail', { expires: '2026-06-14' })), /expired on 2026-06-14/);
  for (const outcome of [one('pass', {}), one('fail', { matches: 'x' })]) assert.is(outcome.kind, 'mismatch');
});

test('a violation that nobody declared does not hide behind one that somebody did', () => {
  const [known] = result('fail').violations;
  if (known === undefined) throw new Error('expected a violation');
  const both = { ...result('fail'), violations: [known, { ...known, actual: 'outer TTL 17' }] };
  const expectations = [{ requirement: 'decap.a', reason: 'known', matches: '1/3 to' }];
  const [outcome] = assess([both], options({ expectations }));
  assert.is(outcome?.kind, 'mismatch');
  const second = { requirement: 'decap.a', reason: 'TTL', matches: 'TTL 17' };
  assert.is(assess([both], options({ expectations: [...expectations, second] }))[0]?.kind, 'expected');
  const list = [{ requirement: 'decap.a', reason: 'known', matches: ['TTL 17', '1/3 to'] }];
  assert.is(assess([both], options({ expectations: list }))[0]?.kind, 'expected');
  const others = [{ requirement: 'decap.a', reason: 'known', matches: ['TTL 18', '1/3 to'] }];
  const [other] = assess([both], options({ expectations: others }));
  if (other === undefined) throw new Error('expected an outcome');
  assert.match(reasonOf(other), /"TTL 18" or "1\/3 to" only, found "outer TTL 17"/);
});

test('the declared words may occur anywhere in a violation, and the last day still counts', () => {
  assert.is(one('fail', { matches: '1/3 to' }).kind, 'expected');
  assert.is(one('fail', { expires: '2026-06-15' }).kind, 'expected');
});

test('an error is never expected, and what could not be decided neither', () => {
  assert.equal(one('error', {}), { kind: 'none', unexpected: true });
  assert.equal(one('inconclusive', {}), { kind: 'none', unexpected: true });
  assert.equal(one('skip', {}), { kind: 'none', unexpected: false });
});

test('an expectation holds for its profiles, by name or text, and its kernels alone', () => {
  assert.is(one('fail', { profiles: ['6to4', 'over*'] }).kind, 'expected');
  assert.is(one('fail', { profiles: ['6rd:*'] }).kind, 'expected');
  assert.is(one('fail', { profiles: ['6to4'] }).kind, 'none');
  assert.is(one('fail', { kernels: '>=5.10 <6.2' }).kind, 'expected');
  assert.is(one('fail', { kernels: ['5.10', '6.1'] }).kind, 'expected');
  assert.is(one('fail', { kernels: '>=6.2' }).kind, 'none');
  assert.is(one('pass', { kernels: '>=6.2' }).unexpected, false);
  const { kernelRelease: _, ...withoutKernel } = options({
    expectations: [{ requirement: 'decap.a', reason: 'r', kernels: '6.1' }],
  });
  assert.equal(assess([result('fail')], withoutKernel), [{ kind: 'none', unexpected: true }]);
});

test('an expectation for a case that did not run is no error', () => {
  assert.equal(
    assess([result('pass', 'decap.b')], options({ expectations: [{ requirement: 'decap.a', reason: 'r' }] })),
    [{ kind: 'none', unexpected: false }],
  );
});

test('an expectation for a requirement is kept by any of its cases', () => {
  const expectations = [{ requirement: 'decap.a', reason: 'r' }];
  const kinds = assess([result('pass'), result('fail', 'decap.a/odd')], options({ expectations })).map(
    ({ kind }) => kind,
  );
  assert.equal(kinds, ['none', 'expected']);
  const passed = assess([result('pass', 'decap.a/one'), result('pass', 'decap.a/two')], options({ expectations }));
  assert.equal(
    passed.map(({ kind }) => kind),
    ['mismatch', 'mismatch'],
  );
});

test('a pass says nothing of a deviation whose other cases a filter has left out', () => {
  const expectations = [{ requirement: 'decap.a', reason: 'r' }];
  const casesOf = (): readonly string[] => ['decap.a', 'decap.a/odd'];
  const kinds = (results: readonly Assessed[]): readonly string[] =>
    assess(results, options({ expectations, casesOf })).map(({ kind }) => kind);
  assert.equal(kinds([result('pass')]), ['none']);
  assert.equal(kinds([result('pass', 'decap.a/odd')]), ['none']);
  assert.equal(kinds([result('pass'), result('pass', 'decap.a/odd')]), ['mismatch', 'mismatch']);
  assert.equal(kinds([result('pass'), result('skip', 'decap.a/odd')]), ['mismatch', 'none']);
  const exact = [{ requirement: 'decap.a/odd', reason: 'r' }];
  const [odd] = assess([result('pass', 'decap.a/odd')], options({ expectations: exact, casesOf }));
  assert.is(odd?.kind, 'mismatch');
});

test('a deviation that only other cases show is missed only where one of them ran', () => {
  const expectations = [{ requirement: 'decap.a', reason: 'r', shownBy: ['mtu.b', 'mtu.c/*'] }];
  const kindOfA = (...others: readonly Assessed[]): string | undefined =>
    assess([result('pass'), ...others], options({ expectations }))[0]?.kind;
  assert.is(kindOfA(), 'none');
  assert.is(kindOfA(result('pass', 'mtu.d')), 'none');
  assert.is(kindOfA(result('skip', 'mtu.b')), 'none');
  assert.is(kindOfA(result('inconclusive', 'mtu.b')), 'none');
  assert.is(kindOfA(result('error', 'mtu.b')), 'none');
  assert.is(kindOfA(result('fail', 'mtu.b/passive')), 'none');
  for (const id of ['mtu.b', 'mtu.b/odd', 'mtu.c/odd']) assert.is(kindOfA(result('pass', id)), 'mismatch', id);
  assert.is(kindOfA(result('pass', 'mtu.c')), 'none');
  assert.is(kindOfA(result('pass', 'mtu.b'), result('fail', 'decap.a/passive')), 'none');
  const [shown] = assess([result('fail')], options({ expectations }));
  assert.is(shown?.kind, 'expected');
});

test('a run of a part is green where the whole shows the deviation, and red where the whole does not', async () => {
  const failing = async (t: Parameters<typeof fake>[0]): Promise<void> =>
    fake(t).observe({ violations: [violation('decap.a')] });
  const exitCode = async (run: typeof failing | undefined, part: Partial<RunSuiteOptions>): Promise<number> => {
    const odd = { id: 'decap.a', variant: 'odd', ...(run === undefined ? {} : { run }) };
    const registry = registryOf([requirement('decap.a')], [{ id: 'decap.a' }, odd]);
    return exitCodeOf(await runFake(registry, { expectations: [{ requirement: 'decap.a', reason: 'r' }], ...part }));
  };
  for (const id of ['decap.a', 'decap.a/odd'])
    assert.is(await exitCode(failing, { filter: { caseGlobs: [id] } }), 0, id);
  assert.is(await exitCode(failing, {}), 0);
  assert.is(await exitCode(undefined, {}), 1);
});

test('an expectation for one case says nothing of the others, and outranks one for the requirement', () => {
  const expectations = [
    { requirement: 'decap.a/odd', reason: 'odd', matches: 'nowhere' },
    { requirement: 'decap.a', reason: 'all' },
  ];
  const outcomes = assess([result('fail'), result('fail', 'decap.a/odd')], options({ expectations }));
  assert.equal(
    outcomes.map(({ kind }) => kind),
    ['expected', 'mismatch'],
  );
  const passes = assess(
    [result('fail'), result('pass', 'decap.a/odd')],
    options({ expectations: expectations.slice(0, 1) }),
  );
  assert.equal(
    passes.map(({ kind }) => kind),
    ['none', 'mismatch'],
  );
});

test('of several expectations for one result, one that fits is enough', () => {
  const expectations = [
    { requirement: 'decap.a', reason: 'first', matches: 'nowhere' },
    { requirement: 'decap.a', reason: 'second' },
  ];
  assert.equal(assess([result('fail')], options({ expectations })), [
    { kind: 'expected', unexpected: false, reason: 'second' },
  ]);
});

test('a file of expectations is checked entry by entry', () => {
  const read = (entry: Record<string, unknown>): unknown =>
    parseExpectations('e.json', JSON.stringify([{ requirement: 'decap.a', reason: 'r', ...entry }]));
  read({ kernels: '>=5.10', verdicts: ['warn'], expires: '2027-01-31', link: 'https://example.org' });
  assert.throws(() => read({ reason: '' }), /Expectations e\.json: at 0\.reason/);
  assert.throws(() => read({ kernels: 'new ones' }), /kernel range/);
  assert.throws(() => read({ expires: '31.1.2027' }), /YYYY-MM-DD/);
  assert.throws(() => read({ verdicts: ['error'] }), /0\.verdicts/);
  assert.throws(() => read({ link: 'see wiki' }), /0\.link/);
  read({ shownBy: ['decap.*'] });
  assert.throws(() => read({ shownBy: [] }), /at 0\.shownBy: expected at least one entry/);
  assert.throws(() => read({ shownBy: 'decap.a' }), /at 0\.shownBy/);
  assert.throws(() => read({ because: 'x' }), /because/);
  assert.throws(() => parseExpectations('e.json', '['), /expected JSON/);
});

test('an expectation must name a requirement, a case or a passive result that exists', () => {
  const registry = registryOf([requirement('decap.a')], [{ id: 'decap.a', variant: 'odd' }]);
  const check = (id: string): void => {
    checkExpectations('e.json', [{ requirement: id, reason: 'r' }], registry);
  };
  for (const id of ['decap.a', 'decap.a/odd', 'decap.a/passive']) check(id);
  assert.throws(() => check('decap.a/old'), /entry 1: .*found "decap\.a\/old"; did you mean decap\.a\/odd/);
  assert.throws(() => check('decap.b/passive'), /found "decap\.b\/passive"/);
});

test('what an expectation is shown by must name cases that exist', () => {
  const registry = registryOf([requirement('decap.a'), requirement('decap.bare')], [{ id: 'decap.a', variant: 'odd' }]);
  const check = (...shownBy: readonly string[]): void => {
    checkExpectations('e.json', [{ requirement: 'decap.a', reason: 'r', shownBy: [...shownBy] }], registry);
  };
  check('decap.a', 'decap.a/odd', 'decap.*');
  assert.throws(
    () => check('decap.a', 'decap.a/old'),
    /entry 1: expected shownBy to name a case, found "decap\.a\/old"; did you mean decap\.a\/odd/,
  );
  assert.throws(() => check('decap.bare'), /shownBy to name a case, found "decap\.bare"/);
});

test('a target without a file declares nothing', async () => {
  assert.equal(await loadExpectations('/nonexistent/expectations.json'), []);
});

test.run();
