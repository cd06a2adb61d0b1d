import type { TestContext } from '../../harness/tester/context.ts';
import { suite, assert } from '../support/suite.ts';
import { fake, FakeTestbed } from './support/fake-testbed.ts';
import { resultOf, runFake, verdicts } from './support/run-fake.ts';
import { registryOf, requirement } from './support/samples.ts';

const test = suite('runner/dead-target');

/** A testbed whose DUT comes alive when it is asked for the n-th time. */
class DeadTestbed extends FakeTestbed {
  asked = 0;
  readonly #aliveAt: number;

  constructor(aliveAt: number) {
    super();
    this.#aliveAt = aliveAt;
  }

  async comesAlive(): Promise<boolean> {
    this.asked += 1;
    this.diary.push('alive?');
    return Promise.resolve(this.asked >= this.#aliveAt);
  }
}

const dead = async (context: TestContext): Promise<void> => {
  fake(context).observe({ isDead: true, doubts: [{ reason: 'silent' }] });
};
const requirements = ['decap.a', 'decap.b', 'decap.c', 'decap.d', 'decap.e', 'decap.f'].map((id) => requirement(id));

test('after three cases without a sign of life, the others are undecided by one question each', async () => {
  const testbed = new DeadTestbed(Infinity);
  const result = await runFake(
    registryOf(
      requirements,
      requirements.map(({ id }) => ({ id, run: dead })),
    ),
    { testbed },
  );
  assert.equal(
    verdicts(result),
    requirements.map(({ id }) => `${id} inconclusive`),
  );
  assert.is(testbed.asked, 3);
  assert.is(resultOf(result, 'decap.c').reason, 'silent');
  assert.match(resultOf(result, 'decap.d').reason ?? '', /3 cases in a row.*not run/);
  assert.not.ok(testbed.diary.includes('decap.d'));
});

test('a target that comes alive is tested on, a case that needs a fresh one with a fresh one', async () => {
  const testbed = new DeadTestbed(2);
  const result = await runFake(
    registryOf(
      requirements,
      requirements.map(({ id }, index) => ({ id, fresh: true, ...(index < 4 ? { run: dead } : {}) })),
    ),
    { testbed },
  );
  assert.is(verdicts(result).join('; ').split('inconclusive').length - 1, 4);
  assert.is(resultOf(result, 'decap.e').verdict, 'pass');
  const from = testbed.diary.lastIndexOf('alive?');
  assert.equal(testbed.diary.slice(from, from + 4), ['alive?', 'down', 'up {}', 'decap.e']);
  assert.is(testbed.asked, 2);
});

test('one case with a sign of life starts the count anew', async () => {
  const testbed = new DeadTestbed(Infinity);
  const result = await runFake(
    registryOf(
      requirements,
      requirements.map(({ id }, index) => ({ id, ...(index === 2 ? {} : { run: dead }) })),
    ),
    { testbed },
  );
  assert.is(testbed.asked, 0);
  assert.is(resultOf(result, 'decap.f').reason, 'silent');
});

test.run();
