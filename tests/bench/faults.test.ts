/** Seeded defects of speed, loss and state: each is reported as what it is, and a device without one has no finding. */

import type { BenchPlan } from '../../harness/bench/plan.ts';
import { QUICK_PLAN } from '../../harness/bench/plan.ts';
import type { BenchFinding, BenchResult } from '../../harness/bench/result.ts';
import { runBench } from '../../harness/bench/run-bench.ts';
import { startModelledNode } from '../../harness/node/memory/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { PERFORMANCE_FAULTS } from '../../harness/reference/faults/bench.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('bench/faults', { timeoutMs: 120_000 });

const PLAN: BenchPlan = { ...QUICK_PLAN, repetitions: 1, searchSeconds: 0.1, finalSeconds: 0.2, resolution: 0.05 };

const measured = async (faults: readonly string[], plan: Partial<BenchPlan>): Promise<BenchResult> => {
  await using session = await startModelledNode({ faults });
  return await runBench({
    session,
    profile: parseProfile('overlay'),
    targetName: 'reference',
    plan: { ...PLAN, ...plan },
    floors: [],
    toolVersion: 'test',
    command: [],
    signal: new AbortController().signal,
  });
};

/** What shows each kind of defect, as short as it can be. */
const INTEGRITY: Partial<BenchPlan> = { measures: ['integrity'], modes: ['encap'], frameSizesBytes: [84] };
const SIZES: Partial<BenchPlan> = {
  measures: ['throughput'],
  modes: ['native', 'encap'],
  frameSizesBytes: [84, 256, 512, 1024, 1518],
};
const DIRECTIONS: Partial<BenchPlan> = { measures: ['throughput'], modes: ['encap', 'decap'] };
const CONTENTION: Partial<BenchPlan> = { measures: ['integrity'], modes: ['both'], frameSizesBytes: [84] };
const FLOWS: Partial<BenchPlan> = {
  measures: ['flows'],
  modes: ['encap'],
  frameSizesBytes: [84],
  flowCounts: [1, 256],
};
const SCALE: Partial<BenchPlan> = {
  measures: ['scale'],
  modes: ['encap'],
  frameSizesBytes: [84],
  nodeCounts: [1, 100, 2000],
  movedPods: 500,
};

interface Expected {
  readonly plan: Partial<BenchPlan>;
  readonly kind: BenchFinding['kind'];
  readonly says: RegExp;
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  'loss-1-in-10000': { plan: INTEGRITY, kind: 'loss-at-any-rate', says: /about 1 frame in 10,000 at any rate/ },
  'dup-1-in-10000': { plan: INTEGRITY, kind: 'duplicates', says: /about 1 frame in 10,000 twice/ },
  'burst-drops': { plan: INTEGRITY, kind: 'loss-in-bursts', says: /bursts of 64 frames in a row, one every 1\.0\d s/ },
  'worker-pool-reorders': { plan: INTEGRITY, kind: 'reordering', says: /behind a later one of their own flow/ },
  'slow-at-one-size': { plan: SIZES, kind: 'slow-at-one-size', says: /encap is (1[5-9]|2\d) % slower at 512 bytes/ },
  'csum-over-payload': { plan: SIZES, kind: 'cost-per-byte', says: /encap costs \d+\.\d ns more for each byte/ },
  'decap-twice-as-slow': {
    plan: DIRECTIONS,
    kind: 'directions-differ',
    says: /decapsulation runs at (4[5-9]|5[0-5]) %/,
  },
  'shared-lock-directions': { plan: CONTENTION, kind: 'direction-starves', says: /decap gets .* encap (100|9\d) %/ },
  'flow-cache-thrash': { plan: FLOWS, kind: 'cost-grows-with-flows', says: /256: (3|4)\d %/ },
  'quadratic-in-flows': { plan: FLOWS, kind: 'cost-grows-with-flows', says: /256: [5-9]\d %/ },
  'table-without-bound': { plan: SCALE, kind: 'state-grows-with-nodes', says: /"peers" grows .*2000 nodes: 2\d\d\d/ },
  'first-packet-per-node-lost': { plan: SCALE, kind: 'first-packet-lost', says: /first packet to each of 2000 nodes/ },
};

test('every fault of the model is expected to show in one way', () => {
  assert.equal(Object.keys(EXPECTED).toSorted(), PERFORMANCE_FAULTS.map(({ name }) => name).toSorted());
});

test('every fault of the model is one of the catalogue, at the requirement that it names', () => {
  for (const { name, requirement } of PERFORMANCE_FAULTS) {
    const entry = requirements.find(({ id }) => id === requirement);
    assert.ok(
      entry?.faults.some((fault) => fault.name === name),
      `${name} of ${requirement}`,
    );
  }
});

test('a device without a defect has no finding', async () => {
  const { findings, requirements: judged } = await measured([], {
    measures: ['throughput', 'integrity', 'flows', 'scale'],
    modes: ['native', 'encap', 'decap', 'both'],
    frameSizesBytes: [84, 256, 512, 1518],
    flowCounts: [1, 256],
    nodeCounts: [1, 100, 2000],
    movedPods: 500,
    integritySeconds: 2,
  });
  assert.equal(
    findings.map(({ text }) => text),
    [],
  );
  assert.equal(
    judged.filter(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive'),
    [],
  );
});

for (const [fault, { plan, kind, says }] of Object.entries(EXPECTED)) {
  test(`${fault} is reported as ${kind}`, async () => {
    const { findings } = await measured([fault], plan);
    assert.equal(
      [...new Set(findings.map((finding) => finding.kind))],
      [kind],
      findings.map(({ text }) => text).join('\n'),
    );
    assert.match(findings.map(({ text }) => text).join('\n'), says);
  });
}

test.run();
