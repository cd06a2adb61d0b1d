import type { RunFlags } from '../../harness/cli/run-flags.ts';
import { planRun } from '../../harness/cli/run-plan.ts';
import { suite, assert } from '../support/suite.ts';

const test = suite('cli/run-plan');

const FLAGS: RunFlags = { target: 'linux-sit', expectations: true, evidence: 'failures' };
const longestWaitOf = (flags: Partial<RunFlags>): number | undefined =>
  planRun({ ...FLAGS, ...flags }).filter.longestWaitSeconds;

test('cases that wait long are left out where time is real, unless they are asked for', () => {
  assert.is(longestWaitOf({}), 5);
  assert.is(longestWaitOf({ slow: true }), undefined);
});

test('in memory, where a minute costs nothing, every case runs', () => {
  assert.is(longestWaitOf({ target: 'reference' }), undefined);
  assert.is(longestWaitOf({ target: 'reference', node: 'vm' }), 5);
});

test.run();
