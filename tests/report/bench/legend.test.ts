import { spreadOf } from '../../../harness/bench/statistics.ts';
import type { Limit, Throughput } from '../../../harness/bench/result.ts';
import { ratioMeaning } from '../../../harness/report/bench/legend.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('report/bench/legend');

const rates = (mode: Throughput['mode'], limit: Limit): Throughput => ({
  mode,
  frameSizeBytes: 84,
  flows: 16,
  rate: spreadOf([100]),
  capacity: spreadOf([100]),
  limit,
  theoreticalRate: 1e6,
  ...(mode === 'native' ? {} : { ratioToNative: spreadOf([1]) }),
});

test('a ratio is worth what its two sides are: exact, an upper bound, or nothing', () => {
  const meaning = (own: Limit, native: Limit): string => {
    const one = rates('encap', own);
    return ratioMeaning(one, [rates('native', native), one]);
  };
  assert.is(meaning('dut', 'dut'), 'exact');
  assert.is(meaning('dut', 'tester'), 'at most');
  assert.is(meaning('tester', 'tester'), 'unknown');
  assert.is(ratioMeaning(rates('native', 'dut'), []), 'unknown');
});

test.run();
