import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { benchExitCode } from '../../bench/exit-code.ts';
import { compareWith, type BenchComparison } from '../../bench/compare.ts';
import { parseFloor, type Floor } from '../../bench/floors/floor.ts';
import { FLOORS_FILE, loadFloors } from '../../bench/floors/floors-file.ts';
import type { BenchResult } from '../../bench/result.ts';
import { runBench } from '../../bench/run-bench.ts';
import { appendToHistory, readLastOf, readSaved, RESULTS_FILE, type SavedBench } from '../../bench/saved.ts';
import type { NodeName, NodeSession } from '../../node/node.ts';
import { parseProfile, withPolicies, type Profile } from '../../profile/index.ts';
import { benchFigures } from '../../report/bench/figures.ts';
import { printableJson } from '../../report/escape.ts';
import { benchPage, type BenchPageOptions } from '../../report/html/bench-page.ts';
import { terminalFigure } from '../../report/plot/terminal-figure.ts';
import { loadTarget, type LoadedTarget } from '../../target/load-target.ts';
import type { BenchFlags } from '../bench/flags.ts';
import { makePlan } from '../bench/make-plan.ts';
import { benchText } from '../bench/text.ts';
import { defaultNode } from '../default-node.ts';
import { stopOnInterrupt } from '../interrupts.ts';
import { makeOutputFolder, shownPath } from '../output-folder.ts';
import { createProgress, type Progress } from '../progress.ts';
import { splitFaults } from '../reference-faults.ts';
import type { Services } from '../services.ts';
import type { Terminal } from '../terminal.ts';
import { runInUserNamespace } from '../user-namespace.ts';
import { toolVersion } from '../version.ts';

/** Measures a target, and returns the exit code (docs/performance.md). */
export const benchCommand = async (terminal: Terminal, services: Services, flags: BenchFlags): Promise<number> => {
  const plan = makePlan(flags);
  const loaded = await loadTarget(splitFaults(flags.target).target);
  const profile = withPolicies(parseProfile(flags.profile), loaded.manifest.policies);
  const node = flags.node ?? defaultNode(flags.target);
  const floors = [
    ...(flags.floor ?? []).map(parseFloor),
    ...(flags.floors && flags.floor === undefined ? await floorsOf(loaded, profile) : []),
  ];
  const before = await runBefore(flags, node, profile);
  if (node === 'netns') {
    const elsewhere = await runInUserNamespace(terminal);
    if (elsewhere !== undefined) return elsewhere;
  }
  using progress = createProgress(terminal, { quiet: flags.quiet === true });
  using interrupts = stopOnInterrupt(terminal, 'stopping and reporting what was measured', progress);
  const folder = flags.out === undefined ? undefined : await makeOutputFolder(flags.out, new Date());
  progress.phase(`starting ${flags.target} on ${node}`);
  const open = (beside?: NodeSession): Promise<NodeSession> =>
    openSession(services, flags, { node, seed: plan.seed, signal: interrupts.signal, beside }, progress);
  await using session = await open();
  await using second = plan.modes.includes('dual') ? await open(session) : undefined;
  progress.phase(`measuring ${flags.target} on ${node}, ${profile.name}`);
  const result = await runBench({
    session,
    ...(second === undefined ? {} : { second }),
    profile,
    targetName: flags.target,
    plan,
    floors,
    toolVersion: toolVersion(),
    command: process.argv.slice(2),
    signal: interrupts.signal,
    onProgress: ({ name, done }) => {
      progress.cases(Math.round(done * 100), 100);
      progress.current(name);
    },
  });
  progress[Symbol.dispose]();
  const comparison = before === undefined ? undefined : compareWith(result, before);
  if (flags.history !== undefined) await appendToHistory(flags.history, result);
  // Against a history a change is told of; against a run that somebody chose it is held against the target.
  const exitCode = benchExitCode(result, flags.compare === undefined ? undefined : comparison);
  const compared = comparison === undefined ? {} : { comparison };
  if (folder !== undefined) await writeBenchReports(folder, result, { ...compared, exitCode });
  report(terminal, flags, result, comparison, folder);
  return exitCode;
};

const floorsOf = async ({ expectationsFile }: LoadedTarget, profile: Profile): Promise<readonly Floor[]> =>
  expectationsFile === undefined ? [] : loadFloors(join(dirname(expectationsFile), FLOORS_FILE), profile);

/** Read before anything is measured: a file that cannot be read is wrong usage. */
const runBefore = async (flags: BenchFlags, node: NodeName, profile: Profile): Promise<SavedBench | undefined> => {
  if (flags.compare !== undefined) return readSaved(flags.compare);
  if (flags.history === undefined) return undefined;
  return readLastOf(flags.history, { target: flags.target, node, profileText: profile.text });
};

interface SessionOptions {
  readonly node: NodeName;
  readonly seed: string;
  readonly signal: AbortSignal;
  /** The first of two. */
  readonly beside: NodeSession | undefined;
}

const openSession = async (
  services: Services,
  flags: BenchFlags,
  { node, seed, signal, beside }: SessionOptions,
  progress: Progress,
): Promise<NodeSession> => {
  const { target, faults } = splitFaults(flags.target);
  // In memory only the reference runs, and its time is that of a model.
  if (node === 'memory' && target === 'reference') return services.startModelledReference(faults, seed, beside);
  const chosen = await services.chooseTarget({
    target: flags.target,
    node,
    kernel: flags.kernel,
    ...(flags.wire === undefined ? {} : { wire: flags.wire }),
    registry: await services.loadRegistry(),
    seed,
  });
  return chosen.start({
    signal,
    onProgress: (message) => {
      progress.detail(message);
    },
  });
};

const writeBenchReports = async (folder: string, result: BenchResult, options: BenchPageOptions): Promise<void> => {
  await Promise.all([
    writeFile(join(folder, RESULTS_FILE), `${JSON.stringify(result, null, 2)}\n`),
    writeFile(join(folder, 'bench.html'), benchPage(result, options)),
  ]);
};

const report = (
  terminal: Terminal,
  flags: BenchFlags,
  result: BenchResult,
  comparison: BenchComparison | undefined,
  folder: string | undefined,
): void => {
  const options = {
    ...(comparison === undefined ? {} : { comparison }),
    ...(folder === undefined ? {} : { folder: shownPath(folder) }),
    plots: flags.plots === true,
  };
  const figures =
    flags.figures === true
      ? benchFigures(result)
          .map((figure) => `${terminalFigure(figure)}\n`)
          .join('')
      : '';
  if (flags.json !== true) {
    terminal.out(figures);
    terminal.out(benchText(result, { palette: terminal.outPalette, ...options }));
    return;
  }
  terminal.err(figures);
  terminal.err(benchText(result, { palette: terminal.errPalette, ...options }));
  terminal.out(`${printableJson({ ...result, ...(comparison === undefined ? {} : { comparison }) })}\n`);
};
