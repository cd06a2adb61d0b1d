import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { assert, suite } from '../support/suite.ts';

const test = suite('cli/bin');
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

test.run();
