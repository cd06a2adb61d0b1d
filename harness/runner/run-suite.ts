import type { NodeFacts, NodeSession } from '../node/node.ts';
import type { Testbed } from '../tester/testbed-contract.ts';
import { recordedEvidence } from './evidence.ts';
import { execute, stopOf, type ExecutorOptions } from './execute.ts';
import { probeWithNonsense } from './nonsense-probe.ts';
import { PhaseTimer, roundMs } from './phase-timer.ts';
import { finishProfile, isUnexpectedRun, provisionalVerdict, type VerdictOptions } from './profile-run.ts';
import type { CaseResult, RunResult, RunStop } from './result.ts';
import type { CaseRun } from './run-case.ts';
import type { ProfileSelection } from './select-profiles.ts';
import {
  checkedSelections,
  countRuns,
  judgingOptionsOf,
  testbedOptionsOf,
  verdictOptionsOf,
  type RunSuiteOptions,
} from './suite-options.ts';
import { suiteResult, withLastWords } from './suite-result.ts';
import { watchSession } from './watch-session.ts';

export type { RunSuiteOptions } from './suite-options.ts';

/**
 * Runs the selected cases against a target under each profile.
 *
 * A target or node that fails once the node has started ends the run with what is done so far (`stopped`); the exit code
 * follows from the result ({@link exitCodeOf}).
 *
 * @throws SelectionError, ExpectationError (exit 2) before the node starts; whatever `startSession` throws.
 */
export const runSuite = async (options: RunSuiteOptions): Promise<RunResult> => {
  const started = { at: new Date(), ms: performance.now() };
  const selections = checkedSelections(options);
  const phases = new PhaseTimer(options.onProgress);
  const session = await phases.measure('boot', () => options.startSession());
  const run = new SuiteRun(options, session, phases, selections);
  await run.all();
  return suiteResult(options, { ...started, phases: phases.durations() }, run);
};

class SuiteRun {
  readonly cases: CaseResult[] = [];
  readonly facts: NodeFacts;
  interrupted = false;
  stopped: RunStop | undefined;
  readonly #options: RunSuiteOptions;
  readonly #session: NodeSession;
  readonly #phases: PhaseTimer;
  readonly #selections: readonly ProfileSelection[];
  readonly #total: number;
  #done = 0;

  constructor(
    options: RunSuiteOptions,
    session: NodeSession,
    phases: PhaseTimer,
    selections: readonly ProfileSelection[],
  ) {
    this.#options = options;
    this.#session = session;
    this.#phases = phases;
    this.#selections = selections;
    this.facts = session.facts;
    this.#total = countRuns(selections, options);
  }

  /** Every profile in turn. What goes wrong with target or node ends up in `stopped`, so that what is done is not lost. */
  async all(): Promise<void> {
    const session = this.#session;
    const watch = watchSession(session);
    try {
      await this.#probe();
      for (const selection of this.#selections) {
        if (this.interrupted || this.#options.signal?.aborted === true) break;
        await this.#profile(selection, watch.failure);
      }
    } catch (error) {
      await this.#stop(stopOf(error));
    } finally {
      watch.end();
    }
    if (this.#options.signal?.aborted === true) this.interrupted = true;
    try {
      await session[Symbol.asyncDispose]();
    } catch (error) {
      this.stopped ??= stopOf(error);
    }
  }

  async #probe(): Promise<void> {
    const [first] = this.#selections;
    const { probeNonsense, seed } = this.#options;
    if (!probeNonsense || first === undefined) return;
    await this.#phases.measure('probe', () => probeWithNonsense(this.#session, first.profile, seed));
  }

  async #profile({ profile, selected }: ProfileSelection, nodeFailure: () => Error | undefined): Promise<void> {
    const testbed = await this.#options.createTestbed(testbedOptionsOf(this.#options, this.#session, profile));
    try {
      const verdicts = verdictOptionsOf(this.#options, this.facts, profile);
      const execution = await execute({
        ...this.#executeOptions(verdicts),
        testbed,
        selected,
        nodeFailure,
        switches: profile.switches,
        ...this.#pauseOptions(testbed, verdicts),
      });
      if (execution.interrupted) this.interrupted = true;
      const results = await this.#phases.measure(
        'evidence',
        () => finishProfile(execution, recordedEvidence(testbed.recorder), verdicts),
        profile.name,
      );
      this.cases.push(...results);
      if (execution.stopped !== undefined) await this.#stop(execution.stopped);
    } finally {
      await testbed[Symbol.asyncDispose]();
    }
  }

  #pauseOptions({ recorder }: Testbed, verdicts: VerdictOptions): Pick<ExecutorOptions, 'pause'> {
    const { pauseAt } = this.#options;
    if (pauseAt === undefined) return {};
    const pause = async (run: CaseRun): Promise<boolean> => {
      const soFar = { runs: [run], late: [], completed: 0, interrupted: false };
      const results = await finishProfile(soFar, recordedEvidence(recorder), verdicts);
      const { id } = run.selected.definition;
      return (await pauseAt({ id, profile: verdicts.profile.name, results, session: this.#session })) === 'end';
    };
    return { pause };
  }

  #executeOptions(
    verdicts: VerdictOptions,
  ): Omit<Parameters<typeof execute>[0], 'testbed' | 'selected' | 'nodeFailure'> {
    const { signal, bail } = this.#options;
    const onProgress = this.#options.onProgress ?? (() => {});
    const profile = verdicts.profile.name;
    return {
      repetitions: verdicts.repetitions,
      ...judgingOptionsOf(this.#options),
      phases: this.#phases,
      ...(signal === undefined ? {} : { signal }),
      onStarted: ({ definition }, repetition) => {
        onProgress({
          kind: 'case-started',
          id: definition.id,
          profile,
          repetition,
          done: this.#done,
          total: this.#total,
        });
      },
      onFinished: (run) => {
        this.#done += 1;
        onProgress({
          kind: 'case-finished',
          id: run.selected.definition.id,
          profile,
          repetition: run.repetition,
          ...provisionalVerdict(run, verdicts),
          durationMs: roundMs(run.durationMs),
          done: this.#done,
          total: this.#total,
        });
        return bail === true && isUnexpectedRun(run, verdicts);
      },
    };
  }

  async #stop(stop: RunStop): Promise<void> {
    this.interrupted = true;
    // Ctrl-C reaches the processes of a node as well: that they end then is no failure of theirs.
    if (this.stopped !== undefined || this.#options.signal?.aborted === true) return;
    this.stopped = stop;
    this.stopped = await withLastWords(stop, this.#session);
  }
}
