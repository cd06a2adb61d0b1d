import { throughputOf } from '../../harness/bench/assemble.ts';
import { Collected } from '../../harness/bench/collected.ts';
import { QUICK_PLAN } from '../../harness/bench/plan.ts';
import type { Limit } from '../../harness/bench/result.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('bench/assemble');

const limitOf = (...limits: readonly Limit[]): Limit | undefined => {
  const collected = new Collected();
  for (const limit of limits)
    collected.addRate({ mode: 'encap', frameSizeBytes: 84, flows: 16 }, { throughput: 100, capacity: 100, limit });
  return throughputOf(collected, QUICK_PLAN, 20)[0]?.limit;
};

test('the tester limits a setting that it limited in half of the repetitions, not one that it was late in once', () => {
  assert.is(limitOf('dut', 'dut', 'tester', 'dut', 'dut'), 'dut');
  assert.is(limitOf('dut', 'tester', 'tester', 'dut'), 'tester');
  assert.is(limitOf('tester'), 'tester');
});

test.run();
