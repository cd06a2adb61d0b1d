import { setImmediate as nextTurn } from 'node:timers/promises';
import { isProto41Error } from '../errors.ts';
import type { Switches } from '../profile/index.ts';
import type { LateFrame, Testbed } from '../tester/testbed-contract.ts';
import { planGroups, type CaseGroup } from './plan.ts';
import type { PhaseTimer } from './phase-timer.ts';
import type { RunStop } from './result.ts';
import type { JudgeFrames } from './rule-pass.ts';
import { errorText, failedRun, isNodeFailure, runCase, skippedRun, undecidedRun, type CaseRun } from './run-case.ts';
import type { SelectedCase } from './select-cases.ts';
import { SetupKeeper } from './setup-keeper.ts';

export interface ExecutorOptions {
  readonly testbed: Testbed;
  readonly judgeFrames: JudgeFrames;
  /** Wall clock, beyond what the case itself waits for a timer of the protocol. */
  readonly caseTimeoutMs: number;
  readonly phases: PhaseTimer;
  readonly signal?: AbortSignal;
  /** Why the node is gone, once it is. */
  readonly nodeFailure: () => Error | undefined;
  readonly onStarted: (selected: SelectedCase, repetition: number) => void;
  /** Returns true to end the run here (`--bail`). */
  readonly onFinished: (run: CaseRun) => boolean;
  /** Called after each case that ran, while its target is up. Returns true to end the run here. */
  readonly pause?: (run: CaseRun) => Promise<boolean>;
  /** Called once for each set-up that the target accepts. */
  readonly onReady?: () => void;
}

export interface ExecuteOptions extends ExecutorOptions {
  /** Those of the profile: what a case asks for and the profile has anyway needs no set-up of its own. */
  readonly switches?: Switches;
  readonly selected: readonly SelectedCase[];
  readonly repetitions: number;
}

/** What came of the cases of one profile. */
export interface Execution {
  readonly runs: readonly CaseRun[];
  readonly late: readonly LateFrame[];
  /** How many repetitions ran to their end. */
  readonly completed: number;
  readonly interrupted: boolean;
  readonly stopped?: RunStop;
}

/** Runs the selected cases in sequence, group by group, and collects what is late. Does not throw for a target or node that fails. */
export const execute = async (options: ExecuteOptions): Promise<Execution> => {
  const executor = new Executor(options);
  const groups = planGroups(options.selected, options.switches);
  let completed = 0;
  for (let repetition = 1; repetition <= options.repetitions && !executor.over; repetition++) {
    for (const group of groups) {
      if (executor.over) break;
      await executor.runGroup(group, repetition);
    }
    if (!executor.over) completed = repetition;
  }
  const late = await executor.collectLate();
  return {
    runs: executor.runs,
    late,
    completed,
    interrupted: executor.over,
    ...(executor.stopped === undefined ? {} : { stopped: executor.stopped }),
  };
};

/** Cases in a row that a DUT may leave without a sign of life before the others are decided by one short question each. */
const DEAD_CASES = 3;
const ALIVE_WITHIN_MS = 250;

const deadReason = (cases: number): string =>
  `The DUT forwards nothing: no good packet came out of it in ${String(cases)} cases in a row, nor in ${String(ALIVE_WITHIN_MS)} ms before this case, which was therefore not run`;

/** Runs groups of cases on one testbed, for as long as neither the run nor the node has come to its end. */
export class Executor {
  readonly runs: CaseRun[] = [];
  stopped: RunStop | undefined;
  /** The target is known to come up under this profile, if not here: one set-up that fails is not the end. */
  knownToComeUp = false;
  readonly #options: ExecutorOptions;
  readonly #keeper: SetupKeeper;
  #bailed = false;
  /** How many cases in a row found that no good packet comes out of the DUT. */
  #deadInARow = 0;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#keeper = new SetupKeeper(options.testbed);
  }

  get over(): boolean {
    return this.#bailed || this.stopped !== undefined || this.#options.signal?.aborted === true;
  }

  async runGroup(group: CaseGroup, repetition: number): Promise<void> {
    const waiting: SelectedCase[] = [];
    for (const selected of group.cases) {
      if (selected.notFor === undefined) waiting.push(selected);
      else this.#record(skippedRun(selected, repetition, selected.notFor));
    }
    for (const [position, selected] of waiting.entries()) {
      if (this.over) return;
      const obstacle = await this.#standUp(group);
      if (this.over) return;
      if (obstacle !== undefined) {
        // The set-up is the same for the rest of the group, and so is the answer.
        for (const rest of waiting.slice(position)) this.#record(obstacle(rest, repetition));
        return;
      }
      if (await this.#isStillDead(group))
        this.#record(undecidedRun(selected, repetition, deadReason(this.#deadInARow)));
      else await this.#runOne(selected, group, repetition);
    }
  }

  /**
   * Every case waits long for a DUT that may only be slow, and a fresh set-up may bring it to life. One that has forwarded nothing
   * for several cases gets one good packet each way, and a case only when one of them comes out.
   */
  async #isStillDead(group: CaseGroup): Promise<boolean> {
    if (this.#deadInARow < DEAD_CASES) return false;
    const isAlive = (await this.#options.testbed.comesAlive?.(ALIVE_WITHIN_MS)) ?? true;
    if (!isAlive) return true;
    this.#deadInARow = 0;
    if (group.fresh) {
      // It has seen packets now.
      this.#keeper.spoil();
      await this.#standUp(group);
    }
    return false;
  }

  /** 500 ms, once, so that what comes out late is charged to its case. Pointless when nothing ran, or nothing is there any more. */
  async collectLate(): Promise<readonly LateFrame[]> {
    const { signal, phases, testbed } = this.#options;
    if (this.stopped !== undefined || signal?.aborted === true || !this.#keeper.everReady) return [];
    try {
      return await phases.measure('late wait', () => testbed.lateFrames());
    } catch (error) {
      this.#stop(error);
      return [];
    }
  }

  /** Returns undefined when the set-up stands, otherwise what becomes of the cases that needed it. */
  async #standUp(group: CaseGroup): Promise<((selected: SelectedCase, repetition: number) => CaseRun) | undefined> {
    if (this.#keeper.stands(group)) return undefined;
    try {
      const outcome = await this.#options.phases.measure('set-up', () => this.#keeper.ensure(group));
      if (outcome.kind === 'ready') {
        this.#options.onReady?.();
        return undefined;
      }
      const { reason } = outcome;
      return (selected, repetition) =>
        skippedRun(selected, repetition, `the target does not support the set-up: ${reason}`);
    } catch (error) {
      const failure = this.#options.nodeFailure();
      // A target that never came up, or a node that is gone, will not do better with the next case.
      const everReady = this.knownToComeUp || this.#keeper.everReady;
      if (failure !== undefined || isNodeFailure(error) || !everReady) this.#stop(failure ?? error);
      return (selected, repetition) => failedRun(selected, repetition, error);
    }
  }

  async #runOne(selected: SelectedCase, group: CaseGroup, repetition: number): Promise<void> {
    const { testbed, judgeFrames, caseTimeoutMs, signal, phases, nodeFailure, onStarted } = this.#options;
    onStarted(selected, repetition);
    const startMs = performance.now();
    const outcome = await runCase(testbed, selected, {
      judgeFrames,
      repetition,
      timeoutMs: caseTimeoutMs + (selected.definition.waitSeconds ?? 0) * 1000,
      ...(signal === undefined ? {} : { signal }),
    });
    phases.add('cases', performance.now() - startMs);
    // A node in this process may never leave the microtasks; a signal is only heard in a turn of the event loop.
    await nextTurn();
    if (outcome.kind === 'aborted') return;
    const { run } = outcome;
    this.#deadInARow = run.observations.isDead === true ? this.#deadInARow + 1 : 0;
    const endedBadly = run.error !== undefined || run.observations.doubts.length > 0;
    if (group.fresh || run.observations.restarted || endedBadly) this.#keeper.spoil();
    const failure = nodeFailure() ?? outcome.nodeFailure;
    if (failure !== undefined) this.#stop(failure);
    this.#record(run);
    if (!this.over && (await this.#options.pause?.(run)) === true) this.#bailed = true;
  }

  #record(run: CaseRun): void {
    this.runs.push(run);
    if (this.#options.onFinished(run)) this.#bailed = true;
  }

  #stop(error: unknown): void {
    this.stopped ??= stopOf(error);
  }
}

/** The stop that an error amounts to. */
export const stopOf = (error: unknown): RunStop => ({
  code: isProto41Error(error) ? error.code : 'PROTO41_DEFECT',
  reason: errorText(error),
});
