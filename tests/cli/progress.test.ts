import { setTimeout } from 'node:timers/promises';
import { createProgress } from '../../harness/cli/progress.ts';
import { assert, suite } from '../support/suite.ts';
import { memoryTerminal } from './support.ts';

const test = suite('cli/progress');

const EVERY_MS = 20;

test('without a moving line, a log says again and again how far the work is and what it is at', async () => {
  const { terminal, written } = memoryTerminal();
  using progress = createProgress(terminal, { quiet: false, reportEveryMs: EVERY_MS });
  progress.phase('running the cases');
  await setTimeout(EVERY_MS * 3);
  assert.is(written().stderr, 'proto41: running the cases\n');
  progress.cases(3, 9);
  progress.current('decap.a\u001b[2J [overlay]');
  await setTimeout(EVERY_MS * 5);
  assert.match(written().stderr, /^proto41: 3 of 9 done, at decap\.a\\x1b\[2J \[overlay\] for \d+/m);
  progress.current(undefined);
  const { stderr } = written();
  await setTimeout(EVERY_MS * 3);
  assert.is(written().stderr, stderr);
});

test('a quiet run says nothing of it', async () => {
  const { terminal, written } = memoryTerminal();
  using progress = createProgress(terminal, { quiet: true, reportEveryMs: EVERY_MS });
  progress.phase('running the cases');
  progress.current('decap.a');
  await setTimeout(EVERY_MS * 3);
  assert.is(written().stderr, '');
});

test.run();
