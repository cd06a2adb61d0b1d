import type { BenchComparison } from '../../bench/compare.ts';
import { benchExitCode } from '../../bench/exit-code.ts';
import type { BenchResult, FloorResult, Latency, Setting, Throughput } from '../../bench/result.ts';
import { COMPARED_TEXT } from '../bench/comparison-words.ts';
import { benchFigures, settingText } from '../bench/figures.ts';
import { latencyLegend, ratioMeaning, throughputLegend } from '../bench/legend.ts';
import { spreadText } from '../bench/spread-text.ts';
import { durationText } from '../duration.ts';
import { figureView } from '../plot/figure-view.ts';
import { shortNumber } from '../plot/figure.ts';
import { facts } from './facts.ts';
import { html, type Content, type Markup } from './markup.ts';
import { moodOf } from './mood.ts';
import { page } from './page.ts';
import { table } from './table.ts';
import { verdictWord } from './verdict-mark.ts';

export interface BenchPageOptions {
  readonly comparison?: BenchComparison;
  /** What the command ends with; that of the result alone unless given. */
  readonly exitCode?: number;
}

/** A measurement as one page: floors and findings first, then the figures, then all numbers and how they came about. */
export const benchPage = (result: BenchResult, options: BenchPageOptions = {}): string => {
  const { comparison, exitCode = benchExitCode(result) } = options;
  const { target, profile, method, throughput, latency, floors, findings, requirements, notes } = result;
  const place = [target.name, 'on', target.node, target.kernelRelease].filter((part) => part !== undefined).join(' ');
  return page({
    title: `bench of ${target.name}`,
    body: html`<h2>${place}, ${profile.name}</h2>
      <p class="headline ${moodOf(exitCode)}">${benchLine(result)}</p>
      ${
        method.modelled &&
        html`<p class="headline open">
        Time and cost are those of a model. The numbers show that the measurement works; they say nothing about any machine.
      </p>`
      }
      ${result.stopped !== undefined && html`<p>It ended by itself: ${result.stopped}</p>`}
      ${floors.length > 0 && html`<h2>Floors</h2>${floorTable(floors)}`}
      ${findings.length > 0 && html`<h2>What the numbers show</h2>${findingTable(result)}`}
      ${comparison !== undefined && comparisonView(comparison)}
      <h2>Figures</h2>
      ${benchFigures(result).map((figure, index) => figureView(figure, `figure-${String(index)}`))}
      ${throughput.length > 0 && html`<h2>Throughput</h2>${throughputTable(throughput)}<p>${throughputLegend(result)}</p>`}
      ${latency.length > 0 && html`<h2>Latency</h2>${latencyTable(latency)}<p>${latencyLegend(result)}</p>`}
      ${result.scale !== undefined && html`<h2>Many nodes</h2>${scaleTable(result.scale)}`}
      <h2>Requirements</h2>
      ${table(
        ['requirement', 'verdict', 'because'],
        requirements.map(({ requirement, verdict, text }) => [requirement, verdictWord(verdict), text]),
      )}
      <h2>How it was measured</h2>
      ${methodFacts(result)}
      ${table(
        ['tester alone: frame size', 'frames per second'],
        result.tester.rates.map(({ frameSizeBytes, rate }) => [frameSizeBytes, html`${shortNumber(rate)}`]),
      )}
      ${notes.length > 0 && html`<h3>Left out</h3><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}`,
  });
};

/** `21 throughputs and 2 latencies; floors: 1 pass; 1 remarkable; 4 min 10 s`. */
const benchLine = ({ throughput, latency, floors, findings, interrupted, durationMs }: BenchResult): string => {
  const floorCounts = [...new Set(floors.map(({ verdict }) => verdict))].map(
    (kind) => `${String(floors.filter(({ verdict }) => verdict === kind).length)} ${kind}`,
  );
  return [
    `${String(throughput.length)} throughputs and ${String(latency.length)} latencies`,
    ...(floors.length === 0 ? [] : [`floors: ${floorCounts.join(', ')}`]),
    findings.length === 0 ? 'nothing remarkable' : `${String(findings.length)} remarkable`,
    ...(interrupted ? ['cut short'] : []),
    durationText(durationMs),
  ].join('; ');
};

const FLOOR_MARKS = { pass: 'pass', fail: 'fail', undecided: 'inconclusive', inconclusive: 'inconclusive' } as const;

const floorTable = (floors: readonly FloorResult[]): Markup =>
  table(
    ['setting', 'frame size', 'demanded', 'measured', 'verdict', 'demanded by'],
    floors.map((each) => [
      settingText(each, floors),
      each.frameSizeBytes,
      each.floor.kind === 'rate'
        ? `${shortNumber(each.floor.value)} frames/s`
        : `${shortNumber(each.floor.value)} of native`,
      spreadText(each.measured),
      [
        verdictWord(FLOOR_MARKS[each.verdict]),
        each.verdict === 'undecided' && ' on both sides of the floor',
        each.reason !== undefined && `: ${each.reason}`,
      ],
      each.source,
    ]),
  );

const findingTable = ({ findings }: BenchResult): Markup =>
  table(
    ['kind', 'severity', 'what', 'requirement'],
    findings
      .toSorted((a, b) => a.severity.localeCompare(b.severity))
      .map(({ kind, severity, text, requirement }) => [
        kind,
        severity === 'fail' ? verdictWord('fail') : severity,
        text,
        requirement,
      ]),
  );

const comparisonView = ({ startedAt, caveats, rows }: BenchComparison): Markup => {
  const settings = rows.map(({ setting }) => setting);
  return html`<h2>Compared with ${startedAt}</h2>
    ${caveats.length > 0 && html`<ul>${caveats.map((caveat) => html`<li>Not quite comparable: ${caveat}</li>`)}</ul>`}
    ${
      rows.length === 0
        ? html`<p>No setting in common.</p>`
        : table(
            ['setting', 'frame size', 'capacity then (frames/s)', 'capacity now (frames/s)', 'now / then', 'so it is'],
            rows.map(({ setting, before, now, ratio, verdict }) => [
              ...settingCells(setting, settings),
              spreadText(before),
              spreadText(now),
              ratio.toFixed(2),
              COMPARED_TEXT[verdict],
            ]),
          )
    }`;
};

const settingCells = (each: Setting, among: readonly Setting[]): readonly Content[] => [
  settingText(each, among),
  each.frameSizeBytes,
];

const throughputTable = (throughput: readonly Throughput[]): Markup =>
  table(
    [
      'setting',
      'frame size',
      'without loss (frames/s)',
      'capacity (frames/s)',
      'of native',
      'line (frames/s)',
      'limit',
    ],
    throughput.map((each) => [
      ...settingCells(each, throughput),
      spreadText(each.rate),
      spreadText(each.capacity),
      ratioText(each, throughput),
      shortNumber(each.theoreticalRate),
      each.limit === 'tester' ? 'the tester: it is at least this' : 'the device',
    ]),
  );

const ratioText = (one: Throughput, all: readonly Throughput[]): string => {
  const meaning = ratioMeaning(one, all);
  if (one.ratioToNative === undefined || meaning === 'unknown') return one.mode === 'native' ? '' : '-';
  return `${meaning === 'exact' ? '' : `${meaning} `}${spreadText(one.ratioToNative)}`;
};

const NS_PER_US = 1000;

const latencyTable = (latency: readonly Latency[]): Markup =>
  table(
    ['setting', 'frame size', 'load', 'minimum', 'typical', '99 %', 'worst case', 'PDV', 'IPDV'],
    latency.map((each) => [
      ...settingCells(each, latency),
      `${String(Math.round(each.load * 100))} % (${shortNumber(each.offeredRate)}/s)`,
      ...[each.minimumNs, each.typicalNs, each.percentile99Ns, each.worstCaseNs, each.pdvNs, each.ipdvNs].map(
        (spread) => `${spreadText(spread, NS_PER_US)} µs`,
      ),
    ]),
  );

const scaleTable = ({ points, stateKnown }: NonNullable<BenchResult['scale']>): Content => [
  !stateKnown && html`<p>What the target counts covers no tables, so nothing is known of its state.</p>`,
  table(
    ['nodes', 'first packets', 'frames/s', 'slower by', 'entries', 'after pods moved'],
    points.map(({ nodes, firstPackets, capacity, degradationPercent, entries, moved }) => [
      nodes,
      `${String(firstPackets.delivered)} of ${String(firstPackets.sent)}`,
      capacity === undefined ? '' : spreadText(capacity),
      degradationPercent === undefined ? '' : `${shortNumber(degradationPercent)} %`,
      entriesText(entries),
      moved === undefined
        ? ''
        : `${String(moved.pods)} pods: ${String(moved.firstPackets.delivered)} of ${String(moved.firstPackets.sent)} first packets, ${entriesText(moved.entries)}`,
    ]),
  ),
];

const entriesText = (entries: Readonly<Record<string, number>>): string =>
  Object.entries(entries)
    .map(([name, count]) => `${name} ${String(count)}`)
    .join(', ');

const methodFacts = ({ machine, method, target, startedAt, command, tester, tool }: BenchResult): Markup =>
  facts([
    ['command', html`<code>${command.join(' ')}</code>`],
    ['started', `${startedAt}, Proto41 ${tool.version}, seed ${method.seed}`],
    [
      'machine',
      `${machine.cpu}, ${String(machine.cores)} cores, ${shortNumber(machine.memoryBytes)}B, ${machine.kernel}, ${machine.runtime}`,
    ],
    ['load', `${shortNumber(machine.loadBefore)} before, ${shortNumber(machine.loadAfter)} after`],
    ['node', [target.node, target.accelerator, target.wire].filter((part) => part !== undefined).join(', ')],
    ['medium', method.medium],
    [
      'trials',
      `${String(method.repetitions)} repetitions; ${String(method.searchSeconds)} s while searching to ${String(method.resolution * 100)} %, ${String(method.finalSeconds)} s at the end; ${String(method.settleSeconds)} s to settle, ${String(method.drainSeconds)} s to drain, ${String(method.restSeconds)} s rest${method.quick ? '; quick' : ''}`,
    ],
    ['overhead', `${String(method.overheadBytes)} bytes`],
    ['timing', method.timing],
    ['tester', `measured alone through ${tester.path}`],
  ]);
