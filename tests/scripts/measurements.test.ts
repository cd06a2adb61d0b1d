/** The scripts that measure and soak what takes too long for every commit: a little of each, so that they still work when somebody wants them. */
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { findCommand } from '../../scripts/requirements.mjs';
import { whyNoNetns } from '../node/netns/support.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('scripts/measurements', { timeoutMs: 120_000 });

const TSX = fileURLToPath(import.meta.resolve('tsx'));

interface Ended {
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (script: string, ...parameters: readonly string[]): Promise<Ended> =>
  execa(
    process.execPath,
    ['--import', TSX, fileURLToPath(new URL(`../../scripts/${script}.ts`, import.meta.url)), ...parameters],
    { reject: false },
  );

/** Rows of the tables of a script, without headers, by their first two cells. */
const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => /^\| .*\d/.test(line))
    .map((line) => line.slice(2, -2).split(' | '));

const FIGURES = /^\d+\.\d\d \(\d+\.\d\d to \d+\.\d\d\)$/;

test('bench-reference measures both directions on both paths in memory, beside a bare copy', async () => {
  const { exitCode, stdout, stderr } = await run('bench-reference', '--rounds', '2', '--frames', '4000');
  assert.is(exitCode, 0, stderr);
  const rows = rowsOf(stdout);
  assert.equal(
    rows.map(([what]) => what),
    [
      'a bare copy of the frame',
      'encapsulation',
      'decapsulation',
      'encapsulation, ordinary path',
      'decapsulation, ordinary path',
    ],
  );
  for (const [what, processor = '', clock = '', heap] of rows) {
    assert.match(processor, FIGURES, what);
    assert.match(clock, FIGURES, what);
    assert.ok(Number(heap) >= 0, what);
  }
});

const noLive =
  (await whyNoNetns()) ??
  ['cc', 'setpriv', 'tc']
    .map((program) => (findCommand(program) === undefined ? `needs ${program}` : undefined))
    .find(Boolean);

test.skipIf(noLive, 'bench-reference --live loses nothing, and holds the reference against programs in C', async () => {
  const { exitCode, stdout, stderr } = await run('bench-reference', '--live', '--rounds', '2', '--frames', '2000');
  assert.is(exitCode, 0, stderr);
  const rows = rowsOf(stdout);
  const measured = rows.filter((cells) => cells.length === 5);
  assert.equal(
    measured.map(([what, direction, , , lost]) => [what?.split(',')[0], direction, lost]),
    ['the reference', 'C', 'C'].flatMap((what) => [
      [what, 'encapsulation', '0'],
      [what, 'decapsulation', '0'],
    ]),
  );
  for (const [what, , processor = ''] of measured) assert.match(processor, FIGURES, what);
  const compared = rows.filter((cells) => cells.length === 4);
  assert.is(compared.length, 4);
  for (const [what, , processor = ''] of compared)
    assert.match(processor, /^\d+\.\d\d, \d+\.\d\d to \d+\.\d\d with \d+ % \(.*\)$/, what);
});

test('bench-check measures every file, and holds check against tshark where there is one', async () => {
  const { exitCode, stdout, stderr } = await run('bench-check', '--rounds', '1', '--packets', '2000');
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /median of 1 rounds, least to most\), files of 2000 packets/);
  for (const what of ['check', 'check, DF 0 (identifications to remember)', 'check, FOU'])
    assert.ok(stdout.includes(`\n  ${what}: `), `${what} in\n${stdout}`);
  const compared =
    findCommand('tshark') === undefined ? /tshark is not installed/ : /check is \d+(\.\d+)? times .* as fast as tshark/;
  assert.match(stdout, compared);
});

test('soak-check judges on the quick path, damaged captures and a stream', async () => {
  const { exitCode, stdout, stderr } = await run('soak-check', 'a-seed', '300', '0.002', '50');
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /^quick path: seed a-seed, \d+ frames under \d+ profiles, .* all as by the rules alone$/m);
  assert.match(stdout, /^damaged: seed a-seed, \d+ captures with 3\d\d records, /m);
  assert.match(stdout, /^stream: 0\.002 GB, exit code 0, at most \d+ MB resident$/m);
});

test('numbers that are none end a script with 2, and say what was expected', async () => {
  const wrong: readonly (readonly [script: string, ...parameters: string[]])[] = [
    ['bench-reference', '--rounds', 'many'],
    ['bench-check', '--packets', '1.5e3.2'],
    ['soak-check', 'a-seed', '-1'],
  ];
  for (const [script, ...parameters] of wrong) {
    const { exitCode, stderr } = await run(script, ...parameters);
    assert.is(exitCode, 2, `${script}: ${stderr}`);
    assert.match(stderr, /expected a number from \d+ to \d+, found "/);
  }
});

test.run();
