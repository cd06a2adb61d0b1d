import { printable } from '../report/escape.ts';
import type { RunResult } from '../runner/result.ts';
import { runSuite } from '../runner/run-suite.ts';
import type { Interrupts } from './interrupts.ts';
import { removeIfEmpty, shownPath } from './output-folder.ts';
import type { Progress } from './progress.ts';
import type { RunFlags } from './run-flags.ts';
import type { RunPlan } from './run-plan.ts';
import { runView } from './run-view.ts';
import type { Services } from './services.ts';
import type { Terminal } from './terminal.ts';
import { toolVersion } from './version.ts';

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
    const registry = await services.loadRegistry();
    const target = await services.chooseTarget({ ...plan, registry });
    const createTestbed = await services.loadTester();
    return await runSuite({
      registry,
      target: plan.target,
      probeNonsense: target.probeNonsense,
      profiles: plan.profiles,
      filter: plan.filter,
      expectations: flags.expectations ? target.expectations : [],
      ...(target.expectationsFile === undefined ? {} : { expectationsFile: target.expectationsFile }),
      ...(flags.expectations ? {} : { withoutExpectations: true }),
      ...(flags.propertyPackets === undefined ? {} : { propertyPackets: flags.propertyPackets }),
      strict: flags.strict === true,
      bail: flags.bail === true,
      repetitions: flags.repeat ?? 1,
      seed: plan.seed,
      startSession: () =>
        target.start({
          signal,
          outFolder: folder,
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
      onProgress: (event) => {
        // The first phase begins when the command line has proven to make sense.
        announce();
        view(event);
      },
    });
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
