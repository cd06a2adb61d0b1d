import { Proto41Error } from '../errors.ts';
import type { NodeFacts, NodeSession } from '../node/node.ts';
import type { Profile } from '../profile/index.ts';
import type { CreateTestbed } from '../tester/testbed-contract.ts';
import { execute, stopOf } from './execute.ts';
import { checkExpectations, type Expectation } from './expectation.ts';
import { probeWithNonsense } from './nonsense-probe.ts';
import { PhaseTimer, roundMs } from './phase-timer.ts';
import { finishProfile, isUnexpectedRun, provisionalVerdict, type VerdictOptions } from './profile-run.ts';
import type { OnProgress } from './progress.ts';
import type { CaseRegistry } from './registry.ts';
import { requirementFacts } from './requirement-facts.ts';
import { checkedResult, RESULT_SCHEMA_ID } from './result-schema.ts';
import type { CaseResult, RunResult, RunStop } from './result.ts';
import { judgeWithRules } from './rule-judge.ts';
import type { JudgeFrames } from './rule-pass.ts';
import { selectForProfiles, type ProfileSelection } from './select-profiles.ts';
import type { CaseFilter } from './select-cases.ts';
import { watchSession } from './watch-session.ts';

export interface RunSuiteOptions {
  readonly registry: CaseRegistry;
  /** Name or folder of the target, as the user gave it. */
  readonly target: string;
  /** Whether the target is a program of its own, whose refusals must be believed (every kind but `module`). */
  readonly probeNonsense: boolean;
  readonly profiles: readonly Profile[];
  readonly filter?: CaseFilter;
  readonly expectations?: readonly Expectation[];
  /** The target's own ones were left out on purpose; said again in the commands that run a case again. */
  readonly withoutExpectations?: boolean;
  /** Random packets for each property; 200 unless given. */
  readonly propertyPackets?: number;
  /** Named in errors about them. */
  readonly expectationsFile?: string;
  readonly strict?: boolean;
  readonly bail?: boolean;
  /** How many times the whole list runs; 1 unless given. */
  readonly repetitions?: number;
  readonly seed: string;
  /** Boots the node; called once, after the cases are selected. The runner disposes of the session. */
  readonly startSession: () => Promise<NodeSession>;
  readonly createTestbed: CreateTestbed;
  /** The rules; those of harness/rules unless given. */
  readonly judgeFrames?: JudgeFrames;
  /** Evidence goes to `<outFolder>/evidence/`; none is written without it. */
  readonly outFolder?: string;
  /** Evidence of everything that is not a plain pass or skip (default), or of every case. */
  readonly evidence?: 'notable' | 'all';
  readonly toolVersion: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly fenceTimeoutMs?: number;
  /** Wall clock; 300 s unless given. */
  readonly caseTimeoutMs?: number;
  /** YYYY-MM-DD, for expectations that expire. Today in UTC unless given. */
  readonly today?: string;
}

const DEFAULT_CASE_TIMEOUT_MS = 300_000;

/**
 * Runs the selected cases against a target under each profile.
 *
 * A target or node that fails once the node has started ends the run with what is done so far (`stopped`); the exit code
 * follows from the result ({@link exitCodeOf}).
 *
 * @throws SelectionError, ExpectationError (exit 2) before the node starts; whatever `startSession` throws.
 */
export const runSuite = async (options: RunSuiteOptions): Promise<RunResult> => {
  const startedAt = new Date();
  const startMs = performance.now();
  const { registry, profiles, expectations = [], repetitions = 1 } = options;
  if (!Number.isInteger(repetitions) || repetitions < 1) {
    throw new Proto41Error(`Expected a number of repetitions from 1, found ${String(repetitions)}`, {
      code: 'REPETITIONS',
    });
  }
  checkExpectations(options.expectationsFile ?? 'of the target', expectations, registry);
  const selections = selectForProfiles(registry, profiles, options.filter);
  const phases = new PhaseTimer(options.onProgress);
  const session = await phases.measure('boot', () => options.startSession());
  const run = new SuiteRun(options, session, phases, selections);
  await run.all();
  const cases = run.cases;
  const result: RunResult = {
    schema: RESULT_SCHEMA_ID,
    tool: { name: 'proto41', version: options.toolVersion },
    target: options.target,
    node: run.facts,
    profiles: profiles.map(({ name }) => name),
    seed: options.seed,
    strict: options.strict ?? false,
    startedAt: startedAt.toISOString(),
    durationMs: roundMs(performance.now() - startMs),
    interrupted: run.interrupted,
    ...(run.stopped === undefined ? {} : { stopped: run.stopped }),
    phases: phases.durations(),
    cases,
    requirements: requirementFacts(registry, cases),
  };
  return checkedResult(result);
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
    const cases = selections.reduce((sum, { selected }) => sum + selected.length, 0);
    this.#total = cases * (options.repetitions ?? 1);
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
    const { createTestbed, seed, fenceTimeoutMs, propertyPackets } = this.#options;
    const testbed = await createTestbed({
      session: this.#session,
      profile,
      seed,
      ...(fenceTimeoutMs === undefined ? {} : { fenceTimeoutMs }),
      ...(propertyPackets === undefined ? {} : { propertyPackets }),
    });
    try {
      const verdicts = this.#verdictOptions(profile);
      const execution = await execute({
        ...this.#executeOptions(verdicts),
        testbed,
        selected,
        nodeFailure,
        switches: profile.switches,
      });
      if (execution.interrupted) this.interrupted = true;
      const results = await this.#phases.measure(
        'evidence',
        () => finishProfile(execution, testbed, verdicts),
        profile.name,
      );
      this.cases.push(...results);
      if (execution.stopped !== undefined) await this.#stop(execution.stopped);
    } finally {
      await testbed[Symbol.asyncDispose]();
    }
  }

  #executeOptions(
    verdicts: VerdictOptions,
  ): Omit<Parameters<typeof execute>[0], 'testbed' | 'selected' | 'nodeFailure'> {
    const { judgeFrames = judgeWithRules, signal, bail, caseTimeoutMs = DEFAULT_CASE_TIMEOUT_MS } = this.#options;
    const onProgress = this.#options.onProgress ?? (() => {});
    const profile = verdicts.profile.name;
    return {
      repetitions: verdicts.repetitions,
      judgeFrames,
      caseTimeoutMs,
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

  #verdictOptions(profile: Profile): VerdictOptions {
    const { registry, target, seed, strict = false, expectations = [], filter, outFolder } = this.#options;
    const { withoutExpectations, propertyPackets } = this.#options;
    return {
      registry,
      profile,
      target,
      node: this.facts,
      seed,
      strict,
      expectations,
      ...(withoutExpectations === undefined ? {} : { withoutExpectations }),
      ...(propertyPackets === undefined ? {} : { propertyPackets }),
      ...(filter?.levels === undefined ? {} : { levels: filter.levels }),
      today: this.#options.today ?? new Date().toISOString().slice(0, 10),
      repetitions: this.#options.repetitions ?? 1,
      ...(outFolder === undefined ? {} : { outFolder }),
      evidence: this.#options.evidence ?? 'notable',
    };
  }

  async #stop({ code, reason }: RunStop): Promise<void> {
    this.interrupted = true;
    if (this.stopped !== undefined) return;
    this.stopped = { code, reason };
    const tail = await lastWords(this.#session);
    if (tail !== '') this.stopped = { code, reason: `${reason}\nThe node says:\n${tail}` };
  }
}

/** The end of what the node can say of itself. A node that is gone may fail at this too, which must not hide why it is asked. */
const lastWords = async (session: NodeSession): Promise<string> => {
  try {
    const diagnostics = await session.diagnostics();
    return diagnostics.trimEnd().split('\n').slice(-20).join('\n');
  } catch (error) {
    return `(nothing: ${error instanceof Error ? error.message : String(error)})`;
  }
};
