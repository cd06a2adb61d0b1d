import type { ProgressEvent } from '../../harness/runner/progress.ts';
import { suite, assert } from '../support/suite.ts';
import { fake } from './support/fake-testbed.ts';
import { runFake } from './support/run-fake.ts';
import { registryOf, requirement, violation } from './support/samples.ts';

const test = suite('runner/progress');

test('a deviation comes with what was found first, and whether the target declares it', async () => {
  const events: ProgressEvent[] = [];
  const finds =
    (id: string, ...found: readonly string[]) =>
    (t: Parameters<typeof fake>[0]): Promise<void> => {
      for (const actual of found) fake(t).observe({ violations: [violation(id, { actual })] });
      return Promise.resolve();
    };
  const registry = registryOf(
    [requirement('decap.a'), requirement('decap.b')],
    [
      { id: 'decap.a', run: finds('decap.a', 'two frames') },
      { id: 'decap.b', run: finds('decap.b', 'three frames') },
    ],
  );
  await runFake(registry, {
    expectations: [{ requirement: 'decap.a', reason: 'known' }],
    onProgress: (event) => events.push(event),
  });
  const finished = events.filter((event) => event.kind === 'case-finished');
  assert.equal(
    finished.map(({ id, verdict, found, expected }) => ({ id, verdict, found, expected })),
    [
      { id: 'decap.a', verdict: 'fail', found: 'two frames', expected: true },
      { id: 'decap.b', verdict: 'fail', found: 'three frames', expected: false },
    ],
  );
});

test.run();
