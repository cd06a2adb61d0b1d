import { isInteractive } from '../../harness/cli/terminal.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('cli/terminal');

test('only a terminal with a width, a type and a person gets a moving line', () => {
  assert.ok(isInteractive({ isTTY: true, columns: 80 }, { TERM: 'xterm' }));
  assert.not.ok(isInteractive({ isTTY: false, columns: 80 }, {}));
  assert.not.ok(isInteractive({ isTTY: true, columns: 0 }, {}));
  assert.not.ok(isInteractive({ isTTY: true, columns: 80 }, { TERM: 'dumb' }));
  assert.not.ok(isInteractive({ isTTY: true, columns: 80 }, { CI: 'true' }));
});

test.run();
