import type { BenchComparison } from '../../bench/compare.ts';
import { floorText } from '../../bench/floors/judge.ts';
import { settingText } from '../../bench/measure/setting.ts';
import { percentText, rateText } from '../../bench/numbers.ts';
import type { BenchResult, FloorVerdict, Scale, Spread, Throughput } from '../../bench/result.ts';
import { COMPARED_TEXT } from '../../report/bench/comparison-words.ts';
import { benchFigures } from '../../report/bench/figures.ts';
import { latencyLegend, ratioMeaning, throughputLegend } from '../../report/bench/legend.ts';
import { durationText } from '../../report/duration.ts';
import { printable } from '../../report/escape.ts';
import { tableLines, wrap } from '../../report/layout.ts';
import { paintVerdict, type Palette } from '../../report/palette.ts';
import { terminalFigure } from '../../report/plot/terminal-figure.ts';

const WIDTH = 110;

export interface BenchTextOptions {
  readonly palette: Palette;
  readonly comparison?: BenchComparison;
  /** Also draws the figures. */
  readonly plots?: boolean;
  /** Where the reports were written. */
  readonly folder?: string;
}

/** A measurement for people: tables with spread, what is wrong, and one line that sums it up. */
export const benchText = (result: BenchResult, options: BenchTextOptions): string => {
  const { palette, comparison } = options;
  const sections = [
    headLines(result),
    titled('Throughput (frames/s)', throughputLines(result), palette),
    titled('Latency (µs)', latencyLines(result), palette),
    result.scale === undefined ? [] : titled('Scale', scaleLines(result.scale), palette),
    ...(options.plots === true ? benchFigures(result).map((figure) => [terminalFigure(figure).trimEnd()]) : []),
    titled('Floors', floorLines(result, palette), palette),
    comparison === undefined
      ? []
      : titled(`Compared with ${comparison.startedAt}`, comparisonLines(comparison, palette), palette),
    titled('Findings', findingLines(result, palette), palette),
    titled('Requirements', requirementLines(result, palette), palette),
    titled(
      'Notes',
      result.notes.flatMap((note) => wrapped(note)),
      palette,
    ),
    [summaryLine(result, options)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
};

const titled = (title: string, lines: readonly string[], palette: Palette): readonly string[] =>
  lines.length === 0 ? [] : [palette.bold(title), ...lines];

const wrapped = (text: string, indent = ''): string[] =>
  wrap(printable(text), WIDTH - indent.length).map((line, index) => (index === 0 ? line : `${indent}${line}`));

const headLines = ({ target, profile, method, machine, tester }: BenchResult): readonly string[] => {
  const kernel = target.kernelRelease === undefined ? '' : `, kernel ${target.kernelRelease}`;
  const accelerator = target.accelerator === undefined ? '' : `, ${target.accelerator}`;
  const alone = tester.rates.map(({ frameSizeBytes, rate }) => `${rateText(rate)} of ${String(frameSizeBytes)} bytes`);
  return [
    `${printable(target.name)} on ${target.node}${printable(kernel)}${printable(accelerator)}, ${printable(profile.name)}, overhead ${String(method.overheadBytes)} bytes`,
    ...wrapped(`medium: ${method.medium}`),
    ...wrapped(
      `${machine.cpu}, ${String(machine.cores)} cores, load ${machine.loadBefore.toFixed(1)} before and ${machine.loadAfter.toFixed(1)} after; ${String(method.repetitions)} repetitions, trials of ${String(method.searchSeconds)} s and ${String(method.finalSeconds)} s`,
    ),
    ...wrapped(`the tester alone (${tester.path}): ${alone.join(', ') || 'not qualified'}`),
  ];
};

const spreadText = (spread: Pick<Spread, 'median' | 'low' | 'high'>): string => withInterval(spread, rateText);

const modeText = ({ mode, tunnelledShare }: Pick<Throughput, 'mode' | 'tunnelledShare'>): string =>
  tunnelledShare === undefined ? mode : `${mode} ${percentText(tunnelledShare)}`;

const throughputLines = (result: BenchResult): readonly string[] =>
  result.throughput.length === 0
    ? []
    : [
        ...tableLines({
          header: ['mode', 'bytes', 'flows', 'without loss', 'capacity', 'of native', 'of the line', ''],
          rows: result.throughput
            .toSorted((left, right) => left.frameSizeBytes - right.frameSizeBytes || left.flows - right.flows)
            .map((one) => [
              modeText(one),
              String(one.frameSizeBytes),
              String(one.flows),
              spreadText(one.rate),
              spreadText(one.capacity),
              ratioText(one, result.throughput),
              percentText(one.rate.median / one.theoreticalRate),
              one.limit === 'tester' ? 'at least: limited by the tester' : '',
            ]),
          numeric: [1, 2, 6],
        }),
        ...wrapped(throughputLegend(result)),
      ];

const withInterval = (
  { median, low, high }: Pick<Spread, 'median' | 'low' | 'high'>,
  text: (value: number) => string,
): string => (low === high ? text(median) : `${text(median)} (${text(low)} to ${text(high)})`);

const ratioText = (one: Throughput, all: readonly Throughput[]): string => {
  const meaning = ratioMeaning(one, all);
  if (one.ratioToNative === undefined || meaning === 'unknown') return '-';
  const text = withInterval(one.ratioToNative, (value) => value.toFixed(2));
  return meaning === 'exact' ? text : `${meaning} ${text}`;
};

const microseconds = (ns: number): string => (ns / 1000).toFixed(ns < 10_000 ? 1 : 0);

const latencyLines = (result: BenchResult): readonly string[] =>
  result.latency.length === 0
    ? []
    : [
        ...tableLines({
          header: ['mode', 'bytes', 'load', 'least', 'typical', '99 %', '99.9 %', 'PDV', 'IPDV', 'frames'],
          rows: result.latency.map((one) => [
            one.mode,
            String(one.frameSizeBytes),
            percentText(one.load),
            microseconds(one.minimumNs.median),
            withInterval(one.typicalNs, microseconds),
            microseconds(one.percentile99Ns.median),
            withInterval(one.worstCaseNs, microseconds),
            microseconds(one.pdvNs.median),
            microseconds(one.ipdvNs.median),
            rateText(one.frames),
          ]),
          numeric: [1, 2, 3, 5, 7, 8, 9],
        }),
        ...wrapped(latencyLegend(result)),
      ];

const scaleLines = ({ points, stateKnown }: Scale): readonly string[] => {
  const tables = [...new Set(points.flatMap(({ entries }) => Object.keys(entries)))];
  const lines = tableLines({
    header: ['nodes', 'first packets', 'moved pods', 'capacity', 'degradation', ...tables.map(printable)],
    rows: points.map(({ nodes, firstPackets, moved, capacity, degradationPercent, entries }) => [
      rateText(nodes),
      `${rateText(firstPackets.delivered)} of ${rateText(firstPackets.sent)}`,
      moved === undefined ? '-' : `${rateText(moved.firstPackets.delivered)} of ${rateText(moved.firstPackets.sent)}`,
      capacity === undefined ? '-' : spreadText(capacity),
      degradationPercent === undefined ? '-' : `${degradationPercent.toFixed(0)} %`,
      ...tables.map((table) => (entries[table] === undefined ? '-' : rateText(entries[table]))),
    ]),
    numeric: [0],
  });
  return stateKnown ? lines : [...lines, 'The target does not say how large its tables are; its state is unknown.'];
};

const VERDICT_PAINT = { pass: 'pass', fail: 'fail', undecided: 'inconclusive', inconclusive: 'inconclusive' } as const;

const floorLines = ({ floors }: BenchResult, palette: Palette): readonly string[] =>
  floors.flatMap(({ verdict, floor, source, measured, reason, ...setting }) => {
    const label = paintVerdict(palette, VERDICT_PAINT[verdict], verdict.padEnd(13));
    const found =
      measured.values.length === 0
        ? ''
        : `, found ${floor.kind === 'rate' ? spreadText(measured) : withInterval(measured, (value) => value.toFixed(2))}`;
    const what = setting.frameSizeBytes === 0 ? setting.mode : settingText(setting);
    const text = `${what}: at least ${floorText(floor)} (${source})${found}${reason === undefined ? '' : `; ${reason}`}`;
    const [first = '', ...rest] = wrapped(text, ' '.repeat(13));
    return [`${label}${first}`, ...rest];
  });

const comparisonLines = ({ rows, caveats }: BenchComparison, palette: Palette): readonly string[] => [
  ...caveats.map((caveat) => palette.yellow(printable(`not quite comparable: ${caveat}`))),
  ...(rows.length === 0 ? ['no setting in common'] : []),
  ...tableLines({
    header: rows.length === 0 ? [] : ['setting', 'capacity then', 'now', 'now/then', ''],
    rows: rows.map(({ setting, before, now, ratio, verdict }) => [
      settingText(setting),
      spreadText(before),
      spreadText(now),
      ratio.toFixed(2),
      COMPARED_TEXT[verdict],
    ]),
    numeric: [3],
  }).filter((line) => line !== ''),
];

const findingLines = ({ findings }: BenchResult, palette: Palette): readonly string[] =>
  findings.flatMap(({ kind, severity, text, requirement }) => {
    const label = severity === 'fail' ? palette.red(severity.padEnd(8)) : palette.yellow(severity.padEnd(8));
    const [first = '', ...rest] = wrapped(`${kind}: ${text} [${requirement}]`, ' '.repeat(8));
    return [`${label}${first}`, ...rest];
  });

const requirementLines = ({ requirements }: BenchResult, palette: Palette): readonly string[] =>
  requirements.flatMap(({ requirement, verdict, text }) => {
    const [first = '', ...rest] = wrapped(`${requirement}: ${text}`, ' '.repeat(13));
    return [`${paintVerdict(palette, verdict, verdict.padEnd(13))}${first}`, ...rest];
  });

const count = (floors: BenchResult['floors'], wanted: FloorVerdict): string =>
  `${String(floors.filter(({ verdict }) => verdict === wanted).length)} ${wanted}`;

const summaryLine = (result: BenchResult, { palette, folder }: BenchTextOptions): string => {
  const { floors, findings, durationMs, interrupted, stopped } = result;
  const failing = findings.filter(({ severity }) => severity === 'fail').length;
  const parts = [
    floors.length === 0
      ? 'no floors'
      : `floors: ${(['pass', 'fail', 'undecided', 'inconclusive'] as const).map((each) => count(floors, each)).join(', ')}`,
    `findings: ${String(failing)} fail, ${String(findings.length - failing)} notice`,
    durationText(durationMs),
    ...(interrupted ? ['interrupted'] : []),
    ...(stopped === undefined ? [] : [`ended early: ${stopped}`]),
    ...(folder === undefined ? [] : [`results in ${folder}`]),
  ];
  return palette.bold(printable(`bench: ${parts.join('; ')}`));
};
