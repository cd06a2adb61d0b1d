import type { BenchComparison } from '../../../harness/bench/compare.ts';
import { benchFigures } from '../../../harness/report/bench/figures.ts';
import { distributionOf } from '../../../harness/report/bench/latency-figures.ts';
import { benchPage } from '../../../harness/report/html/bench-page.ts';
import { assert, suite } from '../../support/suite.ts';
import { HOSTILE } from '../fixtures.ts';
import { benchResult } from './samples.ts';

const test = suite('report/bench');

test('there is a figure for everything that was measured, and none for what was not', () => {
  assert.equal(
    benchFigures(benchResult()).map(({ title }) => title),
    [
      'Throughput by frame size',
      'Cost of the tunnel by frame size',
      'Loss by offered rate',
      'Latency, encap',
      'Rate by number of nodes',
      'State by number of nodes',
    ],
  );
  const { scale: _scale, ...rest } = benchResult();
  assert.equal(benchFigures({ ...rest, throughput: [], curves: [], latency: [] }), []);
});

test('the throughput stands beside the theoretical line of its overhead', () => {
  const [figure] = benchFigures(benchResult());
  assert.equal(
    figure?.series.map(({ name, kind }) => [name, kind]),
    [
      ['theoretical maximum of the line: native', 'theory'],
      ['theoretical maximum of the line: encap, decap', 'theory'],
      ['native', 'measured'],
      ['encap', 'measured'],
      ['decap', 'measured'],
    ],
  );
  const [line] = figure?.series ?? [];
  assert.equal(line?.points[0], { x: 84, y: 1e10 / (8 * (84 + 20)) });
  assert.is(figure?.y.scale, 'log');
});

test('what was measured at one size with other flows is a figure of its own', () => {
  const { throughput } = benchResult();
  const more = throughput
    .filter(({ mode, frameSizeBytes }) => mode === 'encap' && frameSizeBytes === 84)
    .map((each) => ({ ...each, flows: 16 }));
  const figures = benchFigures(benchResult({ throughput: [...throughput, ...more] }));
  assert.equal(
    figures.slice(0, 2).map(({ title, series }) => [title, series.filter(({ kind }) => kind === 'measured').length]),
    [
      ['Throughput by frame size', 3],
      ['Throughput by number of flows', 1],
    ],
  );
});

test('a distribution counts up to all frames but those without an upper end', () => {
  assert.equal(distributionOf({ upperNs: [1000, 2000, 3000], counts: [0, 3, 0, 1] }), [
    { x: 1, y: 0 },
    { x: 2, y: 0.75 },
  ]);
  assert.equal(distributionOf({ upperNs: [1000], counts: [0, 0] }), []);
});

test('the page has floors, findings, numbers and how they came about', () => {
  const page = benchPage(benchResult());
  for (const text of ['0.7 of native', 'state-grows-with-nodes', '47.7k', 'stream sockets of QEMU', 'jumbo frames'])
    assert.match(page, text);
  assert.is(page.match(/<figure /g)?.length, 6);
  assert.match(page, 'headline good');
  assert.not.match(page, /NaN|undefined/);
});

test('a model says that it is one, and a floor that is not reached makes the page red', () => {
  const { method, floors } = benchResult();
  assert.match(benchPage(benchResult({ method: { ...method, modelled: true } })), 'those of a model');
  const failed = floors.map((floor) => ({ ...floor, verdict: 'fail' as const }));
  assert.match(benchPage(benchResult({ floors: failed })), 'headline bad');
});

test('a comparison with another run is on the page, and makes it red where the run ends with 1', () => {
  const setting = { mode: 'encap', frameSizeBytes: 84, flows: 16 } as const;
  const rate = (median: number) => ({ median, low: median - 1000, high: median + 1000 });
  const comparison: BenchComparison = {
    startedAt: '2026-01-02T03:04:05Z',
    caveats: ['kernel: 6.1 then, 6.12 now'],
    rows: [
      { setting, before: rate(90_000), now: rate(45_000), ratio: 0.5, verdict: 'slower' },
      { setting: { ...setting, mode: 'decap' }, before: rate(9000), now: rate(9000), ratio: 1, verdict: 'like-native' },
    ],
  };
  const page = benchPage(benchResult(), { comparison, exitCode: 1 });
  for (const text of [
    'Compared with 2026-01-02T03:04:05Z',
    'kernel: 6.1 then, 6.12 now',
    '90k (89k to 91k)',
    '0.50',
    'as native forwarding',
  ])
    assert.match(page, text);
  assert.match(page, 'headline bad');
  assert.not.match(benchPage(benchResult()), 'Compared with');
  assert.match(benchPage(benchResult(), { comparison: { ...comparison, rows: [] } }), 'No setting in common');
});

test('nothing that a target says is markup', () => {
  const page = benchPage(
    benchResult({
      target: { name: HOSTILE, node: 'vm', kernelRelease: HOSTILE },
      command: [HOSTILE],
      stopped: HOSTILE,
      notes: [HOSTILE],
    }),
  );
  assert.is(page.match(/<script/g)?.length, 1);
});

test.run();
