import { consoleReport, jsonReport, writeReports, type ConsoleReportOptions } from '../../report/index.ts';
import { EXIT, exitCodeOf } from '../../runner/exit-code.ts';
import { readLedger } from '../../report/history/ledger.ts';
import type { RunResult } from '../../runner/result.ts';
import { refuseDebugWithoutTerminal } from '../debug/open-debug.ts';
import { stopOnInterrupt } from '../interrupts.ts';
import { makeOutputFolder, shownPath } from '../output-folder.ts';
import { createProgress } from '../progress.ts';
import { ALL_KERNELS, type RunFlags } from '../run-flags.ts';
import { runOnKernels } from '../run-kernels.ts';
import { runOnce } from '../run-once.ts';
import { planRun } from '../run-plan.ts';
import type { Services } from '../services.ts';
import type { Terminal } from '../terminal.ts';
import { withHistory } from '../verdict-history.ts';
import { runInUserNamespace } from '../user-namespace.ts';

/** Runs cases against a target, writes the reports and returns the exit code (docs/results.md). */
export const runCommand = async (terminal: Terminal, services: Services, flags: RunFlags): Promise<number> => {
  const plan = planRun(flags);
  refuseDebugWithoutTerminal(flags.debug, process.stdin);
  if (plan.node === 'netns') {
    const elsewhere = await runInUserNamespace(terminal);
    if (elsewhere !== undefined) return elsewhere;
  }
  using progress = createProgress(terminal, { quiet: flags.quiet === true });
  using interrupts = stopOnInterrupt(terminal, 'stopping the run and writing its reports', progress);
  const course = { terminal, services, progress, interrupts };
  const ledger = flags.history === undefined ? [] : await readLedger(flags.history);
  const folder = await makeOutputFolder(flags.out, new Date());
  if (plan.kernel === ALL_KERNELS) return runOnKernels(course, flags, plan, folder);
  const seen = await runOnce(course, flags, plan, folder);
  progress[Symbol.dispose]();
  if (seen === undefined) return EXIT.interrupted;
  const result = await withHistory(terminal, flags, ledger, seen, folder);
  const shownFolder = shownPath(folder);
  try {
    const evidence = await writeReports(folder, result);
    report(terminal, flags, result, { folder: shownFolder, evidence });
  } catch (error) {
    // The verdicts are known, whatever keeps the files from being written.
    report(terminal, flags, result, { folder: shownFolder });
    throw error;
  }
  return exitCodeOf(result);
};

const report = (
  terminal: Terminal,
  flags: RunFlags,
  result: RunResult,
  place: Pick<ConsoleReportOptions, 'folder' | 'evidence'>,
): void => {
  const quiet = flags.quiet === true;
  if (flags.json !== true) {
    terminal.out(consoleReport(result, { palette: terminal.outPalette, ...place, quiet }));
    return;
  }
  terminal.err(consoleReport(result, { palette: terminal.errPalette, ...place, quiet }));
  terminal.out(jsonReport(result));
};
