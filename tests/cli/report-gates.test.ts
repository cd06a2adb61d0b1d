/** What `report` says of runs that are not whole, which must pass no gate. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../../harness/runner/result.ts';
import { caseResult, failed, runResult } from '../report/fixtures.ts';
import { assert, suite } from '../support/suite.ts';
import { commandLine, type Outcome } from './support.ts';

const test = suite('cli/report-gates');
let parent = '';

test.before(async () => {
  parent = await mkdtemp(join(tmpdir(), 'proto41-gates-'));
});
test.after(() => rm(parent, { recursive: true }));

let made = 0;

/** A result folder. */
const folderOf = async (changes: Partial<RunResult> = {}): Promise<string> => {
  const folder = join(parent, String((made += 1)));
  await mkdir(folder);
  await writeFile(join(folder, 'results.json'), JSON.stringify(runResult([caseResult()], changes)));
  return folder;
};

const report = (...parameters: readonly string[]): Promise<Outcome> => commandLine('report', ...parameters);

test('a run that was cut short or decided nothing passes no gate, whatever it is compared with', async () => {
  const good = await folderOf();
  const stopped = { stopped: { code: 'NODE_DIED', reason: 'gone' }, interrupted: true };
  for (const [changes, exitCode] of [
    [stopped, 3],
    [{ interrupted: true }, 130],
    [{ cases: [] }, 4],
    [{ cases: [caseResult({ verdict: 'skip' })] }, 4],
  ] as const) {
    const folder = await folderOf(changes);
    assert.is((await report(folder)).exitCode, exitCode);
    assert.is((await report(folder, '--baseline', good)).exitCode, exitCode);
  }
});

test('what failed in the baseline or was undecided there may do so again', async () => {
  const cases = [caseResult(), failed({ id: 'a' }), caseResult({ id: 'b', verdict: 'inconclusive' })];
  const [before, after] = [await folderOf({ cases }), await folderOf({ cases })];
  assert.is((await report(after)).exitCode, 1);
  assert.is((await report(after, '--baseline', before)).exitCode, 0);
  assert.is((await report(after, '--baseline', await folderOf())).exitCode, 1);
});

test('a run of the baseline with which nothing is compared is told of', async () => {
  const [good, other] = [await folderOf(), await folderOf({ target: 'other' })];
  const { stdout } = await report(good, '--baseline', good, '--baseline', other);
  assert.match(stdout, /1 only in the baseline, 1 unchanged/);
});

test('shards pass together, and none of them may be missing', async () => {
  const shard = (text: string): Promise<string> => folderOf({ shard: text });
  assert.is((await report(await shard('1/2'), await shard('2/2'))).exitCode, 0);
  const alone = await report(await shard('1/2'));
  assert.is(alone.exitCode, 0);
  assert.match(alone.stdout, 'overlay, shard 1/2: 1 pass');
  const [first, third] = [await shard('1/3'), await shard('3/3')];
  const { exitCode, stdout } = await report(first, third);
  assert.is(exitCode, 3);
  assert.match(stdout, 'A part of the run is missing [SHARDS_MISSING]');
  assert.match(stdout, 'expected every part of the run, found none for 2/3 of overlay');
  // A run in one piece has all parts.
  assert.is((await report(first, third, await folderOf())).exitCode, 0);
});

test.run();
