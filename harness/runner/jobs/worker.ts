import type { NodeSession } from '../../node/node.ts';
import type { Testbed } from '../../tester/testbed-contract.ts';
import { framesOf, recordedEvidence } from '../evidence.ts';
import { Executor, stopOf } from '../execute.ts';
import { probeWithNonsense } from '../nonsense-probe.ts';
import { PhaseTimer } from '../phase-timer.ts';
import type { CaseGroup } from '../plan.ts';
import { chargeLate } from '../profile-run.ts';
import type { RunStop } from '../result.ts';
import type { CaseRun } from '../run-case.ts';
import type { ProfileSelection } from '../select-profiles.ts';
import { checkedSelections, judgingOptionsOf, testbedOptionsOf, type RunSuiteOptions } from '../suite-options.ts';
import { withLastWords } from '../suite-result.ts';
import { watchSession, type SessionWatch } from '../watch-session.ts';
import {
  plainError,
  plainRun,
  type FromWorker,
  type JobChannel,
  type RunPlace,
  type ToWorker,
  type Unit,
} from './messages.ts';
import { groupsOf } from './work-plan.ts';

type Channel = JobChannel<FromWorker, ToWorker>;
type Finished = Extract<FromWorker, { kind: 'finished' }>;

/**
 * Works for the process at the other end of the channel, with a node of its own, until that one says `end` or is gone. Never throws:
 * what goes wrong is said to the other end.
 *
 * @param options of the whole run; the signal has to be that of `controller`
 */
export const serveJob = async (
  options: RunSuiteOptions,
  channel: Channel,
  controller: AbortController,
): Promise<void> => {
  // From here on, because the other end speaks while the node starts.
  const inbox = new Inbox(channel, controller);
  const phases = new PhaseTimer((event) => {
    if (event.kind === 'phase') channel.send(event);
  });
  let worker: JobWorker;
  try {
    const selections = checkedSelections(options);
    const session = await phases.measure('boot', () => options.startSession());
    worker = new JobWorker(options, channel, selections, session, phases);
  } catch (error) {
    channel.send({ kind: 'not-started', error: plainError(error) });
    return;
  }
  try {
    await worker.begin();
    for await (const message of inbox.messages()) await worker.handle(message);
  } finally {
    await worker.end();
  }
};

/** Messages in their order; an abort does not wait for its turn. */
class Inbox {
  readonly #waiting: ToWorker[] = [];
  #wake: () => void = () => undefined;

  constructor(channel: Channel, controller: AbortController) {
    const take = (message: ToWorker): void => {
      this.#waiting.push(message);
      this.#wake();
    };
    channel.onMessage((message) => {
      if (message.kind === 'abort') controller.abort(new Error('the run was ended'));
      else take(message);
    });
    channel.onEnded(() => {
      controller.abort(new Error('the process that started this one is gone'));
      take({ kind: 'end' });
    });
  }

  async *messages(): AsyncGenerator<Exclude<ToWorker, { kind: 'end' | 'abort' }>> {
    for (;;) {
      const message = this.#waiting.shift();
      if (message === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else if (message.kind === 'end') return;
      else if (message.kind !== 'abort') yield message;
    }
  }
}

/** Everything of one profile; kept until the end, because only then is it known which frames are evidence. */
interface Stage {
  readonly profile: number;
  readonly testbed: Testbed;
  readonly executor: Executor;
  runs: readonly CaseRun[];
}

class JobWorker {
  readonly #options: RunSuiteOptions;
  readonly #channel: Channel;
  readonly #selections: readonly ProfileSelection[];
  readonly #groups: readonly (readonly CaseGroup[])[];
  readonly #session: NodeSession;
  readonly #watch: SessionWatch;
  readonly #phases: PhaseTimer;
  readonly #stages = new Map<number, Stage>();
  readonly #late: (RunPlace & { readonly run: Finished['late'][number]['run'] })[] = [];
  #current: Stage | undefined;
  /** Why this node is of no use any more. */
  #stop: RunStop | undefined;

  constructor(
    options: RunSuiteOptions,
    channel: Channel,
    selections: readonly ProfileSelection[],
    session: NodeSession,
    phases: PhaseTimer,
  ) {
    this.#options = options;
    this.#channel = channel;
    this.#selections = selections;
    this.#groups = groupsOf(selections);
    this.#session = session;
    this.#watch = watchSession(session);
    this.#phases = phases;
  }

  /** Its own nonsense question: a worker believes no refusal of a target that it has not tried. */
  async begin(): Promise<void> {
    const [first] = this.#selections;
    if (this.#options.probeNonsense && first !== undefined) {
      await this.#orStop(() =>
        this.#phases.measure('probe', () => probeWithNonsense(this.#session, first.profile, this.#options.seed)),
      );
    }
    this.#channel.send({ kind: 'started', facts: this.#session.facts });
  }

  async handle(message: Exclude<ToWorker, { kind: 'end' | 'abort' }>): Promise<void> {
    if (message.kind === 'unit') await this.#runUnit(message.unit, message.knownToComeUp);
    else if (message.kind === 'finish') await this.#finish();
    else await this.#write(message);
  }

  async end(): Promise<void> {
    this.#watch.end();
    await this.#orStop(() => this.#session[Symbol.asyncDispose]());
    this.#channel.send({ kind: 'ended', ...this.#stopped() });
  }

  async #runUnit({ profile, group: position, cases, repetition }: Unit, knownToComeUp: boolean): Promise<void> {
    await this.#orStop(async () => {
      if (this.#stop !== undefined) return;
      const { executor } = await this.#stage(profile);
      executor.knownToComeUp ||= knownToComeUp;
      const group = this.#groups[profile]?.[position];
      if (group === undefined) throw new RangeError(`expected a group of the plan, found ${String(position)}`);
      const wanted = new Set(cases);
      await executor.runGroup({ ...group, cases: group.cases.filter(({ index }) => wanted.has(index)) }, repetition);
      if (executor.stopped !== undefined) this.#stop ??= await withLastWords(executor.stopped, this.#session);
    });
    this.#channel.send({ kind: 'unit-done', ...this.#stopped() });
  }

  async #finish(): Promise<void> {
    await this.#orStop(() => this.#leave());
    this.#channel.send({ kind: 'finished', late: this.#late, phases: this.#phases.durations(), ...this.#stopped() });
  }

  async #write({ profile, index, outFolder, name }: Extract<ToWorker, { kind: 'write' }>): Promise<void> {
    try {
      const stage = this.#stages.get(profile);
      const run = stage?.runs[index];
      if (stage === undefined || run === undefined) throw new RangeError('expected a run of this worker, found none');
      const { recorder } = stage.testbed;
      await recordedEvidence(recorder).write(outFolder, { name, frames: framesOf(run, recorder), run });
      this.#channel.send({ kind: 'written' });
    } catch (error) {
      this.#channel.send({ kind: 'written', error: plainError(error) });
    }
  }

  async #stage(profile: number): Promise<Stage> {
    const known = this.#current;
    if (known?.profile === profile) return known;
    await this.#leave();
    const selection = this.#selections[profile];
    if (selection === undefined) throw new RangeError(`expected a profile of the plan, found ${String(profile)}`);
    const testbed = await this.#options.createTestbed(
      testbedOptionsOf(this.#options, this.#session, selection.profile),
    );
    const { signal } = this.#options;
    const executor: Executor = new Executor({
      ...judgingOptionsOf(this.#options),
      testbed,
      phases: this.#phases,
      ...(signal === undefined ? {} : { signal }),
      nodeFailure: this.#watch.failure,
      onStarted: ({ index }, repetition) => {
        this.#channel.send({ kind: 'case-started', profile, caseIndex: index, repetition });
      },
      onFinished: (run) => {
        this.#channel.send({ kind: 'case-finished', profile, run: plainRun(run, framesOf(run, testbed.recorder)) });
        return false;
      },
      onReady: () => {
        this.#channel.send({ kind: 'ready', profile });
      },
    });
    const stage: Stage = { profile, testbed, executor, runs: executor.runs };
    this.#stages.set(profile, stage);
    this.#current = stage;
    return stage;
  }

  /** Waits for what comes late under the profile at hand, and takes its target down. */
  async #leave(): Promise<void> {
    const stage = this.#current;
    this.#current = undefined;
    if (stage === undefined) return;
    const { executor, testbed, profile } = stage;
    const before = executor.runs;
    stage.runs = chargeLate(before, await executor.collectLate());
    for (const [index, run] of stage.runs.entries()) {
      if (run === before[index]) continue;
      this.#late.push({ profile, index, run: plainRun(run, framesOf(run, testbed.recorder)) });
    }
    if (executor.stopped !== undefined) this.#stop ??= executor.stopped;
    await testbed[Symbol.asyncDispose]();
  }

  async #orStop(action: () => PromiseLike<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#stop ??= await withLastWords(stopOf(error), this.#session);
    }
  }

  #stopped(): { readonly stop?: RunStop } {
    return this.#stop === undefined ? {} : { stop: this.#stop };
  }
}
