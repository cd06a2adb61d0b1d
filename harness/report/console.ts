import { exitCodeOf } from '../runner/exit-code.ts';
import type { RunResult, RunStop } from '../runner/result.ts';
import { VERDICTS } from '../runner/verdict.ts';
import { policyLines } from './configuration.ts';
import { deviationLines } from './deviations.ts';
import { durationText } from './duration.ts';
import { printable, printableLines } from './escape.ts';
import type { EvidenceFrames } from './evidence-frame.ts';
import { paintedExitWord } from './exit-word.ts';
import { failureBlock, needsBlock } from './failure-block.ts';
import { tableLines, wrap } from './layout.ts';
import { lookupIn } from './lookup.ts';
import { SHARDS_MISSING } from './merge/missing-shards.ts';
import { PLAIN, type Palette } from './palette.ts';
import { countsText, isExpectedDeviation, summarize } from './summary.ts';

export interface ConsoleReportOptions {
  readonly palette?: Palette;
  /** The folder that holds the evidence, as the user would type it. */
  readonly folder?: string;
  /** The frames of the evidence files, by file name, to show the decisive ones. */
  readonly evidence?: EvidenceFrames;
  /** Only the summary line. */
  readonly quiet?: boolean;
}

/** The report at the end of a run: failure blocks, expected deviations, verdicts by area, and exactly one summary line. */
export const consoleReport = (result: RunResult, options: ConsoleReportOptions = {}): string => {
  const lines = options.quiet === true ? [] : detailLines(result, options);
  return `${[...lines, summaryLine(result, options)].join('\n')}\n`;
};

const detailLines = (result: RunResult, { palette = PLAIN, folder, evidence }: ConsoleReportOptions): string[] => {
  const lookup = lookupIn(result);
  const lines: string[] = [];
  for (const each of result.cases.filter(needsBlock)) {
    lines.push(
      '',
      ...failureBlock(each, lookup, {
        palette,
        ...(folder === undefined ? {} : { folder }),
        ...(evidence === undefined ? {} : { evidence }),
      }),
    );
  }
  const deviations = result.cases.filter(isExpectedDeviation);
  if (deviations.length > 0) {
    lines.push('', palette.bold(`Expected deviations of ${printable(result.target)}`), ...deviationLines(deviations));
  }
  const policies = policyLines(result);
  if (policies.length > 0)
    lines.push(
      '',
      palette.bold(`Policies of ${printable(result.target)}`),
      ...policies.map((line) => printable(`  ${line}`)),
    );
  if (result.cases.length > 0) lines.push('', ...areaTable(result));
  lines.push(...skipLines(result, palette));
  if (result.stopped !== undefined) lines.push('', ...stopLines(result.stopped, palette));
  if (lines.length > 0) lines.push('');
  return lines;
};

const WIDTH = 110;

/** A run of which nothing is left but skips says why; one that has more to tell leaves that to `--verbose` and the files. */
const skipLines = ({ cases }: RunResult, palette: Palette): string[] => {
  if (cases.length === 0 || cases.some(({ verdict }) => verdict !== 'skip')) return [];
  const reasons = new Map<string, number>();
  for (const { reason = 'no reason given' } of cases) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return [
    '',
    palette.bold('Every case was skipped'),
    ...[...reasons].flatMap(([reason, count]) =>
      wrap(printable(`${String(count)}: ${reason}`), WIDTH).map(
        (line, index) => `${index === 0 ? '  ' : '    '}${line}`,
      ),
    ),
  ];
};

const stopLines = (stop: RunStop, palette: Palette): string[] => [
  palette.red(
    `${stop.code === SHARDS_MISSING ? 'A part of the run is missing' : 'The run was stopped: the target or its node failed'} [${printable(stop.code)}]`,
  ),
  ...printableLines(stop.reason).map((line) => `  ${line}`),
];

const areaTable = (result: RunResult): string[] => {
  const summary = summarize(result);
  const count = (value: number): string => (value === 0 ? '.' : String(value));
  const withDeviations = summary.expectedDeviations > 0;
  const rowOf = (
    name: string,
    { counts, expectedDeviations }: Pick<typeof summary, 'counts' | 'expectedDeviations'>,
  ) => [
    name,
    ...VERDICTS.map((verdict) => count(counts[verdict])),
    ...(withDeviations ? [count(expectedDeviations)] : []),
  ];
  const header = ['area', ...VERDICTS, ...(withDeviations ? ['expected'] : [])];
  return tableLines({
    header,
    rows: [...summary.areas.map((each) => rowOf(printable(each.area), each)), rowOf('all', summary)],
    numeric: header.map((_, column) => column).slice(1),
  });
};

/** `PASS linux-sit on vm (6.1.0, tcg), overlay: 80 pass, 0 fail, 3 skip; 9.1 s (boot 5.2 s, cases 3.9 s)`. */
export const summaryLine = (result: RunResult, { palette = PLAIN, folder }: ConsoleReportOptions = {}): string => {
  const summary = summarize(result);
  const details = [result.node.kernelRelease, result.node.accelerator].filter((each) => each !== undefined).join(', ');
  const place = `${result.target} on ${result.node.node}${details === '' ? '' : ` (${details})`}, ${result.profiles.join(' ')}${result.shard === undefined ? '' : `, shard ${result.shard}`}`;
  const phases = result.phases.map(({ phase, durationMs }) => `${phase} ${durationText(durationMs)}`).join(', ');
  const time = `${durationText(result.durationMs)}${phases === '' ? '' : ` (${phases})`}`;
  const unexpected = summary.unexpected === 0 ? '' : `; ${String(summary.unexpected)} unexpected`;
  const where = folder === undefined ? '' : `; results in ${folder}`;
  return `${paintedExitWord(exitCodeOf(result), palette)} ${printable(`${place}: ${countsText(summary)}${unexpected}${result.interrupted ? '; cut short' : ''}; ${time}${where}`)}`;
};
