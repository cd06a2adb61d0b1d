import { consoleReport, jsonReport, writeReports } from '../../report/index.ts';
import { printable } from '../../report/escape.ts';
import { EXIT, exitCodeOf } from '../../runner/exit-code.ts';
import type { RunResult } from '../../runner/result.ts';
import { runSuite } from '../../runner/run-suite.ts';
import { listenForInterrupts, type Interrupts } from '../interrupts.ts';
import { makeOutputFolder, removeIfEmpty, shownPath } from '../output-folder.ts';
import { createProgress, type Progress } from '../progress.ts';
import type { RunFlags } from '../run-flags.ts';
import { planRun, type RunPlan } from '../run-plan.ts';
import { runView } from '../run-view.ts';
import type { Services } from '../services.ts';
import type { Terminal } from '../terminal.ts';
import { toolVersion } from '../version.ts';

/** Runs cases against a target, writes the reports and returns the exit code (docs/results.md). */
export const runCommand = async (terminal: Terminal, services: Services, flags: RunFlags): Promise<number> => {
  const plan = planRun(flags);
  const quiet = flags.quiet === true;
  using progress = createProgress(terminal, { quiet });
  using interrupts = listenForInterrupts(
    (signal) => {
      progress.around(() => {
        terminal.err(`proto41: ${signal}: stopping the run and writing its reports; once more to end at once\n`);
      });
    },
    () => undefined,
  );
  const run = await start(terminal, services, flags, plan, { progress, interrupts });
  progress[Symbol.dispose]();
  if (run === undefined) return EXIT.interrupted;
  const { result, folder } = run;
  await writeReports(folder, result);
  report(terminal, flags, result, shownPath(folder));
  return exitCodeOf(result);
};

interface Course {
  readonly progress: Progress;
  readonly interrupts: Interrupts;
}

/** Undefined when the run was interrupted before its first case. */
const start = async (
  terminal: Terminal,
  services: Services,
  flags: RunFlags,
  plan: RunPlan,
  { progress, interrupts }: Course,
): Promise<{ result: RunResult; folder: string } | undefined> => {
  const registry = await services.loadRegistry();
  const target = await services.chooseTarget({ ...plan, registry });
  const createTestbed = await services.loadTester();
  const folder = await makeOutputFolder(flags.out, new Date());
  if (flags.quiet !== true)
    progress.around(() => {
      terminal.err(`proto41: ${printable(describePlan(plan))}; results in ${printable(shownPath(folder))}\n`);
    });
  const { signal } = interrupts;
  try {
    const result = await runSuite({
      registry,
      target: plan.target,
      probeNonsense: target.probeNonsense,
      profiles: plan.profiles,
      filter: plan.filter,
      expectations: flags.expectations ? target.expectations : [],
      ...(target.expectationsFile === undefined ? {} : { expectationsFile: target.expectationsFile }),
      strict: flags.strict === true,
      bail: flags.bail === true,
      repetitions: flags.repeat ?? 1,
      seed: plan.seed,
      startSession: () =>
        target.start({
          signal,
          onProgress: (message) => {
            progress.detail(message);
            if (flags.verbose === true && !terminal.isInteractive) terminal.err(`proto41: ${printable(message)}\n`);
          },
        }),
      createTestbed,
      outFolder: folder,
      evidence: flags.evidence === 'all' ? 'all' : 'notable',
      toolVersion: toolVersion(),
      signal,
      onProgress: runView(terminal, progress, {
        verbose: flags.verbose === true,
        quiet: flags.quiet === true,
        json: flags.json === true,
      }),
    });
    return { result, folder };
  } catch (error) {
    await removeIfEmpty(folder);
    if (!signal.aborted) throw error;
    terminal.err('proto41: interrupted before the first case\n');
    return undefined;
  }
};

const describePlan = ({ target, node, kernel, profiles, seed }: RunPlan): string =>
  `${target} on ${node}${kernel === undefined ? '' : ` (${kernel})`}, ${profiles.map(({ name }) => name).join(' ')}, seed ${seed}`;

const report = (terminal: Terminal, flags: RunFlags, result: RunResult, folder: string): void => {
  const quiet = flags.quiet === true;
  if (flags.json !== true) {
    terminal.out(consoleReport(result, { palette: terminal.outPalette, folder, quiet }));
    return;
  }
  terminal.err(consoleReport(result, { palette: terminal.errPalette, folder, quiet }));
  terminal.out(jsonReport(result));
};
