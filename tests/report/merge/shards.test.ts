/** A run in shards, merged, against the same run in one piece, on a device with a defect. */

import { startMemoryNode } from '../../../harness/node/memory/index.ts';
import { parseProfile } from '../../../harness/profile/index.ts';
import { compareRuns } from '../../../harness/report/merge/compare-runs.ts';
import { mergeRuns } from '../../../harness/report/merge/merge-runs.ts';
import { createRegistry } from '../../../harness/runner/registry.ts';
import type { RunResult } from '../../../harness/runner/result.ts';
import { runSuite } from '../../../harness/runner/run-suite.ts';
import type { Shard } from '../../../harness/runner/select-cases.ts';
import { createTestbed } from '../../../harness/tester/testbed.ts';
import { requirements } from '../../../suites/catalogue/index.ts';
import { areas } from '../../../suites/index.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('report/merge/shards', { timeoutMs: 120_000 });
const registry = createRegistry(requirements, areas);
const SHARDS = 3;

const run = (faults: readonly string[], shard?: Shard): Promise<RunResult> =>
  runSuite({
    registry,
    target: 'reference',
    probeNonsense: false,
    profiles: ['overlay', '6to4'].map(parseProfile),
    filter: {
      caseGlobs: ['hop-limit.*', 'dscp-ecn.*', 'encap.p*', 'encap.s*'],
      ...(shard === undefined ? {} : { shard }),
    },
    seed: '7',
    startSession: () => startMemoryNode({ faults }),
    createTestbed,
    toolVersion: 'test',
  });

const inShards = async (faults: readonly string[]): Promise<RunResult> => {
  const shards = [];
  for (let index = 1; index <= SHARDS; index++)
    shards.push({ result: await run(faults, { index, count: SHARDS }), linkPrefix: '', evidence: new Map() });
  const [merged, ...others] = mergeRuns(shards);
  assert.is(others.length, 0);
  if (merged === undefined) throw new Error('expected one merged run');
  return merged.result;
};

const verdictsOf = ({ cases }: RunResult): readonly string[] =>
  cases
    .map(({ profile, id, verdict, expectation }) => `${profile} ${id} ${verdict} ${expectation.unexpected}`)
    .toSorted();

test('the verdicts of shards are those of one run, wherever a rule saw the defect', async () => {
  for (const fault of ['ttl-copy', 'ecn-bleach']) {
    const whole = await run([fault]);
    assert.equal(verdictsOf(await inShards([fault])), verdictsOf(whole), fault);
    assert.ok(whole.cases.some(({ verdict }) => verdict === 'fail'));
  }
});

test('a baseline of shards catches a new defect and ignores the old one', async () => {
  const before = await inShards(['ttl-copy']);
  const same = compareRuns(before, await run(['ttl-copy']));
  assert.equal(
    same.changes.filter(({ change }) => change !== 'still-failing'),
    [],
  );
  const worse = compareRuns(before, await run(['ttl-copy', 'ecn-bleach']));
  const fresh = worse.changes.filter(({ change }) => change === 'newly-failing').map(({ id }) => id);
  assert.ok(fresh.includes('dscp-ecn.ingress-table'));
  assert.not.ok(fresh.includes('hop-limit.outer-ttl-value'));
});

test.run();
