import { printable } from '../report/escape.ts';
import type { RunResult } from '../runner/result.ts';
import type { WorkerChannel } from '../runner/jobs/hired-worker.ts';
import { runInJobs } from '../runner/jobs/run-in-jobs.ts';
import { runSuite, type RunSuiteOptions } from '../runner/run-suite.ts';
import { openDebug } from './debug/open-debug.ts';
import type { Interrupts } from './interrupts.ts';
import { hireFor } from './jobs/hire.ts';
import { startWorker } from './jobs/start-worker.ts';
import { removeIfEmpty, shownPath } from './output-folder.ts';
import type { Progress } from './progress.ts';
import type { RunFlags } from './run-flags.ts';
import type { RunPlan } from './run-plan.ts';
import { runView } from './run-view.ts';
import type { Services } from './services.ts';
import { suiteOptionsOf } from './suite-options.ts';
import type { Terminal } from './terminal.ts';

/** What a run goes on in. */
export interface Course {
  readonly terminal: Terminal;
  readonly services: Services;
  readonly progress: Progress;
  readonly interrupts: Interrupts;
}

/**
 * Runs the cases of a plan; evidence goes to the folder, which is taken back when the run never begins. Undefined when the run was
 * interrupted before its first case.
 */
export const runOnce = async (
  { terminal, services, progress, interrupts }: Course,
  flags: RunFlags,
  plan: RunPlan,
  folder: string,
): Promise<RunResult | undefined> => {
  const { signal } = interrupts;
  const announce = once(() => {
    if (flags.quiet === true) return;
    progress.around(() => {
      terminal.err(`proto41: ${printable(describePlan(plan))}; results in ${printable(shownPath(folder))}\n`);
    });
  });
  const view = runView(terminal, progress, {
    verbose: flags.verbose === true,
    quiet: flags.quiet === true,
    json: flags.json === true,
  });
  try {
    const onNote = (message: string): void => {
      progress.detail(message);
      if (flags.verbose === true && !terminal.isInteractive) terminal.err(`proto41: ${printable(message)}\n`);
    };
    const registry = await services.loadRegistry();
    using debug =
      flags.debug === undefined
        ? undefined
        : openDebug({ glob: flags.debug, registry, terminal, progress, signal, folder, input: process.stdin });
    const options: RunSuiteOptions = {
      ...(await suiteOptionsOf(services, flags, plan, { signal, folder, onNote, registry })),
      ...(debug === undefined ? {} : { pauseAt: debug.pauseAt }),
      onProgress: (event) => {
        // The first phase begins when the command line has proven to make sense.
        announce();
        view(event);
      },
    };
    const count = flags.jobs ?? 1;
    if (count === 1) return await runSuite(options);
    const start = (number: number): WorkerChannel =>
      startWorker(services.entry, hireFor(flags, plan, folder, number), onNote);
    return await runInJobs(options, { count, start });
  } catch (error) {
    await removeIfEmpty(folder);
    if (!signal.aborted) throw error;
    terminal.err('proto41: interrupted before the first case\n');
    return undefined;
  }
};

const once = (action: () => void): (() => void) => {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
};

const describePlan = ({ target, node, kernel, profiles, seed }: RunPlan): string =>
  `${target} on ${node}${kernel === undefined ? '' : ` (${kernel})`}, ${profiles.map(({ name }) => name).join(' ')}, seed ${seed}`;
