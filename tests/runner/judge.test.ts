import { failsUnderStrict, judge, severity, type Evidence } from '../../harness/runner/judge.ts';
import { LEVELS } from '../../harness/runner/requirement.ts';
import { suite, assert } from '../support/suite.ts';
import { lookup, requirement, violation } from './support/samples.ts';

const test = suite('runner/judge');

const requirementOf = lookup(
  requirement('decap.must'),
  requirement('decap.must-not', { level: 'MUST NOT' }),
  requirement('decap.behaviour', { level: 'behaviour' }),
  requirement('decap.policy', { level: 'policy' }),
  requirement('decap.should', { level: 'SHOULD' }),
  requirement('decap.should-not', { level: 'SHOULD NOT' }),
  requirement('decap.may', { level: 'MAY' }),
);
const clean: Evidence = { violations: [], doubts: [], judgements: 1 };
const doubt = { reason: 'fence lost' };
const verdictOf = (changes: Partial<Evidence>): string => judge({ ...clean, ...changes }, requirementOf).verdict;

test('an expectation that held passes', () => {
  assert.equal(judge(clean, requirementOf), { verdict: 'pass' });
});

test('a violation of a MUST, MUST NOT, behaviour or policy requirement fails', () => {
  for (const id of ['must', 'must-not', 'behaviour', 'policy'])
    assert.is(verdictOf({ violations: [violation(`decap.${id}`)] }), 'fail', id);
});

test('a violation of a SHOULD, SHOULD NOT or MAY requirement warns', () => {
  for (const id of ['should', 'should-not', 'may'])
    assert.is(verdictOf({ violations: [violation(`decap.${id}`)] }), 'warn', id);
});

test('a tolerated violation of a MUST warns', () => {
  assert.is(verdictOf({ violations: [violation('decap.must', { tolerated: true })] }), 'warn');
});

test('one violation that is not tolerated outweighs any number that are', () => {
  const violations = [violation('decap.must', { tolerated: true }), violation('decap.should'), violation('decap.must')];
  assert.is(verdictOf({ violations }), 'fail');
});

test('a violation of an unknown requirement fails', () => {
  assert.is(verdictOf({ violations: [violation('decap.unheard-of')] }), 'fail');
});

test('a doubt alone is inconclusive and says why', () => {
  const judged = judge({ ...clean, doubts: [doubt, { reason: 'no answer' }] }, requirementOf);
  assert.equal(judged, { verdict: 'inconclusive', reason: 'fence lost; no answer' });
});

test('a doubt does not excuse a violated MUST', () => {
  assert.is(verdictOf({ doubts: [doubt], violations: [violation('decap.must')] }), 'fail');
});

test('where the requirement is a SHOULD, a violation decides it in spite of a doubt', () => {
  const shown = { doubts: [doubt], violations: [violation('decap.should')] };
  assert.is(verdictOf({ ...shown, level: 'should' }), 'warn');
  assert.is(verdictOf({ ...shown, level: 'must' }), 'inconclusive');
  assert.is(verdictOf({ doubts: [doubt], level: 'should' }), 'inconclusive');
});

test('a doubt beside a mere warning is inconclusive, because the MUST behind it is undecided', () => {
  assert.is(verdictOf({ doubts: [doubt], violations: [violation('decap.should')] }), 'inconclusive');
});

test('a dead DUT never passes, not even when nothing was judged', () => {
  assert.is(verdictOf({ doubts: [doubt], judgements: 0 }), 'inconclusive');
});

test('a case that judged nothing is an error', () => {
  const judged = judge({ ...clean, judgements: 0 }, requirementOf);
  assert.is(judged.verdict, 'error');
  assert.match(judged.reason ?? '', /judged nothing/);
});

test('a skip keeps its reason and needs no judgement', () => {
  assert.equal(judge({ ...clean, judgements: 0, skipped: 'no FOU here' }, requirementOf), {
    verdict: 'skip',
    reason: 'no FOU here',
  });
});

test('what was violated or doubtful before the skip is not lost', () => {
  assert.is(verdictOf({ skipped: 'no', violations: [violation('decap.must')] }), 'fail');
  assert.is(verdictOf({ skipped: 'no', violations: [violation('decap.should')] }), 'warn');
  assert.is(verdictOf({ skipped: 'no', doubts: [doubt] }), 'inconclusive');
});

test('an error is an error, whatever was seen before', () => {
  const judged = judge(
    { ...clean, error: 'TypeError: x', violations: [violation('decap.must')], doubts: [doubt] },
    requirementOf,
  );
  assert.equal(judged, { verdict: 'error', reason: 'TypeError: x' });
});

test('every level has a severity, and only a MAY is forgiven under --strict', () => {
  const forgiven = LEVELS.filter(
    (level) => !failsUnderStrict([violation('x.y')], lookup(requirement('x.y', { level }))),
  );
  assert.equal(forgiven, ['MAY']);
  assert.is(severity(violation('x.y', { tolerated: true }), lookup(requirement('x.y', { level: 'MAY' }))), 'should');
});

test.run();
