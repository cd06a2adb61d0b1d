/** `run --jobs`, with processes that really end, in every way there is. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readResults } from '../../harness/runner/results-file.ts';
import type { RunResult } from '../../harness/runner/result.ts';
import { pause, whyNoNetns } from '../node/netns/support.ts';
import { assert, suite } from '../support/suite.ts';
import { FIXTURE, proto41, start, type Outcome } from './support.ts';

const test = suite('cli/jobs', { timeoutMs: 120_000 });
const noProcesses = process.platform === 'linux' ? undefined : 'looks for processes in /proc';
const noNetns = await whyNoNetns();
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-jobs-'));
});
test.after(() => rm(folder, { recursive: true }));

const run = (...parameters: readonly string[]): Promise<Outcome> =>
  proto41(['run', '--target', 'reference', ...parameters], { entry: FIXTURE, cwd: folder });

const words = ({ cases }: RunResult): string[] => cases.map(({ id, verdict }) => `${id} ${verdict}`);

/** Case results only: everything else may tell how long it took. */
const casesOf = (json: string): unknown =>
  Object(JSON.parse(json)).cases.map(({ id, verdict }: RunResult['cases'][number]) => [id, verdict]);

test('two jobs say on standard output what one says', async () => {
  const one = await run('--json', '--out', 'one');
  const two = await run('--json', '--out', 'two', '--jobs', '2');
  assert.equal(casesOf(two.stdout), casesOf(one.stdout));
  assert.is(two.exitCode, one.exitCode);
  assert.ok(existsSync(join(folder, 'two/evidence/encap.exactly-once_bad.overlay.pcapng')));
});

test('a number of jobs that is none is wrong usage, and so is a worker without work', async () => {
  assert.is((await run('--jobs', '0')).exitCode, 2);
  const lonely = await proto41(['job-worker']);
  assert.is(lonely.exitCode, 2);
  assert.match(lonely.stderr, 'expected to be started by `run --jobs`');
});

const childrenOf = async (pid: number | undefined): Promise<number[]> =>
  (await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')).trim().split(' ').map(Number);

const isRunning = (pid: number): boolean => existsSync(`/proc/${String(pid)}/environ`);

/** A run whose last case takes long, once it is there; with its worker processes. */
const startLong = async (name: string) => {
  const child = start(['run', '--target', 'reference', '--jobs', '2', '--out', name], {
    entry: FIXTURE,
    cwd: folder,
    environment: { WITH_LONG_CASE: '1' },
  });
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (text: Buffer) => {
      if (text.includes('LONG CASE STARTED')) resolve();
    });
  });
  return { child, workers: await childrenOf(child.pid) };
};

const expectGone = async (pids: readonly number[]): Promise<void> => {
  assert.is(pids.length, 2);
  for (let waited = 0; pids.some(isRunning) && waited < 400; waited += 1) await pause(25);
  assert.equal(pids.filter(isRunning), []);
};

test.skipIf(noProcesses, 'workers that are killed leave their cases as errors', async () => {
  const { child, workers } = await startLong('killed');
  for (const pid of workers) process.kill(pid, 'SIGKILL');
  const { exitCode } = await child;
  assert.is(exitCode, 1);
  const result = await readResults(join(folder, 'killed'));
  const left = result.cases.find(({ id }) => id.endsWith('/long'));
  assert.is(left?.verdict, 'error');
  assert.match(left?.reason ?? '', 'ended by itself (SIGKILL)');
  assert.equal(words(result).length, 4);
});

test.skipIf(noProcesses, 'Ctrl-C ends the workers and reports what was done', async () => {
  const { child, workers } = await startLong('interrupted');
  child.kill('SIGINT');
  const { exitCode } = await child;
  assert.is(exitCode, 1);
  assert.is((await readResults(join(folder, 'interrupted'))).interrupted, true);
  await expectGone(workers);
});

test.skipIf(noProcesses, 'workers end by themselves when who started them is killed', async () => {
  const { child, workers } = await startLong('orphaned');
  child.kill('SIGKILL');
  await child;
  await expectGone(workers);
});

test.skipIf(noNetns, 'two namespaces with the same names and addresses at once give the verdicts of one', async () => {
  const live = async (name: string, ...parameters: readonly string[]): Promise<RunResult> => {
    const common = ['--target', 'reference-live', '--case', 'dscp-ecn.*', '--property-packets', '20'];
    await proto41(['run', ...common, '--out', join(folder, name), ...parameters]);
    return readResults(join(folder, name));
  };
  const [one, two] = [await live('live-one'), await live('live-two', '--jobs', '2')];
  assert.ok(one.cases.length > 6);
  assert.equal(words(two), words(one));
  assert.ok(existsSync(join(folder, 'live-two/evidence/target-2.log')));
});

test.run();
