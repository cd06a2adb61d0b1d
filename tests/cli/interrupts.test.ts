import { listenForInterrupts, stopOnInterrupt } from '../../harness/cli/interrupts.ts';
import { assert, suite } from '../support/suite.ts';
import { memoryTerminal, start } from './support.ts';

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
  assert.is(stdout, 'ready\nfirst SIGINT');
});

test('nothing is listened for after disposal', () => {
  const before = process.listenerCount('SIGINT');
  const interrupts = listenForInterrupts(() => undefined);
  assert.is(process.listenerCount('SIGINT'), before + 1);
  assert.not.ok(interrupts.signal.aborted);
  interrupts[Symbol.dispose]();
  assert.is(process.listenerCount('SIGINT'), before);
});

test('the first signal says what it leads to, out of the way of the moving line', () => {
  const { terminal, written } = memoryTerminal();
  let around = 0;
  using interrupts = stopOnInterrupt(terminal, 'stopping the replay', {
    around: (write) => {
      around += 1;
      write();
    },
  });
  process.emit('SIGHUP', 'SIGHUP');
  assert.ok(interrupts.signal.aborted);
  assert.is(around, 1);
  assert.is(written().stderr, 'proto41: SIGHUP: stopping the replay; once more to end at once\n');
});

test.run();
