/** A run in shards, merged, against the same run in one piece, on a device with a defect. */

import { startMemoryNode } from '../../../harness/node/memory/index.ts';
import { parseProfile } from '../../../harness/profile/index.ts';
import { compareRuns } from '../../../harness/report/merge/compare-runs.ts';
import { mergeRuns } from '../../../harness/report/merge/merge-runs.ts';
import type { Expectation } from '../../../harness/runner/expectation.ts';
import { exitCodeOf } from '../../../harness/runner/exit-code.ts';
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

const run = (faults: readonly string[], expectations: readonly Expectation[] = [], shard?: Shard): Promise<RunResult> =>
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
    expectations,
    startSession: () => startMemoryNode({ faults }),
    createTestbed,
    toolVersion: 'test',
  });

const shardsOf = async (
  faults: readonly string[],
  expectations: readonly Expectation[] = [],
): Promise<readonly RunResult[]> => {
  const shards = [];
  for (let index = 1; index <= SHARDS; index++) shards.push(await run(faults, expectations, { index, count: SHARDS }));
  return shards;
};

const together = (shards: readonly RunResult[]): RunResult => {
  const [merged, ...others] = mergeRuns(shards.map((result) => ({ result, linkPrefix: '', evidence: new Map() })));
  assert.is(others.length, 0);
  if (merged === undefined) throw new Error('expected one merged run');
  return merged.result;
};

const verdictsOf = ({ cases }: RunResult): readonly string[] =>
  cases.map(({ profile, id, verdict, expectation, violations, notes }) =>
    JSON.stringify([profile, id, verdict, expectation, violations.map(({ actual }) => actual).toSorted(), notes]),
  );

test('the verdicts of shards are those of one run, wherever a rule saw the defect', async () => {
  for (const fault of ['ttl-copy', 'ecn-bleach']) {
    const whole = await run([fault]);
    assert.equal(verdictsOf(together(await shardsOf([fault]))), verdictsOf(whole), fault);
    assert.ok(whole.cases.some(({ verdict }) => verdict === 'fail'));
  }
});

test('what is declared is judged by all shards together: expected, other than declared, and an unexpected pass', async () => {
  const [own, elsewhere] = ['encap.protocol-41', 'hop-limit.outer-ttl-value'];
  const declared = (changes: Partial<Expectation>): Expectation => ({
    requirement: elsewhere,
    reason: 'known',
    ...changes,
  });
  const kinds = [
    { faults: ['ttl-copy'], expectation: declared({}), kind: 'expected', exitCode: 1 },
    { faults: ['ttl-copy'], expectation: declared({ matches: 'nothing like it' }), kind: 'mismatch', exitCode: 1 },
    { faults: ['ttl-copy'], expectation: declared({ expires: '2020-01-01' }), kind: 'mismatch', exitCode: 1 },
    // Where no fault shows it, the case that would show it is in another shard than the one that passes.
    { faults: [], expectation: declared({ shownBy: [own] }), kind: 'mismatch', exitCode: 1 },
    { faults: [], expectation: declared({ shownBy: ['mtu.static-df-clear'] }), kind: 'none', exitCode: 0 },
  ];
  for (const { faults, expectation, kind, exitCode } of kinds) {
    const whole = await run(faults, [expectation]);
    const shards = await shardsOf(faults, [expectation]);
    const merged = together(shards);
    const name = JSON.stringify([faults, expectation]);
    assert.equal(verdictsOf(merged), verdictsOf(whole), name);
    assert.is(merged.cases.find(({ id }) => id === elsewhere)?.expectation.kind, kind, name);
    assert.is(exitCodeOf(merged), exitCode, name);
    if (faults.length === 0) assert.equal(shards.map(exitCodeOf), [0, 0, 0], name);
  }
});

test('a baseline of shards catches a new defect and ignores the old one', async () => {
  const before = together(await shardsOf(['ttl-copy']));
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
