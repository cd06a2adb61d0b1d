import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { assert, suite } from '../../support/suite.ts';
import { commandLine, start } from '../support.ts';

const test = suite('cli/bench', { timeoutMs: 60_000 });

/** The model of a device, measured as little as possible. */
const SHORT = [
  'bench',
  '--target',
  'reference',
  '--quick',
  '--measure',
  'throughput',
  '--size',
  '84',
  '--repetitions',
  '1',
  '--trial-seconds',
  '0.1',
];

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-bench-'));
});
test.after(async () => {
  await rm(folder, { recursive: true });
});

const shownSchema = v.object({
  schema: v.literal('proto41/bench/1'),
  throughput: v.array(v.object({ mode: v.string(), capacity: v.object({ median: v.number() }) })),
  comparison: v.exactOptional(v.object({ rows: v.array(v.object({ verdict: v.string() })) })),
});

test('a run prints tables, floors and one line that sums it up, and keeps its results', async () => {
  const out = join(folder, 'run');
  const { exitCode, stdout, stderr } = await commandLine(...SHORT, '--floor', 'encap=0.5x', '--out', out);
  assert.is(exitCode, 0, stdout);
  assert.match(stdout, /^reference on memory, overlay, overhead 20 bytes$/m);
  assert.match(stdout, /^medium: memory, in virtual time, .* say nothing of any machine$/m);
  assert.match(stdout, /^encap +84 +16 +(9\d{3}|10,\d{3}) /m);
  assert.match(stdout, /^pass +encap, 84 bytes, 16 flows: at least 0\.50 of native[^]*found\s+0\.(59|6\d)/m);
  assert.match(
    stdout,
    /\nbench: floors: 1 pass, 0 fail, 0 undecided, 0 inconclusive; findings: 0 fail, 0 notice; .*\n$/,
  );
  assert.match(stderr, /^proto41: measuring reference on memory, overlay$/m);
  const saved = v.parse(shownSchema, JSON.parse(await readFile(join(out, 'results.json'), 'utf8')));
  assert.equal(
    saved.throughput.map(({ mode }) => mode),
    ['native', 'encap', 'decap'],
  );
});

test('a floor that is not reached is exit code 1, one that nothing was measured for is 4', async () => {
  const high = await commandLine(...SHORT, '--quiet', '--floor', 'encap@84=50000');
  assert.is(high.exitCode, 4, high.stdout);
  assert.match(high.stdout, /inconclusive [^]*less\s+than\s+twice\s+the\s+floor/);
  assert.is((await commandLine(...SHORT, '--quiet', '--floor', 'encap@84=20000')).exitCode, 1);
  assert.is((await commandLine(...SHORT, '--quiet', '--floor', '@512=1')).exitCode, 4);
});

test('a run is compared with a saved one and with the last of a history; slower than the saved one is exit code 1', async () => {
  const first = join(folder, 'before');
  const history = join(folder, 'history.jsonl');
  assert.is((await commandLine(...SHORT, '--quiet', '--out', first, '--history', history)).exitCode, 0);
  const same = await commandLine(...SHORT, '--quiet', '--compare', first, '--json');
  assert.is(same.exitCode, 0, same.stderr);
  const { comparison } = v.parse(shownSchema, JSON.parse(same.stdout));
  assert.equal(
    comparison?.rows.map(({ verdict }) => verdict),
    ['same', 'same', 'same'],
  );
  const slow = ['--target', 'reference:decap-twice-as-slow'];
  const second = join(folder, 'now');
  const slower = await commandLine(...SHORT, ...slow, '--quiet', '--compare', first, '--out', second);
  assert.is(slower.exitCode, 1);
  assert.match(slower.stdout, /not quite comparable: target: reference on memory then, reference:decap-twice-as-slow/);
  assert.match(slower.stdout, /^decap, 84 bytes, 16 flows +\d.* 0\.5\d +slower$/m);
  const page = await readFile(join(second, 'bench.html'), 'utf8');
  assert.match(page, /headline bad[^]*Compared with 20[^]*slower/);
  const again = await commandLine(...SHORT, '--quiet', '--history', history);
  assert.match(again.stdout, /^Compared with 20/m);
  assert.is((await readFile(history, 'utf8')).trim().split('\n').length, 2);
});

for (const [parameters, message] of [
  [['--floor', 'fast'], /expected a rate \(20000\)/],
  [['--size', '64'], /--size 64: expected 82 to 65000 bytes/],
  [['--size', '9216', '--profile', '6to4'], /expected a size of at most 1298 bytes/],
  [['--mode', 'sideways'], /Expected one of encap, decap, both, native/],
  [['--measure', 'luck'], /Expected one of throughput/],
  [['--quick', '--full'], /cannot be used with/],
  [['--line-rate', '10'], /Expected bits per second with k, M or G/],
  [['--target', 'reference:no-such-fault'], /expected the name of a fault of bench/],
  [['--compare', 'no-such-folder'], /expected to read no-such-folder/],
  [['--trial-seconds', '0'], /Expected a number of seconds/],
] as const)
  test(`bench ${parameters.join(' ')} is wrong usage`, async () => {
    const { exitCode, stderr } = await commandLine('bench', '--target', 'reference', ...parameters);
    assert.is(exitCode, 2, stderr);
    assert.match(stderr, message);
  });

test('a history that is none is refused with its line, before anything is measured', async () => {
  const file = join(folder, 'bad.jsonl');
  await writeFile(file, '{"schema":"other"}\n');
  const { exitCode, stderr } = await commandLine('bench', '--target', 'reference', '--history', file);
  assert.is(exitCode, 2);
  assert.match(stderr, /bad\.jsonl, line 1: at schema: expected a result of bench/);
});

test('a run that is interrupted reports what it has measured', async () => {
  const child = start(['bench', '--target', 'reference', '--repetitions', '1000', '--measure', 'throughput']);
  let isMeasuring = false;
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (bytes: Buffer) => {
      isMeasuring ||= bytes.toString().includes('measuring');
      if (isMeasuring) resolve();
    });
    void child.then(() => {
      resolve();
    });
  });
  await delay(1500);
  child.kill('SIGINT');
  const { exitCode, stdout } = await child;
  assert.is(exitCode, 130, stdout);
  assert.match(stdout, /\nbench: .*; interrupted$/);
});

test.run();
