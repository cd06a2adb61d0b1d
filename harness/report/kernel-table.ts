import { EXIT } from '../runner/exit-code.ts';
import { markdownText, printable, printableJson, printableLines } from './escape.ts';
import { exitWord } from './exit-word.ts';
import type { KernelComparison, KernelRow, KernelRun } from './kernel-comparison.ts';
import { tableLines } from './layout.ts';
import { PLAIN, type Palette } from './palette.ts';

export interface KernelTableOptions {
  readonly palette?: Palette;
  /** Also the requirements on which all kernels agree with what was expected. */
  readonly all?: boolean;
  /** Only the summary line. */
  readonly quiet?: boolean;
  readonly folder?: string;
}

/** Marks a row on which the kernels do not agree. */
const DIFFERS = '*';

/** One table, requirement by kernel, and one summary line. Rows on which the kernels differ are marked. */
export const kernelTableText = (comparison: KernelComparison, options: KernelTableOptions = {}): string => {
  const { palette = PLAIN, all = false, quiet = false } = options;
  if (quiet) return `${kernelSummaryLine(comparison, options)}\n`;
  const shown = comparison.rows.filter((row) => all || row.differs || row.unexpected);
  const [titles = '', ...body] = tableLines({
    header: ['', 'requirement', ...comparison.kernels.map(printable)],
    rows: shown.map((row) => [row.differs ? DIFFERS : '', printable(row.requirement), ...cellsOf(row)]),
  });
  const lines = [
    ...(shown.length === 0
      ? []
      : [palette.bold(titles), ...body.map((line, index) => paint(line, shown[index], palette)), '']),
    ...notes(comparison, shown.length, all),
    ...failureLines(comparison, palette),
    kernelSummaryLine(comparison, options),
  ];
  return `${lines.join('\n')}\n`;
};

const notes = ({ rows }: KernelComparison, shown: number, all: boolean): string[] => {
  const same = rows.filter(({ differs, unexpected }) => !differs && !unexpected).length;
  return [
    ...(shown === 0 ? [] : [`${DIFFERS} the kernels differ; expected: a deviation that the target declares`]),
    ...(all || same === 0
      ? []
      : [
          `${String(same)} more requirement${same === 1 ? '' : 's'}, on which all kernels are alike and as expected (--verbose shows them)`,
        ]),
    '',
  ];
};

const cellsOf = ({ verdicts }: KernelRow): string[] =>
  verdicts.map((verdict) => (verdict === 'not run' ? '-' : verdict));

const paint = (line: string, row: KernelRow | undefined, palette: Palette): string => {
  if (row?.unexpected === true) return palette.red(line);
  return row?.differs === true ? palette.yellow(line) : line;
};

const failureLines = ({ kernels, failures }: KernelComparison, palette: Palette): string[] =>
  failures.flatMap((failure, index) =>
    failure === undefined
      ? []
      : [palette.red(`${kernels[index] ?? ''}:`), ...printableLines(failure).map((line) => `  ${line}`), ''],
  );

/** What is worst of all kernels, in the order of how much it has to say. */
export const exitCodeOfKernels = (exitCodes: readonly number[]): number =>
  [EXIT.interrupted, EXIT.notStarted, EXIT.unexpected, EXIT.undecided].find((code) => exitCodes.includes(code)) ??
  EXIT.expected;

export const kernelSummaryLine = (
  { kernels, releases, exitCodes, rows }: KernelComparison,
  { palette = PLAIN, folder }: KernelTableOptions = {},
): string => {
  const code = exitCodeOfKernels(exitCodes);
  const word = exitWord(code);
  const painted = code === EXIT.expected ? palette.green(word) : palette.red(word);
  const each = kernels.map((kernel, index) => {
    const release = releases[index];
    const own = exitWord(exitCodes[index] ?? EXIT.notStarted);
    return `${kernel}${release === undefined ? '' : ` (${release})`} ${own}`;
  });
  const differing = rows.filter(({ differs }) => differs).length;
  const where = folder === undefined ? '' : `; results in ${folder}`;
  return `${painted} ${printable(`${each.join(', ')}: ${String(rows.length)} requirements, the kernels differ on ${String(differing)}${where}`)}`;
};

/** The whole table as a Markdown page. */
export const kernelTableMarkdown = (comparison: KernelComparison): string => {
  const { kernels, releases, rows } = comparison;
  const header = ['', 'requirement', ...kernels.map((kernel, index) => `${kernel} ${releases[index] ?? 'not booted'}`)];
  const table = [
    header,
    header.map(() => '---'),
    ...rows.map((row) => [
      row.differs ? '**differs**' : '',
      markdownText(row.requirement),
      ...cellsOf(row).map((cell) => markdownText(cell)),
    ]),
  ].map((cells) => `| ${cells.join(' | ')} |`);
  return ['## Proto41, kernel by kernel', '', markdownText(kernelSummaryLine(comparison)), '', ...table, ''].join('\n');
};

/** Everything: the table, and the whole result of each kernel. */
export const kernelTableJson = (comparison: KernelComparison, runs: readonly KernelRun[]): string => {
  const { kernels, rows } = comparison;
  return `${printableJson({
    kernels: runs.map(({ kernel, exitCode, failure, result }) => ({
      kernel,
      release: result?.node.kernelRelease ?? null,
      exitCode,
      failure: failure ?? result?.stopped?.reason ?? null,
    })),
    requirements: rows.map(({ requirement, verdicts, differs, unexpected }) => ({
      requirement,
      verdicts: Object.fromEntries(kernels.map((kernel, index) => [kernel, verdicts[index]])),
      differs,
      unexpected,
    })),
    runs: runs.flatMap(({ result }) => (result === undefined ? [] : [result])),
  })}\n`;
};
