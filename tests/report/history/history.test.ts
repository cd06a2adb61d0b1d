import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeLines, changesSince, withFlaky } from '../../../harness/report/history/flaky.ts';
import { appendToLedger, ledgerEntries, LedgerError, readLedger } from '../../../harness/report/history/ledger.ts';
import { targetVersionOf } from '../../../harness/report/history/target-version.ts';
import { exitCodeOf } from '../../../harness/runner/exit-code.ts';
import { assert, suite } from '../../support/suite.ts';
import { caseResult, failed, runResult } from '../fixtures.ts';

const test = suite('report/history');
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-history-'));
});
test.after(() => rm(folder, { recursive: true }));

const PASSED = runResult([caseResult()]);
const FAILED = runResult([failed()], { startedAt: '2026-01-03T00:00:00.000Z' });

test('a ledger that does not exist is empty, and grows run by run', async () => {
  const file = join(folder, 'grows.jsonl');
  assert.equal(await readLedger(file), []);
  await appendToLedger(file, ledgerEntries(PASSED, 'v1', 'a'));
  await appendToLedger(file, ledgerEntries(FAILED, 'v1', 'b'));
  const entries = await readLedger(file);
  assert.equal(
    entries.map(({ verdict, evidence }) => [verdict, evidence]),
    [
      ['pass', undefined],
      ['fail', 'b/evidence/encap.df-flag.pcapng'],
    ],
  );
});

test('a file that is no ledger is an error with its line', async () => {
  const file = join(folder, 'bad.jsonl');
  await writeFile(file, `${JSON.stringify(ledgerEntries(PASSED, '', 'a')[0])}\n{"id":1}\n`);
  await assert.rejects(() => readLedger(file), /line 2/);
  await assert.rejects(() => readLedger(folder), LedgerError);
});

test('the same build that says something else is flaky, and no pass any more', () => {
  const ledger = ledgerEntries(FAILED, 'v1', 'old');
  const changes = changesSince(ledger, PASSED, 'v1');
  assert.equal(
    changes.map(({ isFlaky }) => isFlaky),
    [true],
  );
  const [result] = withFlaky(PASSED, changes).cases;
  assert.is(result?.verdict, 'inconclusive');
  assert.match(
    result?.reason ?? '',
    'fail on 2026-01-03T00:00:00.000Z with the same build of the target, evidence old/evidence',
  );
  assert.is(exitCodeOf(withFlaky(runResult([caseResult({ id: 'x' }), ...PASSED.cases]), changes)), 1);
});

test('a contradiction stays one however many runs agree afterwards', () => {
  const ledger = [...ledgerEntries(FAILED, 'v1', 'old'), ...ledgerEntries(PASSED, 'v1', 'new')];
  assert.is(changesSince(ledger, PASSED, 'v1')[0]?.isFlaky, true);
});

test('another build may say something else: it is listed, and stays what it is', () => {
  const changes = changesSince(ledgerEntries(FAILED, 'v1', 'old'), PASSED, 'v2');
  assert.equal(
    changes.map(({ isFlaky }) => isFlaky),
    [false],
  );
  assert.equal(withFlaky(PASSED, changes), PASSED);
  assert.match(changeLines(changes).join('\n'), 'encap.df-flag [overlay] fail on 2026-01-03');
});

test('other targets, kernels and profiles have a history of their own', () => {
  const ledger = ledgerEntries(FAILED, 'v1', 'old');
  assert.equal(changesSince(ledger, { ...PASSED, target: 'other' }, 'v1'), []);
  assert.equal(changesSince(ledger, { ...PASSED, node: { ...PASSED.node, kernelRelease: '7' } }, 'v1'), []);
  assert.equal(changesSince(ledger, runResult([caseResult({ profile: '6to4' })]), 'v1'), []);
});

test('the version of a target follows its files, not what is declared of it', async () => {
  const target = join(folder, 'target');
  await mkdir(join(target, 'sub'), { recursive: true });
  await writeFile(join(target, 'up'), 'a');
  const first = await targetVersionOf(target, '');
  await writeFile(join(target, 'expectations.json'), '[]');
  assert.is(await targetVersionOf(target, ''), first);
  assert.is(await targetVersionOf(target, 'v9'), `${first} v9`);
  await writeFile(join(target, 'sub', 'lib.sh'), 'b');
  assert.is.not(await targetVersionOf(target, ''), first);
  assert.is(await targetVersionOf(undefined, 'v9'), 'v9');
});

test.run();
