import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { consoleReport } from '../../report/console.ts';
import { printable, printableJson } from '../../report/escape.ts';
import { githubAnnotations, withoutCommands } from '../../report/github.ts';
import { htmlReport } from '../../report/html/html-report.ts';
import { loadRun } from '../../report/html/load-run.ts';
import type { ReportedRun } from '../../report/html/reported-run.ts';
import { markdownReport } from '../../report/markdown.ts';
import { compareRuns, type Comparison } from '../../report/merge/compare-runs.ts';
import { comparisonLine, comparisonLines, comparisonMarkdown } from '../../report/merge/comparison-text.ts';
import { mergeRuns, withEvidenceBelow } from '../../report/merge/merge-runs.ts';
import { HTML_FILE, SUMMARY_FILE, writeResultFiles } from '../../report/write.ts';
import { EXIT, exitCodeOf } from '../../runner/exit-code.ts';
import type { RunResult } from '../../runner/result.ts';
import { makeOutputFolder } from '../output-folder.ts';
import type { Terminal } from '../terminal.ts';

/** What commander makes of the flags of `report`. */
export interface ReportFlags {
  readonly out?: string;
  readonly baseline?: readonly string[];
  readonly annotations?: 'github';
  readonly json?: boolean;
}

/**
 * Renders result folders again, shards and kernels together, and compares them with saved runs. The exit code is that of the merged run;
 * with a baseline 1 says that something fails that did not fail there, and a run that was not done or decided nothing is none to compare.
 */
export const reportCommand = async (
  terminal: Terminal,
  folders: readonly string[],
  flags: ReportFlags,
): Promise<number> => {
  const place = flags.out === undefined ? undefined : resolve(flags.out);
  const runs = mergeRuns(await loadAll(folders, place));
  const results = runs.map(({ result }) => result);
  const comparison =
    flags.baseline === undefined ? undefined : compareWith(await loadAll(flags.baseline, place), results);
  // Made when there is something to write.
  if (flags.out !== undefined) await writeAll(await makeOutputFolder(flags.out, new Date()), runs, comparison);
  const text = textOf(terminal, results, comparison);
  terminal[flags.json === true ? 'err' : 'out'](flags.annotations === 'github' ? withoutCommands(text) : text);
  if (flags.json === true)
    terminal.out(`${printableJson({ runs: results, ...(comparison === undefined ? {} : { comparison }) })}\n`);
  if (flags.annotations === 'github')
    terminal.out(
      results
        .map((result) => githubAnnotations(comparison === undefined ? result : fresh(result, comparison)))
        .join(''),
    );
  return worstExit(results, comparison);
};

/** What failed before is for the report to list, not for annotations. */
const fresh = (result: RunResult, { changes }: Comparison): RunResult => {
  const failing = new Set(changes.flatMap(({ change, after }) => (change === 'newly-failing' ? (after ?? []) : [])));
  return { ...result, cases: result.cases.filter((each) => failing.has(each)) };
};

const loadAll = async (folders: readonly string[], out: string | undefined): Promise<readonly ReportedRun[]> =>
  Promise.all(
    folders.map((folder) => {
      const path = out === undefined ? '' : relative(out, resolve(folder)).split('\\').join('/');
      return loadRun(folder, path === '' ? '' : `${path}/`);
    }),
  );

/** Runs are compared with those of the same target, node and kernel; a single baseline serves whatever it is asked for. */
const compareWith = (baselines: readonly ReportedRun[], results: readonly RunResult[]): Comparison => {
  const merged = mergeRuns(baselines).map(({ result }) => result);
  const baselineOf = (result: RunResult): RunResult | undefined =>
    merged.length === 1 ? merged[0] : merged.find((each) => nameOf(each) === nameOf(result));
  const used = results.map(baselineOf);
  const gone = merged.filter((each) => !used.includes(each));
  const comparisons = [
    ...results.map((result) => compareRuns(baselineOf(result) ?? { cases: [] }, result)),
    ...gone.map((each) => compareRuns(each, { cases: [] })),
  ];
  return {
    changes: comparisons.flatMap(({ changes }) => changes),
    unchanged: comparisons.reduce((sum, { unchanged }) => sum + unchanged, 0),
  };
};

const nameOf = ({ target, node }: RunResult): string =>
  [target, node.node, node.kernelRelease ?? ''].filter((part) => part !== '').join('-');

const writeAll = async (
  out: string,
  runs: readonly ReportedRun[],
  comparison: Comparison | undefined,
): Promise<void> => {
  for (const { result } of runs) {
    if (runs.length === 1) await writeResultFiles(out, result);
    else {
      // One level deeper, so the evidence is one level further up.
      const folder = join(out, nameOf(result).replace(/[^\w.+-]/g, '_'));
      await writeResultFiles(folder, withEvidenceBelow(result, '../'));
    }
  }
  await writeFile(join(out, HTML_FILE), htmlReport(runs));
  const summaries = runs.map(({ result }) => markdownReport(result));
  const compared = comparison === undefined ? [] : [comparisonMarkdown(comparison)];
  await writeFile(join(out, SUMMARY_FILE), [...compared, ...summaries].join('\n'));
};

const textOf = (terminal: Terminal, results: readonly RunResult[], comparison: Comparison | undefined): string => {
  const runs = results.map((result) =>
    consoleReport(result, { palette: terminal.outPalette, quiet: results.length > 1 }),
  );
  if (comparison === undefined) return runs.join('');
  return `${runs.join('')}${comparisonLines(comparison).join('\n')}\n\n${printable(comparisonLine(comparison))}\n`;
};

/** A run that could not be made says more than one that found something, which says more than one that decided nothing. */
const BY_WEIGHT: readonly number[] = [EXIT.notStarted, EXIT.unexpected, EXIT.interrupted, EXIT.undecided];

const worstExit = (results: readonly RunResult[], comparison: Comparison | undefined): number => {
  const own = results.map(exitCodeOf);
  const codes = comparison === undefined ? own : [...results.map(exitButForFailures), ...exitOfComparison(comparison)];
  return BY_WEIGHT.find((code) => codes.includes(code)) ?? EXIT.expected;
};

/** What is unexpected is for the comparison to judge; what keeps a run from being judged is not. */
const exitButForFailures = (result: RunResult): number =>
  exitCodeOf({
    ...result,
    cases: result.cases
      .filter(({ verdict }) => verdict !== 'inconclusive')
      .map((each) => ({ ...each, expectation: { kind: 'none', unexpected: false } })),
  });

const exitOfComparison = ({ changes }: Comparison): readonly number[] =>
  changes.some(({ change }) => change === 'newly-failing') ? [EXIT.unexpected] : [];
