import { listenForInterrupts } from '../../harness/cli/interrupts.ts';
import { assert, suite } from '../support/suite.ts';
import { start } from './support.ts';

const test = suite('cli/interrupts');

test('one keystroke that arrives twice is one, the second keystroke ends the process at once', async () => {
  const child = start([], { entry: 'tests/cli/fixtures/stays-after-interrupt.ts' });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGINT');
  child.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.is(child.exitCode, null);
  child.kill('SIGTERM');
  const { exitCode, stdout } = await child;
  assert.is(exitCode, 130);
  assert.is(stdout, 'ready\nfirst SIGINT\nkilled');
});

test('nothing is listened for after disposal', () => {
  const before = process.listenerCount('SIGINT');
  const interrupts = listenForInterrupts(
    () => undefined,
    () => undefined,
  );
  assert.is(process.listenerCount('SIGINT'), before + 1);
  assert.not.ok(interrupts.signal.aborted);
  interrupts[Symbol.dispose]();
  assert.is(process.listenerCount('SIGINT'), before);
});

test.run();
