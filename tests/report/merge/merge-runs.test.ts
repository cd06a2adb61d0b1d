import type { ReportedRun } from '../../../harness/report/html/reported-run.ts';
import { mergeRuns } from '../../../harness/report/merge/merge-runs.ts';
import type { CaseResult } from '../../../harness/runner/result.ts';
import { assert, suite } from '../../support/suite.ts';
import { caseResult, failed, runResult, violation } from '../fixtures.ts';

const test = suite('report/merge/merge-runs');

const run = (
  cases: readonly CaseResult[],
  linkPrefix = '',
  changes: Parameters<typeof runResult>[1] = {},
): ReportedRun => ({
  result: runResult(cases, changes),
  linkPrefix,
  evidence: new Map([['evidence/encap.df-flag.pcapng', []]]),
});

const merged = (...runs: readonly ReportedRun[]) => mergeRuns(runs).map(({ result }) => result);

test('shards of one run become one, with the evidence of each', () => {
  const [one, ...others] = mergeRuns([
    run([failed()], 'a/', { profiles: ['overlay'] }),
    run([failed({ profile: '6to4' })], 'b/', { profiles: ['6to4'] }),
  ]);
  assert.is(others.length, 0);
  assert.equal(one?.result.profiles, ['overlay', '6to4']);
  assert.equal(
    one?.result.cases.map(({ evidence }) => evidence),
    ['a/evidence/encap.df-flag.pcapng', 'b/evidence/encap.df-flag.pcapng'],
  );
  assert.equal(
    [...(one?.evidence.keys() ?? [])],
    ['a/evidence/encap.df-flag.pcapng', 'b/evidence/encap.df-flag.pcapng'],
  );
  assert.is(one?.result.durationMs, 18_200);
});

test('other targets and kernels stay apart', () => {
  const kernel = { node: { node: 'vm', kernelRelease: '5.10.0', phases: [] } } as const;
  assert.is(
    merged(run([caseResult()]), run([caseResult()], '', kernel), run([caseResult()], '', { target: 'x' })).length,
    3,
  );
});

test('runs that agree on a case count as repeats, runs that disagree as nothing', () => {
  const [same] = merged(run([caseResult()]), run([caseResult()]));
  assert.equal(same?.cases[0]?.repeats, ['pass', 'pass']);
  assert.is(same?.cases[0]?.verdict, 'pass');
  const [other] = merged(run([caseResult()]), run([failed()]));
  assert.is(other?.cases.length, 1);
  assert.is(other?.cases[0]?.verdict, 'inconclusive');
  assert.ok(other?.cases[0]?.expectation.unexpected);
  assert.match(other?.cases[0]?.reason ?? '', 'pass, fail');
});

const passive = (changes: Partial<CaseResult> = {}): CaseResult =>
  failed({ id: 'encap.df-flag/passive', violations: [violation({ by: 'rule', seenIn: 'mtu.x' })], ...changes });

test('what rules found in another shard stands under the case of its requirement', () => {
  const [result] = merged(run([caseResult()]), run([passive()]));
  assert.equal(
    result?.cases.map(({ id, verdict }) => [id, verdict]),
    [['encap.df-flag', 'fail']],
  );
  assert.is(result?.cases[0]?.violations[0]?.seenIn, 'mtu.x');
  assert.ok(result?.cases[0]?.expectation.unexpected);
});

test('passive results of several shards are one, and stay where no shard ran the case', () => {
  const [result] = merged(run([passive()]), run([passive()]));
  assert.equal(
    result?.cases.map(({ id, violations }) => [id, violations.length]),
    [['encap.df-flag/passive', 2]],
  );
});

test('a declared deviation that only another shard shows is one', () => {
  const declared = { kind: 'expected', unexpected: false, reason: 'known' } as const;
  const missing = { kind: 'mismatch', unexpected: true, reason: 'it passes' } as const;
  const [result] = merged(run([caseResult({ expectation: missing })]), run([passive({ expectation: declared })]));
  assert.equal(result?.cases[0]?.expectation, declared);
});

test('what nobody declared does not hide behind a declared deviation of another shard', () => {
  const declared = { kind: 'expected', unexpected: false, reason: 'known' } as const;
  const differently = { kind: 'mismatch', unexpected: true, reason: 'fails differently' } as const;
  const [result] = merged(run([failed({ expectation: declared })]), run([passive({ expectation: differently })]));
  assert.equal(result?.cases[0]?.expectation, differently);
});

test('a violation of a SHOULD that another shard saw decides a case that was in doubt, as in one run', () => {
  const should = { requirement: 'decap.source', id: 'decap.source' };
  const doubtful = caseResult({
    ...should,
    verdict: 'inconclusive',
    reason: 'a fence was lost',
    doubts: [{ reason: 'x' }],
  });
  const seen = violation({ requirement: 'decap.source', by: 'rule' });
  const [result] = merged(
    run([doubtful]),
    run([caseResult({ ...should, id: 'decap.source/passive', verdict: 'warn', violations: [seen] })]),
  );
  assert.equal(
    result?.cases.map(({ id, verdict, reason }) => [id, verdict, reason]),
    [['decap.source', 'warn', undefined]],
  );
});

test('cases stand in the order of one run, and a note says where a finding of another shard stands now', () => {
  const note = (id: string): string => `its frames also violate encap.df-flag: see ${id}`;
  const other = caseResult({ requirement: 'decap.source', id: 'decap.source', notes: [note('encap.df-flag/passive')] });
  const [result] = merged(run([caseResult()]), run([other, passive()]));
  assert.equal(
    result?.cases.map(({ id, notes }) => [id, ...notes]),
    [['decap.source', note('encap.df-flag')], ['encap.df-flag']],
  );
});

test('a shard that was cut short makes the whole cut short', () => {
  const [result] = merged(run([caseResult()]), run([], '', { interrupted: true, stopped: { code: 'X', reason: 'y' } }));
  assert.ok(result?.interrupted);
  assert.is(result?.stopped?.code, 'X');
});

test.run();
