import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { assert, suite } from '../support/suite.ts';
import { FIXTURE, proto41, start, type Outcome } from './support.ts';

const test = suite('cli/run', { timeoutMs: 60_000 });
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-cli-'));
});
test.after(() => rm(folder, { recursive: true }));

const run = (...parameters: readonly string[]): Promise<Outcome> =>
  proto41(['run', '--target', 'reference', ...parameters], { entry: FIXTURE, cwd: folder });

const resultSchema = v.object({
  interrupted: v.boolean(),
  seed: v.string(),
  cases: v.array(v.object({ id: v.string(), verdict: v.string() })),
});
const readResult = (text: string): v.InferOutput<typeof resultSchema> => v.parse(resultSchema, JSON.parse(text));

test('a pass exits with 0, says where the results are, and ends with one summary line', async () => {
  const { exitCode, stdout, stderr } = await run('--case', 'encap.exactly-once/good', '--seed', '41');
  assert.is(exitCode, 0);
  assert.match(stderr, /^proto41: reference on memory, overlay, seed 41; results in \.\/proto41-results\/[\dT-]+\n/);
  assert.match(stderr, '\nproto41: running the cases\n');
  const lines = stdout.trimEnd().split('\n');
  assert.match(
    lines.at(-1) ?? '',
    /^PASS reference on memory, overlay: \d+ pass, 0 fail.*; results in \.\/proto41-results\//,
  );
  assert.is(lines.filter((line) => line.startsWith('PASS')).length, 1);
  assert.not.match(stdout + stderr, '\u001b');
});

test('wrong usage announces no results, and leaves no folder', async () => {
  const { exitCode, stderr } = await run('--case', 'nothing.such', '--out', 'never');
  assert.is(exitCode, 2);
  assert.not.match(stderr, 'results in');
  assert.not.ok((await readdir(folder)).includes('never'));
});

test('a failure exits with 1, as it happens in one line and at the end in a block, escaped', async () => {
  const { exitCode, stdout } = await run('--case', '*/bad', '--out', 'bad');
  assert.is(exitCode, 1);
  assert.match(stdout, /^fail +encap\.exactly-once\/bad \[overlay\] {2}found found \\x1b\[31m]]>\\nnot ok 1\n/);
  assert.match(stdout, 'actual    found \\x1b[31m]]>\\nnot ok 1');
  assert.match(stdout, /evidence {2}\.\/bad\/evidence\/encap\.exactly-once_bad\.overlay\.pcapng/);
  assert.not.match(stdout, '\u001b');
  assert.equal((await readdir(join(folder, 'bad'))).sort(), [
    'ctrf.json',
    'evidence',
    'junit.xml',
    'report.html',
    'results.json',
    'results.sarif',
    'results.tap',
    'summary.md',
  ]);
});

test('with --json standard output is the JSON and nothing else, the same as in the file', async () => {
  const { exitCode, stdout, stderr } = await run('--json', '--out', 'json', '--seed', 'x-1');
  assert.is(exitCode, 1);
  const result = readResult(stdout);
  assert.is(result.seed, 'x-1');
  assert.ok(result.cases.some(({ id, verdict }) => id === 'encap.exactly-once/bad' && verdict === 'fail'));
  assert.is((await readFile(join(folder, 'json', 'results.json'), 'utf8')).trimEnd(), stdout);
  assert.match(stderr, 'FAIL reference on memory');
});

test('--quiet prints the summary line alone', async () => {
  const { stdout, stderr } = await run('--quiet', '--out', 'quiet');
  assert.match(stdout, /^FAIL reference on memory[^\n]*$/);
  assert.is(stderr, '');
});

test('--verbose also prints passes', async () => {
  const { stdout } = await run('--verbose', '--out', 'verbose', '--case', '*/good');
  assert.match(stdout, /^pass +encap\.exactly-once\/good/);
});

test('a folder with something in it is refused and stays as it is', async () => {
  await mkdir(join(folder, 'full'));
  await writeFile(join(folder, 'full', 'mine'), 'mine');
  const { exitCode, stderr } = await run('--out', 'full');
  assert.is(exitCode, 2);
  assert.match(stderr, '--out full: expected a folder that is empty or does not exist, found "mine" in it');
  assert.equal(await readdir(join(folder, 'full')), ['mine']);
});

test('a filter that matches nothing is wrong usage and leaves no folder', async () => {
  const { exitCode, stderr } = await run('--out', 'nothing', '--case', 'encap.exactly-onze');
  assert.is(exitCode, 2);
  assert.match(stderr, 'encap.exactly-once');
  assert.not.ok((await readdir(folder)).includes('nothing'));
});

test('FORCE_COLOR colours, NO_COLOR wins over it', async () => {
  const colour = async (environment: Record<string, string>, out: string): Promise<string> =>
    (await proto41(['run', '--target', 'reference', '--out', out], { entry: FIXTURE, cwd: folder, environment }))
      .stdout;
  assert.match(await colour({ FORCE_COLOR: '1' }, 'colour'), '\u001b[31mfail');
  assert.not.match(await colour({ FORCE_COLOR: '1', NO_COLOR: '1' }, 'plain'), '\u001b');
});

/** Starts a run with a case that takes 30 s and resolves when that case runs. */
const startLong = async (out: string): Promise<{ readonly child: ReturnType<typeof start> }> => {
  const environment = { WITH_LONG_CASE: '1' };
  const child = start(['run', '--target', 'reference', '--out', out, '--case', '*/{long,never}'], {
    entry: FIXTURE,
    cwd: folder,
    environment,
  });
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('LONG CASE STARTED')) resolve();
    });
    child.once('close', () => {
      reject(new Error('ended before the long case'));
    });
  });
  // An execa process is a promise too: returned bare, it would be waited for here.
  return { child };
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`the first ${signal} stops the run, writes the reports and exits with 130`, async () => {
    const { child } = await startLong(signal);
    child.kill(signal);
    const { exitCode, stdout, stderr } = await child;
    assert.is(exitCode, 130);
    assert.match(stderr, `${signal}: stopping the run`);
    assert.match(stdout, /^INTERRUPTED reference/m);
    const result = readResult(await readFile(join(folder, signal, 'results.json'), 'utf8'));
    assert.is(result.interrupted, true);
    assert.not.ok(result.cases.some(({ id }) => id.endsWith('/never')));
  });
}

test.run();
