import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { assert, suite } from '../support/suite.ts';

const test = suite('cli/bin');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = fileURLToPath(new URL('../../bin/proto41.js', import.meta.url));

test('the program starts from any folder, without a loader on the command line', async () => {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [BIN, 'list', 'profiles'], {
    cwd: tmpdir(),
    reject: false,
    stdin: 'ignore',
  });
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /^overlay\b/m);
});

test('without the npm packages it says what installs them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-test-'));
  try {
    for (const file of ['bin/proto41.js', 'scripts/requirements.mjs', 'run.ts', 'package.json'])
      await cp(join(ROOT, file), join(folder, file));
    const { exitCode, stdout, stderr } = await execa(process.execPath, [join(folder, 'bin/proto41.js')], {
      reject: false,
    });
    assert.is(stdout, '');
    assert.match(stderr, /^proto41: expected the npm packages of Proto41, found none; run `npm start` once[^\n]*$/);
    assert.is(exitCode, 2);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
