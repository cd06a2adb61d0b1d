import { compareWith, type Comparison } from '../../harness/bench/compare.ts';
import type { BenchMode, BenchResult, Limit } from '../../harness/bench/result.ts';
import { spreadOf } from '../../harness/bench/statistics.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('bench/compare');

interface Row {
  readonly mode: BenchMode;
  readonly values: readonly number[];
  readonly limit?: Limit;
}

/** What of a run is compared. */
const runOf = (rows: readonly Row[], testerRate = 100_000): BenchResult => {
  const throughput = rows.map(({ mode, values, limit = 'dut' }) => ({
    mode,
    frameSizeBytes: 84,
    flows: 16,
    rate: spreadOf(values),
    capacity: spreadOf(values),
    limit,
    theoreticalRate: 1e7,
  }));
  const machine = {
    cpu: 'a processor',
    kernel: '6.1',
    cores: 2,
    memoryBytes: 1,
    runtime: '',
    loadBefore: 0,
    loadAfter: 0,
  };
  return {
    schema: 'proto41/bench/1',
    tool: { name: 'proto41', version: 'test' },
    startedAt: '2026-01-01T00:00:00Z',
    durationMs: 1,
    interrupted: false,
    command: [],
    machine,
    target: { name: 'reference', node: 'memory' },
    profile: { name: 'overlay', text: 'overlay' },
    method: {
      quick: false,
      seed: '1',
      frameSizesBytes: [84],
      modes: ['native', 'encap'],
      repetitions: 6,
      searchSeconds: 1,
      finalSeconds: 1,
      settleSeconds: 0,
      drainSeconds: 1,
      restSeconds: 0,
      resolution: 0.02,
      overheadBytes: 20,
      medium: 'none',
      lineBitsPerSecond: 10e9,
      timing: 'store-and-forward',
      modelled: true,
    },
    tester: { path: 'none', rates: [{ frameSizeBytes: 84, rate: testerRate }] },
    throughput,
    curves: [],
    latency: [],
    floors: [],
    findings: [],
    requirements: [],
    notes: [],
  };
};

const verdictsOf = (before: readonly Row[], now: readonly Row[]): Readonly<Record<string, Comparison['verdict']>> =>
  Object.fromEntries(
    compareWith(runOf(now), runOf(before)).rows.map(({ setting, verdict }) => [setting.mode, verdict]),
  );

const SIX = [100, 101, 102, 103, 104, 105];
const THREE = [100, 102, 104];
const times = (factor: number, values: readonly number[]): number[] => values.map((value) => value * factor);

test('intervals that touch are the same, and so is a little, however sure', () => {
  assert.equal(verdictsOf([{ mode: 'encap', values: SIX }], [{ mode: 'encap', values: times(0.98, SIX) }]), {
    encap: 'same',
  });
  const wide = [50, 80, 100, 110, 150, 200];
  assert.equal(verdictsOf([{ mode: 'encap', values: wide }], [{ mode: 'encap', values: times(0.7, wide) }]), {
    encap: 'same',
  });
});

test('what is a tenth slower or faster is told with six repetitions, and not with three', () => {
  for (const [factor, verdict] of [
    [0.9, 'slower'],
    [1.1, 'faster'],
  ] as const) {
    const compared = (values: readonly number[]): string | undefined =>
      verdictsOf([{ mode: 'encap', values }], [{ mode: 'encap', values: times(factor, values) }])['encap'];
    assert.is(compared(SIX), verdict);
    assert.is(compared(THREE), 'same');
  }
});

test('a machine that has half as much time for all is told from a tunnel that became slower', () => {
  const before: readonly Row[] = [
    { mode: 'native', values: SIX },
    { mode: 'encap', values: times(0.5, SIX) },
    { mode: 'decap', values: times(0.5, SIX) },
  ];
  const now: readonly Row[] = [
    { mode: 'native', values: times(0.5, SIX) },
    { mode: 'encap', values: times(0.25, SIX) },
    { mode: 'decap', values: times(0.1, SIX) },
  ];
  assert.equal(verdictsOf(before, now), { native: 'like-native', encap: 'like-native', decap: 'slower' });
});

test('a baseline that only the tester limits says nothing of the machine', () => {
  const native: Row = { mode: 'native', values: SIX, limit: 'tester' };
  const verdicts = verdictsOf(
    [native, { mode: 'encap', values: SIX }],
    [
      { ...native, values: times(0.5, SIX) },
      { mode: 'encap', values: times(0.5, SIX) },
    ],
  );
  assert.is(verdicts['encap'], 'slower');
});

test('a rate that the tester limits is at least that: never slower, and faster only than what the device limited', () => {
  const limited: Row = { mode: 'encap', values: SIX, limit: 'tester' };
  const device: Row = { mode: 'encap', values: SIX };
  const half = (row: Row): Row => ({ ...row, values: times(0.5, row.values) });
  assert.equal(verdictsOf([limited], [limited]), { encap: 'same' });
  assert.equal(verdictsOf([limited], [half(limited)]), { encap: 'unknown' });
  assert.equal(verdictsOf([device], [half(limited)]), { encap: 'unknown' });
  assert.equal(verdictsOf([limited], [half(device)]), { encap: 'slower' });
  assert.equal(verdictsOf([half(device)], [limited]), { encap: 'faster' });
  assert.equal(verdictsOf([half(limited)], [device]), { encap: 'unknown' });
});

test('a tester that does less than then is a caveat', () => {
  const rows: readonly Row[] = [{ mode: 'encap', values: SIX }];
  assert.equal(compareWith(runOf(rows), runOf(rows)).caveats, []);
  const { caveats } = compareWith(runOf(rows, 50_000), runOf(rows));
  assert.equal(caveats, ['frames/s of the tester alone: 100,000 then and 50,000 now (84 bytes)']);
});

test('settings of one run alone are left out', () => {
  assert.equal(verdictsOf([{ mode: 'encap', values: SIX }], [{ mode: 'decap', values: SIX }]), {});
});

test.run();
