import { figureView, svgFile } from '../../../harness/report/plot/figure-view.ts';
import { shortNumber, type Figure } from '../../../harness/report/plot/figure.ts';
import { placeAxis } from '../../../harness/report/plot/scales.ts';
import { svgFigure } from '../../../harness/report/plot/svg-figure.ts';
import { terminalFigure } from '../../../harness/report/plot/terminal-figure.ts';
import { assert, suite } from '../../support/suite.ts';
import { HOSTILE } from '../fixtures.ts';

const test = suite('report/plot');

const SIZES = [64, 512, 1518];
const figure = (changes: Partial<Figure> = {}): Figure => ({
  title: 'Throughput',
  description: 'What came out.',
  x: { label: 'frame size (bytes)', scale: 'log', ticks: SIZES },
  y: { label: 'frames per second' },
  series: [
    { name: 'line', kind: 'theory', points: SIZES.map((x) => ({ x, y: 1e6 / x })) },
    { name: 'measured', kind: 'measured', points: SIZES.map((x) => ({ x, y: 9000, low: 8000, high: 9500 })) },
  ],
  ...changes,
});

const count = (text: string, part: string): number => text.split(part).length - 1;

test('numbers are as short as they can be told', () => {
  assert.equal([0, 64, 1518, 9999, 15_000, 1_234_567, 0.25, 0.123456, 2e9, -5000.5].map(shortNumber), [
    '0',
    '64',
    '1518',
    '9999',
    '15k',
    '1.23M',
    '0.25',
    '0.123',
    '2G',
    '-5k',
  ]);
});

test('a value stands where the scale says, on linear and logarithmic axes', () => {
  const linear = placeAxis({ label: 'y' }, [20, 100], [300, 0], 5);
  assert.equal([linear.place(0), linear.place(50), linear.place(100)], [300, 150, 0]);
  const log = placeAxis({ label: 'x', scale: 'log' }, [1, 10_000], [0, 400], 8);
  assert.equal(
    [1, 10, 100, 10_000].map((value) => Math.round(log.place(value))),
    [0, 100, 200, 400],
  );
  assert.equal(log.ticks, [1, 10, 100, 1000, 10_000]);
});

test('the drawing has a title, a description, every interval, and no number that is none', () => {
  const svg = svgFigure(figure(), 'f').text;
  assert.match(svg, 'aria-labelledby="f-title f-desc"');
  assert.match(svg, '<title id="f-title">Throughput</title>');
  assert.is(count(svg, 'class="interval"'), 3);
  assert.is(count(svg, 'class="band"'), 1);
  assert.is(count(svg, '<path class="point"'), 4); // three, and one in the legend
  assert.match(svg, 'class="series s1 theory"');
  assert.not.match(svg, /NaN|Infinity|undefined/);
});

test('what a logarithmic axis cannot show is left out, and a figure without points can be drawn', () => {
  const series = [
    {
      name: 'a',
      kind: 'measured',
      points: [
        { x: 0, y: 1 },
        { x: 1, y: Number.NaN },
        { x: 10, y: 2 },
      ],
    },
  ] as const;
  const one = svgFigure(figure({ series }), 'f').text;
  assert.is(count(one, '<path class="point"'), 2);
  for (const text of [one, svgFigure(figure({ series: [] }), 'f').text]) assert.not.match(text, /NaN|Infinity/);
  assert.match(terminalFigure(figure({ series: [] })), 'nothing to draw');
});

test('the page shows the numbers too, and a file carries its colours', () => {
  const view = figureView(figure(), 'f').text;
  assert.match(view, 'The numbers of this figure');
  assert.match(view, '9500');
  const file = svgFile(figure());
  assert.match(file, /^<svg\s+xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.match(file, 'prefers-color-scheme: dark');
});

test('text of others is text in every form', () => {
  const hostile = figure({
    title: HOSTILE,
    description: HOSTILE,
    series: [{ name: HOSTILE, kind: 'measured', points: [{ x: 1, y: 1 }] }],
  });
  assert.not.match(figureView(hostile, 'f').text, '<script>');
  assert.not.match(terminalFigure(hostile), '\u001b');
});

test('a terminal shows each series with a sign of its own, and the marks of the axis', () => {
  const text = terminalFigure(figure());
  assert.match(text, '● line (computed)');
  assert.match(text, '◆ measured');
  assert.is(count(text, '◆'), 4);
  for (const size of SIZES) assert.match(text, String(size));
  assert.ok(text.split('\n').every((line) => line.length <= 76));
});

test.run();
