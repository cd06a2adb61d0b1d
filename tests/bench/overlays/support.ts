import { spreadOf } from '../../../harness/bench/statistics.ts';
import type { Comparison, OverlayRow, OverlaysMethod, OverlaysResult } from '../../../harness/bench/overlays/result.ts';

/** As little as says something. */
export const TINY: OverlaysMethod = {
  nodes: 4,
  podsPerNode: 2,
  advertisedRoutes: 10,
  listeners: 1,
  frameSizesBytes: [128],
  pairs: 1,
  packetsPerTrial: 50,
  window: 8,
  roundsPerTrial: 3,
};

export const comparison = (ratio: number): Comparison => ({
  frameSizeBytes: 128,
  native: spreadOf([100]),
  overlay: spreadOf([100 * ratio]),
  ratio: spreadOf([ratio]),
});

export const vxlanRow: OverlayRow = {
  id: 'vxlan',
  title: 'VXLAN',
  driver: 'vxlan behind a bridge',
  bytesAdded: { least: 50, most: 50 },
  podMtu: { bytes: 1450, beyond: 'fragments' },
  throughput: [{ clock: comparison(0.5), processor: comparison(0.66), sent: 1000, lost: 3 }],
  latency: [comparison(1.21)],
  firstPackets: comparison(1.15),
  entries: {
    nodes: 4,
    podsPerNode: 2,
    alone: { devices: 2 },
    all: { devices: 2, neighbours: 6, forwarding: 6 },
    total: 14,
  },
  events: [
    { event: 'node-joins', messages: 0, entriesAdded: 0, entriesRemoved: 0, untilAllMs: 0, nodes: 1 },
    { event: 'pod-starts', messages: 3, entriesAdded: 2, entriesRemoved: 0, untilAllMs: 20, nodes: 1 },
    { event: 'pod-moves-new-address', messages: 7, entriesAdded: 2, entriesRemoved: 2, untilAllMs: 351, nodes: 1 },
    { event: 'pod-moves-same-address', impossible: 'nobody knows' },
  ],
  notMeasured: [],
  seconds: 10,
};

export const resultOf = (rows: readonly OverlayRow[], changes: Partial<OverlaysResult> = {}): OverlaysResult => ({
  schema: 'proto41/bench-overlays/1',
  tool: { name: 'proto41', version: '0.0.0' },
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 61_000,
  interrupted: false,
  machine: {
    cpu: 'a processor',
    cores: 2,
    memoryBytes: 1,
    kernel: '6.1.0',
    runtime: 'Node.js',
    loadBefore: 0.1,
    loadAfter: 0.2,
  },
  guest: { kernelRelease: '6.1.0-test', accelerator: 'tcg' },
  method: TINY,
  overlays: rows.map(({ id }) => id),
  rows,
  notMeasured: [],
  ...changes,
});
