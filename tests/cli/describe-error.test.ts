import { describeError, exitCodeOf, wantsStack } from '../../harness/cli/describe-error.ts';
import { UsageError } from '../../harness/cli/usage-error.ts';
import { VmError } from '../../harness/node/vm/vm-error.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('cli/describe-error');

test('an error of Proto41 says what it says, with its code', () => {
  const error = new VmError('VM_NO_QEMU', 'expected QEMU\u001b[2J\ninstall it');
  assert.is(describeError(error, { stack: false }), 'proto41: expected QEMU\\x1b[2J\ninstall it [VM_NO_QEMU]\n');
  assert.is(exitCodeOf(error), 3);
  assert.is(exitCodeOf(new UsageError('x')), 2);
});

test('any other error is a defect and says how to report it', () => {
  const text = describeError(new TypeError('x is undefined'), { stack: false });
  assert.match(text, 'proto41: internal error: TypeError: x is undefined [INTERNAL]');
  assert.match(text, 'Please report it');
  assert.match(text, 'PROTO41_DEBUG=1');
  assert.is(exitCodeOf(new TypeError('x')), 70);
  assert.match(describeError('text', { stack: true }), 'thrown value text');
});

test('what the system refuses is no defect, and says what to do', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  const text = describeError(full, { stack: false });
  assert.match(
    text,
    'proto41: the system refused to read or write a file: ENOSPC: no space left on device, write; make room',
  );
  assert.not.match(text, 'Please report it');
  assert.is(exitCodeOf(full), 2);
  // A file that is not there is one that Proto41 should have looked for.
  const missing = Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'open' });
  assert.is(exitCodeOf(missing), 70);
});

test('the stack, with its causes, is for those who ask for it', () => {
  const error = new Error('outer', { cause: new Error('inner') });
  assert.not.match(describeError(error, { stack: false }), 'describe-error.test');
  const text = describeError(error, { stack: true });
  assert.match(text, /Error: outer\n +at .*\n[\s\S]*caused by:\nError: inner\n +at /);
  assert.ok(wantsStack({ environment: { PROTO41_DEBUG: '1' } }, []));
  assert.ok(wantsStack({ environment: {} }, ['run', '--verbose']));
  assert.not.ok(wantsStack({ environment: { PROTO41_DEBUG: '' } }, ['run']));
});

test.run();
