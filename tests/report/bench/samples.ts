import type { BenchResult, Latency, Spread, Throughput } from '../../../harness/bench/result.ts';

export const spread = (median: number, wide = 0.05): Spread => ({
  values: [median * (1 - wide), median, median * (1 + wide)],
  median,
  low: median * (1 - wide),
  high: median * (1 + wide),
  confidence: 0.75,
  percentile1: median * (1 - wide),
  percentile99: median * (1 + wide),
});

const SIZES = [84, 128, 256, 512, 1024, 1280, 1518] as const;
const LINE = 1e10;

const throughput: readonly Throughput[] = (['native', 'encap', 'decap'] as const).flatMap((mode, index) =>
  SIZES.map((frameSizeBytes): Throughput => {
    const rate = 60_000 - index * 12_000 - frameSizeBytes * 4;
    return {
      mode,
      frameSizeBytes,
      flows: 1,
      rate: spread(rate),
      limit: mode === 'native' && frameSizeBytes === 84 ? 'tester' : 'dut',
      capacity: spread(rate * 1.1),
      theoreticalRate: LINE / (8 * (frameSizeBytes + (mode === 'native' ? 0 : 20) + 20)),
      ...(mode === 'native' ? {} : { ratioToNative: spread(1 - index * 0.2) }),
    };
  }),
);

const upperNs = Array.from({ length: 60 }, (_, bin) => Math.round(5000 * 1.12 ** bin));
const latencyOf = (frameSizeBytes: number, peak: number): Latency => ({
  mode: 'encap',
  frameSizeBytes,
  flows: 1,
  offeredRate: 40_000,
  load: 1,
  frames: 100_000,
  minimumNs: spread(8000),
  typicalNs: spread(30_000),
  percentile99Ns: spread(90_000),
  worstCaseNs: spread(400_000),
  pdvNs: spread(390_000),
  ipdvNs: spread(50_000),
  histogram: {
    upperNs,
    counts: [...upperNs.map((_, bin) => Math.round(4000 * Math.exp(-((bin - peak) ** 2) / 40))), 3],
  },
});

export const benchResult = (changes: Partial<BenchResult> = {}): BenchResult => ({
  schema: 'proto41/bench/1',
  tool: { name: 'proto41', version: '0.1.0' },
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 250_000,
  interrupted: false,
  command: ['proto41', 'bench', '--target', 'linux-sit'],
  machine: {
    cpu: 'a processor',
    cores: 2,
    memoryBytes: 4e9,
    kernel: 'Linux 6.1.0',
    runtime: 'Node v20.19.0',
    loadBefore: 0.1,
    loadAfter: 1.2,
  },
  target: { name: 'linux-sit', node: 'vm', kernelRelease: '6.1.0', accelerator: 'tcg' },
  profile: { name: 'overlay', text: '6rd:fd5a:1234:5600::/40+10.0.0.0/8' },
  method: {
    quick: false,
    seed: '1',
    frameSizesBytes: [...SIZES],
    modes: ['native', 'encap', 'decap'],
    repetitions: 3,
    searchSeconds: 1,
    finalSeconds: 5,
    settleSeconds: 0.2,
    drainSeconds: 0.5,
    restSeconds: 0.5,
    resolution: 0.02,
    overheadBytes: 20,
    medium: 'stream sockets of QEMU',
    lineBitsPerSecond: LINE,
    timing: 'store-and-forward',
    modelled: false,
  },
  tester: { path: 'a loop', rates: [{ frameSizeBytes: 84, rate: 300_000 }] },
  throughput,
  curves: [
    {
      mode: 'encap',
      frameSizeBytes: 84,
      flows: 1,
      points: [1, 0.9, 0.8].map((load) => ({
        offeredRate: 60_000 * load,
        load,
        counts: {
          sent: 60_000,
          received: 60_000 * Math.min(1, 0.8 / load),
          lost: 60_000 * (1 - Math.min(1, 0.8 / load)),
          duplicated: 0,
          corrupted: 0,
          reordered: 0,
          fragments: 0,
          errors: 0,
        },
        lossRatio: 1 - Math.min(1, 0.8 / load),
        seconds: 1,
      })),
    },
  ],
  latency: [latencyOf(84, 14), latencyOf(1518, 22)],
  scale: {
    frameSizeBytes: 128,
    stateKnown: true,
    points: [1, 10, 100, 1000].map((nodes) => ({
      nodes,
      firstPackets: { sent: nodes, delivered: nodes },
      capacity: spread(50_000 - nodes * 3),
      degradationPercent: nodes / 100,
      entries: { neighbours: nodes, routes: 4 },
    })),
  },
  floors: [
    {
      mode: 'encap',
      frameSizeBytes: 84,
      flows: 1,
      floor: { kind: 'ratio', value: 0.7 },
      source: '--floor',
      measured: spread(0.8),
      verdict: 'pass',
    },
  ],
  findings: [
    {
      kind: 'state-grows-with-nodes',
      severity: 'notice',
      requirement: 'bench.scale',
      text: 'neighbours grows from 1 to 1000 entries with 1000 nodes',
    },
  ],
  requirements: [{ requirement: 'bench.throughput', verdict: 'pass', text: 'measured at 7 sizes' }],
  notes: ['jumbo frames: the node has none'],
  ...changes,
});
