import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPORT_FILES } from '../../harness/report/write.ts';
import { assert, suite } from '../support/suite.ts';
import { FIXTURE, proto41, type Outcome } from './support.ts';

const test = suite('cli/report', { timeoutMs: 60_000 });
let folder = '';

const run = (...parameters: readonly string[]): Promise<Outcome> =>
  proto41([...parameters], { entry: FIXTURE, cwd: folder });
const runCases = (...parameters: readonly string[]): Promise<Outcome> =>
  run('run', '--target', 'reference', ...parameters);

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-report-'));
  await runCases('--case', '*/good', '--out', 'good');
  await runCases('--case', '*/good', '--case', '*/bad', '--out', 'both');
});
test.after(() => rm(folder, { recursive: true }));

test('renders a result folder again, with the exit code of its run', async () => {
  const good = await run('report', 'good');
  assert.is(good.exitCode, 0);
  assert.match(good.stdout, 'PASS reference on memory');
  assert.is((await run('report', 'both')).exitCode, 1);
});

test('writes every file into a new folder, with links to the evidence', async () => {
  const { exitCode } = await run('report', 'good', 'both', '--out', 'all');
  assert.is(exitCode, 1);
  assert.equal((await readdir(join(folder, 'all'))).sort(), [...REPORT_FILES].sort());
});

test('with a baseline only what fails newly counts', async () => {
  const known = await run('report', 'both', '--baseline', 'both');
  assert.is(known.exitCode, 0);
  assert.match(known.stdout, '0 newly failing');
  const fresh = await run('report', 'both', '--baseline', 'good');
  assert.is(fresh.exitCode, 1);
  assert.match(fresh.stdout, /Newly failing\n {2}encap\.exactly-once\/bad \[overlay\] absent → fail/);
});

test('a folder without results is wrong usage and says which file is missing', async () => {
  const { exitCode, stderr } = await run('report', 'nowhere');
  assert.is(exitCode, 2);
  assert.match(stderr, 'nowhere/results.json');
  await writeFile(join(folder, 'results.json'), '{"schema": 1}');
  assert.is((await run('report', '.')).exitCode, 2);
});

test('annotations are commands of the service', async () => {
  const { stdout } = await run('report', 'both', '--annotations', 'github');
  assert.match(stdout, /^::error title=fail encap\.exactly-once\/bad/m);
});

test('a history makes a case that changes its mind inconclusive', async () => {
  const first = await runCases('--case', '*/good', '--history', 'h.jsonl', '--out', 'h1');
  assert.is(first.exitCode, 0);
  assert.is((await runCases('--case', '*/good', '--history', 'h.jsonl', '--out', 'h2')).exitCode, 0);
  await writeFile(join(folder, 'bad.jsonl'), 'no ledger\n');
  const broken = await runCases('--case', '*/good', '--history', 'bad.jsonl', '--out', 'h3');
  assert.is(broken.exitCode, 2);
  assert.match(broken.stderr, 'bad.jsonl, line 1');
});

test('plan shows prefixes, capacity and commands, and refuses what cannot be', async () => {
  const { exitCode, stdout } = await run('plan', '--node', '10.2.3.4', '--nodes', '100');
  assert.is(exitCode, 0);
  assert.match(stdout, 'fd5a:1234:5602:304::/64');
  assert.is((await run('plan', '--node', '192.168.0.1')).exitCode, 2);
  assert.is((await run('plan', '--nodes', 'many')).exitCode, 2);
  assert.is((await run('plan', '6rd:fd5a:1234:5600::/40+10.0.0.0/24', '--nodes', '1000')).exitCode, 1);
});

test.run();
