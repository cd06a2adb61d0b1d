import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isInteractive } from '../../harness/cli/terminal.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('cli/terminal');
const BIN = fileURLToPath(new URL('../../bin/proto41.js', import.meta.url));

test('only a terminal with a width, a type and a person gets a moving line', () => {
  assert.ok(isInteractive({ isTTY: true, columns: 80 }, { TERM: 'xterm' }));
  assert.not.ok(isInteractive({ isTTY: false, columns: 80 }, {}));
  assert.not.ok(isInteractive({ isTTY: true, columns: 0 }, {}));
  assert.not.ok(isInteractive({ isTTY: true, columns: 80 }, { TERM: 'dumb' }));
  assert.not.ok(isInteractive({ isTTY: true, columns: 80 }, { CI: 'true' }));
});

const noFullDisk = existsSync('/dev/full') ? undefined : 'needs /dev/full';

/** Lists the profiles; `full` is where nothing can be written. */
const listInto = async (full: 'stdout' | 'stderr') => {
  await using disk = await open('/dev/full', 'w');
  return spawnSync(process.execPath, [BIN, 'list', 'profiles'], {
    stdio: ['ignore', full === 'stdout' ? disk.fd : 'pipe', full === 'stderr' ? disk.fd : 'pipe'],
    encoding: 'utf8',
  });
};

test.skipIf(noFullDisk, 'output that cannot be kept is said, and is no success', async () => {
  const { status, stderr } = await listInto('stdout');
  assert.is(status, 2);
  assert.match(stderr, /^proto41: standard output cannot be written: ENOSPC[^\n]*; what is missing there is lost\n$/);
});

test.skipIf(noFullDisk, 'that nobody can be told anything is no failure of what was asked for', async () => {
  const { status, stdout } = await listInto('stderr');
  assert.is(status, 0);
  assert.match(stdout, 'overlay');
});

test.run();
