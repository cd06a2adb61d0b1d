import { flowFindings } from '../../harness/bench/diagnose/growth.ts';
import { flowsInTurns } from '../../harness/bench/measure/throughput.ts';
import { DEFAULT_PLAN, QUICK_PLAN } from '../../harness/bench/plan.ts';
import type { Throughput } from '../../harness/bench/result.ts';
import { spreadOf } from '../../harness/bench/statistics.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('bench/growth');

const encap = (flows: number, values: readonly number[]): Throughput => ({
  mode: 'encap',
  frameSizeBytes: 84,
  flows,
  rate: spreadOf(values),
  capacity: spreadOf(values),
  limit: 'dut',
  theoreticalRate: 1e6,
});

test('a cost that grows with the flows is told, however busy the machine was meanwhile', () => {
  const one = [100, 60, 90, 40, 80];
  const many = one.map((value) => value * 0.7);
  const [finding, ...others] = flowFindings([encap(1, one), encap(256, many)], [1, 256]);
  assert.is(finding?.kind, 'cost-grows-with-flows');
  assert.is(finding?.severity, 'notice');
  assert.match(finding?.text ?? '', /80 frames\/s with 1, less by 256: 30 %/);
  assert.equal(others, []);
});

test('a number of flows that was measured at another time is not compared', () => {
  const [fast, slow] = [
    [100, 101, 102, 103, 104],
    [70, 71, 72, 73, 74],
  ];
  assert.equal(flowFindings([encap(1, fast), encap(16, slow), encap(256, fast)], [1, 256]), []);
});

test('one repetition that the machine was busy in makes no growth', () => {
  assert.equal(flowFindings([encap(1, [100, 100, 100]), encap(256, [80, 100, 60])], [1, 256]), []);
});

test('the usual number of flows takes part where nothing else is left to compare', () => {
  assert.equal(flowsInTurns(DEFAULT_PLAN), [1, 256, 10_000]);
  assert.equal(flowsInTurns(QUICK_PLAN), [1, 256]);
  assert.equal(flowsInTurns({ ...QUICK_PLAN, flowCounts: [1, 16] }), [1, 16]);
  assert.equal(flowsInTurns({ ...QUICK_PLAN, measures: ['flows'], flowCounts: [1, 16, 256] }), [1, 16, 256]);
});

test.run();
