import { QUICK_PLAN, type BenchPlan } from '../../harness/bench/plan.ts';
import { benchExitCode } from '../../harness/bench/exit-code.ts';
import { theoreticalRate } from '../../harness/bench/assemble.ts';
import { runBench, type BenchOptions } from '../../harness/bench/run-bench.ts';
import type { BenchResult } from '../../harness/bench/result.ts';
import { startModelledNode } from '../../harness/node/memory/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('bench/run-bench', { timeoutMs: 60_000 });

const SHORT: BenchPlan = {
  ...QUICK_PLAN,
  measures: ['throughput'],
  frameSizesBytes: [84],
  repetitions: 2,
  searchSeconds: 0.1,
  finalSeconds: 0.1,
  resolution: 0.05,
};

const bench = async (
  plan: Partial<BenchPlan>,
  { profile = 'overlay', ...options }: Partial<Omit<BenchOptions, 'profile'>> & { profile?: string } = {},
): Promise<BenchResult> => {
  await using session = await startModelledNode();
  return await runBench({
    session,
    profile: parseProfile(profile),
    targetName: 'reference',
    plan: { ...SHORT, ...plan },
    floors: [],
    toolVersion: 'test',
    command: [],
    signal: new AbortController().signal,
    ...options,
  });
};

test('every requirement of the area gets a verdict, and only those', async () => {
  const result = await bench({
    measures: ['throughput', 'loss', 'latency', 'flows', 'mixes'],
    modes: ['native', 'encap', 'decap', 'both'],
    flowCounts: [1, 16],
    tunnelledShares: [0.5],
    // Long enough for what is too much not to find room in a queue.
    finalSeconds: 0.3,
  });
  assert.equal(
    result.requirements.map(({ requirement }) => requirement).toSorted(),
    requirements
      .filter(({ area }) => area === 'bench')
      .map(({ id }) => id)
      .toSorted(),
  );
  const verdict = (name: string): string | undefined =>
    result.requirements.find(({ requirement }) => requirement === `bench.${name}`)?.verdict;
  assert.is(verdict('throughput-zero-loss'), 'pass');
  assert.is(verdict('bidirectional-and-mixes'), 'pass');
  // Shorter and fewer than the RFCs ask for: said, not hidden.
  assert.is(verdict('repetitions'), 'warn');
  assert.is(verdict('trial-phases'), 'warn');
  assert.is(verdict('addresses'), 'skip');
  // What each part of the run measures is there.
  assert.is(result.curves.length, 2);
  assert.ok((result.curves[0]?.points[0]?.lossRatio ?? 0) > 0.02, 'more than the capacity is lost');
  assert.is(result.curves[0]?.points.at(-1)?.lossRatio, 0);
  assert.is(result.latency.length, 4);
  assert.ok(result.throughput.some(({ mode, tunnelledShare }) => mode === 'mixed' && tunnelledShare === 0.5));
  const both = result.throughput.find(({ mode }) => mode === 'both');
  const encap = result.throughput.find(({ mode, flows }) => mode === 'encap' && flows === 16);
  // One processor: both directions share what one has alone.
  const ratio = (both?.capacity.median ?? 0) / (encap?.capacity.median ?? 1);
  assert.ok(ratio > 0.85 && ratio < 1.3, String(ratio));
  assert.is(benchExitCode(result), 0);
});

test('the benchmark addresses are those of RFC 5180 where the profile has them', async () => {
  const { requirements: judged } = await bench({}, { profile: '6rd:2001:2::/48+198.18.0.0/16' });
  assert.is(judged.find(({ requirement }) => requirement === 'bench.addresses')?.verdict, 'pass');
});

test('overhead takes its share of the line', () => {
  // 10 Gbit/s, 84 bytes: 12.02 million without overhead (RFC 5180 appendix A has 64 bytes: 14.88 million).
  assert.is(Math.round(theoreticalRate(64, 0, 10e9)), 14_880_952);
  assert.is(Math.round(theoreticalRate(64, 20, 10e9)), 12_019_231);
});

test('a size that would be fragmented is left out, and said to be', async () => {
  const { notes, throughput } = await bench({ frameSizesBytes: [84, 1518] }, { profile: '6to4' });
  assert.match(notes.join(), /1518 bytes: left out, the tunnel takes at most 1298/);
  assert.equal([...new Set(throughput.map(({ frameSizeBytes }) => frameSizeBytes))], [84]);
});

test('a tunnel with one far end has no scale, and says so', async () => {
  const { notes, scale } = await bench({ measures: ['scale'] }, { profile: '6in4' });
  assert.equal([scale, notes], [undefined, ['scale: left out, the tunnel has one far end']]);
});

test('two nodes back to back are measured from pods to pods', async () => {
  await using session = await startModelledNode();
  await using second = await startModelledNode({ beside: session });
  const options = { session, second };
  const result = await bench({ modes: ['native', 'encap', 'decap', 'dual'], repetitions: 1 }, options);
  const of = (mode: string): number => result.throughput.find((each) => each.mode === mode)?.capacity.median ?? 0;
  // Each node does one half of the work.
  assert.ok(of('dual') > 0.9 * of('encap') && of('dual') < 1.1 * of('encap'), `${of('dual')} beside ${of('encap')}`);
  assert.is(result.requirements.find(({ requirement }) => requirement === 'bench.topologies')?.verdict, 'pass');
});

test('both ends of a configured tunnel are not measured back to back, and that is said', async () => {
  await using session = await startModelledNode();
  await using second = await startModelledNode({ beside: session });
  const { notes, throughput } = await bench({ modes: ['dual'] }, { session, second, profile: '6in4' });
  assert.equal([throughput.length, notes.length], [0, 1]);
});

test('an interrupted run keeps what it has measured', async () => {
  const controller = new AbortController();
  let steps = 0;
  const result = await bench(
    {},
    {
      signal: controller.signal,
      onProgress: () => {
        steps += 1;
        if (steps === 4) controller.abort();
      },
    },
  );
  assert.ok(result.interrupted);
  assert.equal(
    result.throughput.map(({ mode, rate }) => [mode, rate.values.length]),
    [
      ['native', 1],
      ['encap', 1],
    ],
  );
  assert.is(benchExitCode(result), 130);
});

test('a wire that breaks ends the run with what was measured, as exit code 3', async () => {
  let steps = 0;
  await using session = await startModelledNode();
  const result = await bench(
    {},
    {
      session,
      onProgress: () => {
        steps += 1;
        if (steps === 4) void session.wires.get('U')?.close();
      },
    },
  );
  assert.match(result.stopped ?? '', /expected/);
  assert.is(result.throughput.length, 2);
  assert.is(benchExitCode(result), 3);
});

test('a target that lets nothing through is not measured', async () => {
  await using session = await startModelledNode();
  const dead = { ...session, up: async () => ({ kind: 'ready', durationMs: 0 }) as const };
  await assert.rejects(bench({}, { session: dead }), /to get through at 2000 frames\/s, found that nothing comes out/);
});

test('two runs of one device agree within their intervals', async () => {
  const first = await bench({ repetitions: 6, modes: ['encap'] });
  const second = await bench({ repetitions: 6, modes: ['encap'], seed: 'another' });
  for (const one of first.throughput) {
    const [other] = second.throughput;
    assert.ok(
      other !== undefined && other.capacity.high >= one.capacity.low && one.capacity.high >= other.capacity.low,
    );
  }
});

test.run();
