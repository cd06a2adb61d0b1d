import { mock } from 'node:test';
import { suite, assert } from '../support/suite.ts';
import { registryOf, requirement } from './support/samples.ts';
import { resultOf, runFake, verdicts } from './support/run-fake.ts';

const test = suite('runner/time-limit');

const a = requirement('decap.a');
const b = requirement('decap.b');

test('a case that never ends is an error', async () => {
  const registry = registryOf([a, b], [{ id: 'decap.a', run: () => new Promise(() => {}) }, { id: 'decap.b' }]);
  const result = await runFake(registry, { caseTimeoutMs: 20 });
  assert.equal(verdicts(result), ['decap.a error', 'decap.b pass']);
});

test('a case has as much longer as it says that it waits for a timer of the protocol', async () => {
  const waiting = async (): Promise<void> => {
    const over = new Promise<void>((resolve) => {
      setTimeout(resolve, 660_000);
    });
    mock.timers.tick(660_000);
    await over;
  };
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const registry = registryOf(
      [a, b],
      [
        { id: 'decap.a', slow: true, waitSeconds: 660, run: waiting },
        { id: 'decap.b', run: waiting },
      ],
    );
    const result = await runFake(registry);
    assert.equal(verdicts(result), ['decap.a pass', 'decap.b error']);
    assert.match(resultOf(result, 'decap.b').reason ?? '', /to end within 300000 ms/);
    const endless = registryOf([a], [{ id: 'decap.a', waitSeconds: 10, run: waiting }]);
    assert.match(resultOf(await runFake(endless), 'decap.a').reason ?? '', /to end within 310000 ms/);
  } finally {
    mock.timers.reset();
  }
});

test.run();
