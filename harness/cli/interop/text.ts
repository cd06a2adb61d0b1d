import type { InteropFinding, InteropResult, MatrixCell, PairResult } from '../../interop/result.ts';
import { interopExitCode } from '../../interop/run-interop.ts';
import { durationText } from '../../report/duration.ts';
import { printable, printableLines } from '../../report/escape.ts';
import { exitWord } from '../../report/exit-word.ts';
import { failureBlock } from '../../report/failure-block.ts';
import { interopLine } from '../../report/interop/interop-line.ts';
import { tableLines } from '../../report/layout.ts';
import { paintVerdict, type Palette } from '../../report/palette.ts';
import { EXIT } from '../../runner/exit-code.ts';
import type { CaseResult } from '../../runner/result.ts';
import type { ShownVerdict } from '../../report/shown-verdict.ts';

export interface InteropTextOptions {
  readonly palette: Palette;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Folder of the results, as the user would type it. */
  readonly folder: string;
}

/** The matrix, what is wrong in it and who did it, what was skipped, and one summary line. */
export const interopText = (result: InteropResult, options: InteropTextOptions): string => {
  const { palette, quiet, folder } = options;
  const code = interopExitCode(result);
  const word = exitWord(code);
  const painted = code === EXIT.expected ? palette.green(word) : palette.red(word);
  return [
    ...(quiet ? [] : detailLines(result, options)),
    ...matrixLines(result, palette),
    '',
    ...result.skippedEnds.map(({ name, reason }) => palette.dim(printable(`skipped ${name}: ${reason}`))),
    `${painted} ${printable(`${result.profile.name}, ${interopLine(result)}; results in ${folder}`)}`,
    '',
  ].join('\n');
};

const cellWord = (cell: MatrixCell | undefined): ShownVerdict | '-' => {
  if (cell === undefined) return '-';
  const isDeviation = cell.verdict === 'fail' || cell.verdict === 'warn';
  return isDeviation && !cell.unexpected && cell.verdict === 'fail' ? 'expected' : cell.verdict;
};

/** Rows encapsulate, columns decapsulate; columns are numbered, because names of ends are long. */
const matrixLines = ({ ends, cells }: InteropResult, palette: Palette): string[] => {
  const rows = ends.map(({ name }, index) => [
    String(index + 1),
    printable(name),
    ...ends.map((column) =>
      cellWord(cells.find((cell) => cell.encapsulator === name && cell.decapsulator === column.name)),
    ),
  ]);
  const header = ['', 'encapsulator \\ decapsulator', ...ends.map((_, index) => String(index + 1))];
  const [titles = '', ...body] = tableLines({ header, rows });
  return [palette.bold(titles), ...body.map((line) => paintedRow(line, palette))];
};

const paintedRow = (line: string, palette: Palette): string =>
  line.replace(/(?<=\s)(pass|fail|warn|inconclusive|error)(?=\s|$)/g, (verdict) =>
    verdict === 'pass' || verdict === 'fail' || verdict === 'warn' || verdict === 'inconclusive' || verdict === 'error'
      ? paintVerdict(palette, verdict, verdict)
      : verdict,
  );

const detailLines = (result: InteropResult, options: InteropTextOptions): string[] =>
  result.pairs.flatMap((pair) => {
    const shown = pair.findings.filter(({ expectation }) => options.verbose || expectation.kind !== 'expected');
    const isWorth = options.verbose || shown.length > 0 || (pair.unexpected && pair.verdict !== 'pass');
    return isWorth ? [...pairLines(pair, shown, result, options), ''] : [];
  });

const pairLines = (
  pair: PairResult,
  findings: readonly InteropFinding[],
  { requirements, profile }: InteropResult,
  { palette, verbose, folder }: InteropTextOptions,
): string[] => {
  const { verdict, n1, n2, reason, doubts, traffic, rerun } = pair;
  const lookup = (id: string) => requirements.find((each) => each.id === id);
  const lines = [pairHeading(pair, palette)];
  if (reason !== undefined) lines.push(...printableLines(reason).map((line) => `  ${line}`));
  for (const { kind, direction, verdict: outcome, detail, durationMs } of traffic) {
    if (!verbose && outcome === 'pass') continue;
    const [from, to] = direction === 'n1-to-n2' ? [n1, n2] : [n2, n1];
    const line = `${kind.padEnd(8)} ${from} -> ${to}: ${detail} (${durationText(durationMs)})`;
    lines.push(`  ${paintVerdict(palette, outcome, outcome)} ${printable(line)}`);
  }
  for (const doubt of doubts) lines.push(`  ${palette.dim('doubt')} ${printable(doubt)}`);
  for (const finding of findings)
    lines.push('', ...failureBlock(asCase(finding, pair, profile.name), lookup, { palette, folder }));
  if (findings.length === 0 && verdict !== 'pass') lines.push(`  ${palette.dim('rerun')} ${printable(rerun)}`);
  return lines;
};

export const pairHeading = ({ verdict, n1, n2, durationMs }: PairResult, palette: Palette): string => {
  const painted = paintVerdict(palette, verdict, verdict.toUpperCase());
  return `${painted} ${palette.bold(printable(`N1 ${n1}, N2 ${n2}`))} ${palette.dim(durationText(durationMs))}`;
};

/** A finding in the form in which every other failure is shown. */
const asCase = (
  finding: InteropFinding,
  { n1, n2, durationMs, evidence, rerun }: PairResult,
  profile: string,
): CaseResult => {
  const { end, role, side, severity, requirement, expectation } = finding;
  const part = role === 'node' ? '' : ` as ${role}`;
  return {
    id: `${end} (${side.toUpperCase()})${part}, with ${side === 'n1' ? n2 : n1}`,
    requirement,
    profile,
    verdict: severity === 'must' ? 'fail' : 'warn',
    expectation,
    violations: [{ ...finding, by: 'rule' }],
    doubts: [],
    notes: expectation.kind === 'expected' ? [`declared: ${expectation.reason}`] : [],
    durationMs,
    ...(evidence === undefined ? {} : { evidence }),
    rerun,
  };
};
