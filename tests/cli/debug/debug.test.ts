/** `run --debug` as somebody at a terminal sees it. */

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { findCommand } from '../../../scripts/requirements.mjs';
import { assert, suite } from '../../support/suite.ts';
import { FIXTURE, proto41 } from '../support.ts';

const test = suite('cli/debug', { timeoutMs: 60_000 });
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TSX = fileURLToPath(import.meta.resolve('tsx'));
const script = findCommand('script');
const noTerminal = script === undefined ? 'script of util-linux is not installed' : undefined;
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-debug-'));
});
test.after(() => rm(folder, { recursive: true }));

const run = (...parameters: readonly string[]): readonly string[] => [
  'run',
  '--target',
  'reference',
  '--node',
  'memory',
  ...parameters,
];

/** With a pseudo-terminal, at which these lines are typed. */
const atTerminal = async (typed: string, ...parameters: readonly string[]) => {
  const command = [process.execPath, '--import', TSX, join(ROOT, FIXTURE), ...run(...parameters)]
    .map((part) => `'${part}'`)
    .join(' ');
  return execa(script ?? '', ['-qefc', command, '/dev/null'], {
    cwd: folder,
    input: typed,
    reject: false,
    env: { NO_COLOR: '1', CI: '1', SHELL: '/bin/sh' },
  });
};

test('without a terminal it is wrong usage, and nothing is left behind', async () => {
  const { exitCode, stderr } = await proto41(run('--debug', 'encap.exactly-once'), { entry: FIXTURE, cwd: folder });
  assert.is(exitCode, 2);
  assert.match(stderr, '--debug encap.exactly-once: expected a terminal');
  assert.equal(await readdir(folder), []);
});

test.skipIf(noTerminal, 'stops at the failing case alone, and goes on', async () => {
  const { exitCode, stdout } = await atTerminal('! ls\nc\n', '--debug', 'encap.exactly-once', '--out', 'on');
  assert.is(exitCode, 1);
  assert.is(stdout.match(/stopped at/g)?.length, 1);
  assert.match(stdout, 'stopped at encap.exactly-once/bad [overlay]');
  assert.match(stdout, 'there is no shell on the node memory');
  assert.match(stdout, '1 pass, 1 fail');
  assert.ok((await readdir(join(folder, 'on', 'evidence'))).length > 0);
});

test.skipIf(noTerminal, 'ends the run with its reports when asked to', async () => {
  const { exitCode, stdout } = await atTerminal('q\n', '--debug', '*/bad', '--out', 'quit');
  assert.is(exitCode, 1);
  assert.match(stdout, 'cut short');
  assert.ok((await readdir(join(folder, 'quit'))).includes('report.html'));
});

test.skipIf(noTerminal, 'a name that no case has is wrong usage', async () => {
  const { exitCode, stdout } = await atTerminal('', '--case', '*/good', '--debug', 'decap.nothing', '--out', 'none');
  assert.is(exitCode, 2);
  assert.match(stdout, '--debug decap.nothing: expected it to match a case');
});

test.run();
