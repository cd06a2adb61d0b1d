import type { Comparison, OverlayRow, OverlaysResult } from '../../../harness/bench/overlays/result.ts';
import { overlayFigures } from '../../../harness/report/bench/overlay-figures.ts';
import { overlaysPage } from '../../../harness/report/html/overlays-page.ts';
import { assert, suite } from '../../support/suite.ts';
import { HOSTILE } from '../fixtures.ts';
import { benchResult, spread } from './samples.ts';

const test = suite('report/bench/overlays');

const compared = (ratio: number): Comparison => ({
  frameSizeBytes: 128,
  native: spread(10_000),
  overlay: spread(10_000 * ratio),
  ratio: spread(ratio),
});

const row = (id: OverlayRow['id'], title: string, entries: number): OverlayRow => ({
  id,
  title,
  driver: 'a driver',
  bytesAdded: { least: 20, most: 20 },
  podMtu: { bytes: 1480, beyond: 'packet too big' },
  throughput: [{ clock: compared(0.5), processor: compared(0.8), sent: 1000, lost: 3 }],
  latency: [compared(1.2)],
  entries: { nodes: 1000, podsPerNode: 10, alone: { routes: 4 }, all: { routes: entries }, total: entries },
  events: [
    { event: 'node-joins', messages: 2, entriesAdded: 2, entriesRemoved: 0, untilAllMs: 1500, nodes: 20 },
    { event: 'pod-moves-same-address', impossible: title },
  ],
  unknownPodReached: false,
  notMeasured: [{ what: 'firstPackets', why: title }],
  seconds: 5,
});

const result = (title = 'VXLAN'): OverlaysResult => {
  const ids = ['protocol-41', 'vxlan'] as const;
  return {
    schema: 'proto41/bench-overlays/1',
    tool: { name: 'proto41', version: '0.1.0' },
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 60_000,
    interrupted: false,
    machine: benchResult().machine,
    guest: { kernelRelease: '6.1.0', accelerator: 'tcg' },
    method: {
      nodes: 1000,
      podsPerNode: 10,
      advertisedRoutes: 10,
      listeners: 20,
      frameSizesBytes: [128],
      pairs: 3,
      packetsPerTrial: 1000,
      window: 16,
      roundsPerTrial: 10,
    },
    overlays: ids,
    rows: [row(ids[0], 'the overlay', 4), row(ids[1], title, 2000)],
    notMeasured: [],
  };
};

test('the state of a node stands at the two ends that were counted', () => {
  const [state, rates, delays] = overlayFigures(result());
  assert.equal(
    state?.series.map(({ name, points }) => [name, points.map(({ x, y }) => [x, y])]),
    [
      [
        'the overlay',
        [
          [1, 4],
          [1000, 4],
        ],
      ],
      [
        'VXLAN',
        [
          [1, 4],
          [1000, 2000],
        ],
      ],
    ],
  );
  // By the processor where the machine tells.
  assert.equal(rates?.series[0]?.points[0]?.y, 0.8);
  assert.equal(delays?.series[0]?.points[0]?.y, 1.2);
});

test('the page has every number, what was lost and what could not be measured, and no markup of others', () => {
  const page = overlaysPage(result());
  for (const text of ['3 of 1000 packets lost', 'packet too big', 'cannot be done', 'routes 2000', '1.5 s, 20 nodes'])
    assert.match(page, text);
  assert.is(page.match(/<figure /g)?.length, 3);
  assert.is(overlaysPage(result(HOSTILE)).match(/<script/g)?.length, 1);
});

test.run();
