import { DEFAULT_KERNEL, kernelChoiceText, parseKernelChoice } from '../../../harness/node/vm/kernel-choice.ts';
import { obtainKernel } from '../../../harness/node/vm/kernel-store.ts';
import { KernelChoiceError } from '../../../harness/node/vm/vm-error.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('node/vm/kernel-choice');

test('a suite is asked for by name', () => {
  assert.equal(parseKernelChoice('trixie'), { kind: 'suite', suite: 'trixie' });
  assert.is(DEFAULT_KERNEL, 'bookworm');
});

test('a kernel of the user is two paths', () => {
  const choice = parseKernelChoice('/boot/vmlinuz-6.1:/lib/modules/6.1');
  assert.equal(choice, { kind: 'files', vmlinuz: '/boot/vmlinuz-6.1', modules: '/lib/modules/6.1' });
  assert.is(kernelChoiceText(choice), '/boot/vmlinuz-6.1:/lib/modules/6.1');
});

test('anything else is wrong usage and lists what can be asked for', () => {
  for (const text of ['', 'jessie', 'a:', ':b', 'a:b:c']) {
    let error: unknown;
    try {
      parseKernelChoice(text);
    } catch (caught) {
      error = caught;
    }
    assert.instance(error, KernelChoiceError);
    assert.ok(
      error instanceof KernelChoiceError &&
        error.exitCode === 2 &&
        error.message.includes('bookworm, bullseye, trixie, sid'),
    );
  }
});

test('a path without a kernel is wrong usage', async () => {
  const choice = parseKernelChoice('/nonexistent/vmlinuz:/nonexistent');
  const options = { cache: '/nonexistent', onProgress: () => undefined };
  await assert.rejects(
    obtainKernel(choice, options),
    /expected a kernel image in \/nonexistent\/vmlinuz, found no such file/,
  );
});

test.run();
