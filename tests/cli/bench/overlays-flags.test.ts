import { overlaysMethod, type OverlaysFlags } from '../../../harness/cli/bench/overlays-flags.ts';
import { UsageError } from '../../../harness/cli/usage-error.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('cli/bench/overlays-flags');

const FLAGS: OverlaysFlags = { nodes: 100, pods: 10 };

test('without flags 10,000 routes are learned and 16 nodes listen', () => {
  const method = overlaysMethod(FLAGS);
  assert.equal([method.advertisedRoutes, method.listeners, method.nodes, method.podsPerNode], [10_000, 16, 100, 10]);
});

test('--quick is less of everything, and what is named is kept', () => {
  const method = overlaysMethod({ ...FLAGS, quick: true, listeners: 9 });
  assert.ok(method.pairs < overlaysMethod(FLAGS).pairs);
  assert.is(method.listeners, 9);
});

test('a number that the set-up has no room for is wrong usage', () => {
  assert.throws(() => overlaysMethod({ ...FLAGS, nodes: 3 }), /--nodes: expected a number from 4 to 4000, found 3/);
  assert.throws(() => overlaysMethod({ ...FLAGS, pods: 1 }), UsageError);
  assert.throws(() => overlaysMethod({ ...FLAGS, nodes: 4000, pods: 200 }), /at most 100000 pods in all/);
});

test.run();
