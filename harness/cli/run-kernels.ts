import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isProto41Error } from '../errors.ts';
import { writeReports } from '../report/index.ts';
import { compareKernels, type KernelRun } from '../report/kernel-comparison.ts';
import { exitCodeOfKernels, kernelTableJson, kernelTableMarkdown, kernelTableText } from '../report/kernel-table.ts';
import { EXIT, exitCodeOf } from '../runner/exit-code.ts';
import { removeIfEmpty, shownPath } from './output-folder.ts';
import type { RunFlags } from './run-flags.ts';
import { runOnce, type Course } from './run-once.ts';
import type { RunPlan } from './run-plan.ts';

/** Files of the comparison, beside one folder for each kernel. */
const FILES = { json: 'kernels.json', markdown: 'kernels.md' } as const;

/** The oldest first, so that the table reads as a history. */
export const OLDEST_FIRST = ['bullseye', 'bookworm', 'trixie', 'sid'] as const;

/**
 * The same run on every kernel that has a name, each with its reports in a folder of its own, and one table of all. A kernel that
 * cannot be booted does not keep the others from being tested.
 */
export const runOnKernels = async (course: Course, flags: RunFlags, plan: RunPlan, folder: string): Promise<number> => {
  const { terminal, progress, interrupts } = course;
  const runs: KernelRun[] = [];
  for (const kernel of OLDEST_FIRST) {
    if (interrupts.signal.aborted) break;
    const isFirst = runs.length === 0;
    const run = await runOn({ kernel, isFirst }, course, flags, { ...plan, kernel }, join(folder, kernel));
    if (run !== undefined) runs.push(run);
  }
  progress[Symbol.dispose]();
  if (runs.length === 0) return EXIT.interrupted;
  const comparison = compareKernels(runs);
  const json = kernelTableJson(comparison, runs);
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(join(folder, FILES.json), json),
    writeFile(join(folder, FILES.markdown), kernelTableMarkdown(comparison)),
  ]);
  const isJson = flags.json === true;
  const text = kernelTableText(comparison, {
    palette: isJson ? terminal.errPalette : terminal.outPalette,
    all: flags.verbose === true,
    quiet: flags.quiet === true,
    folder: shownPath(folder),
  });
  if (isJson) {
    terminal.err(text);
    terminal.out(json);
  } else terminal.out(text);
  const exitCodes = runs.map(({ exitCode }) => exitCode);
  return interrupts.signal.aborted ? EXIT.interrupted : exitCodeOfKernels(exitCodes);
};

/** Undefined when interrupted before the first case. */
const runOn = async (
  { kernel, isFirst }: { readonly kernel: string; readonly isFirst: boolean },
  course: Course,
  flags: RunFlags,
  plan: RunPlan,
  folder: string,
): Promise<KernelRun | undefined> => {
  await mkdir(folder);
  try {
    const result = await runOnce(course, flags, plan, folder);
    if (result === undefined) return undefined;
    await writeReports(folder, result);
    return { kernel, exitCode: exitCodeOf(result), result };
  } catch (error) {
    // Wrong usage shows with the first kernel; what is wrong with one may be right with the next, and must not cost the table.
    if (!isProto41Error(error) || (isFirst && error.exitCode === EXIT.usage)) {
      if (isFirst) await removeIfEmpty(dirname(folder));
      throw error;
    }
    return { kernel, exitCode: EXIT.notStarted, failure: error instanceof Error ? error.message : String(error) };
  }
};
