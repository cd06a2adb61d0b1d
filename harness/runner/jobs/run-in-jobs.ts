import { Proto41Error } from '../../errors.ts';
import type { NodeFacts } from '../../node/node.ts';
import type { EvidenceSource } from '../evidence.ts';
import { evidenceName } from '../evidence.ts';
import { PhaseTimer } from '../phase-timer.ts';
import { finishProfile } from '../profile-run.ts';
import type { CaseResult, RunResult, RunStop } from '../result.ts';
import { checkedSelections, verdictOptionsOf, type RunSuiteOptions } from '../suite-options.ts';
import { suiteResult } from '../suite-result.ts';
import { HiredWorker, type WorkerChannel } from './hired-worker.ts';
import { errorOf, type FromWorker } from './messages.ts';
import { Ledger } from './ledger.ts';
import { groupsOf, planWork } from './work-plan.ts';

export interface JobOptions {
  /** How many workers there are, each with a node of its own. */
  readonly count: number;
  /** Starts a worker that serves `serveJob` with the same options; the number counts from 1. */
  readonly start: (number: number) => WorkerChannel;
}

/**
 * Does what `runSuite` does, by several workers at once: the same cases get the same verdicts in the same order, with the same
 * evidence. A worker that ends by itself leaves the case that it was at as an error, and the rest of its work to the others.
 *
 * @throws what {@link checkedSelections} throws; what a worker says when its node cannot be started
 */
export const runInJobs = async (options: RunSuiteOptions, jobs: JobOptions): Promise<RunResult> => {
  const started = { at: new Date(), ms: performance.now() };
  const selections = checkedSelections(options);
  const plan = planWork(groupsOf(selections), options.repetitions ?? 1, jobs.count);
  const run = new JobsRun(options, new Ledger(options, selections, plan));
  try {
    await run.work(jobs);
    const cases = await run.results();
    await run.end();
    const { facts, interrupted, stopped } = run;
    return suiteResult(options, { ...started, phases: run.phases() }, { facts, cases, interrupted, stopped });
  } finally {
    await run.end();
  }
};

class JobsRun {
  stopped: RunStop | undefined;
  readonly #options: RunSuiteOptions;
  readonly #ledger: Ledger;
  readonly #phases: PhaseTimer;
  readonly #workers: HiredWorker[] = [];
  #facts: NodeFacts | undefined;
  #failure: Error | undefined;
  #settle: () => void = () => undefined;

  constructor(options: RunSuiteOptions, ledger: Ledger) {
    this.#options = options;
    this.#ledger = ledger;
    this.#phases = new PhaseTimer(options.onProgress);
  }

  get facts(): NodeFacts {
    if (this.#facts === undefined) throw noWorker(this.#workers);
    return this.#facts;
  }

  get interrupted(): boolean {
    return this.#isAborted || this.stopped !== undefined || this.#ledger.hasBailed;
  }

  /** Starts the workers, hands out the units, and returns when nothing is being worked on any more. */
  async work({ count, start }: JobOptions): Promise<void> {
    const abort = (): void => this.#abort();
    const done = new Promise<void>((resolve) => (this.#settle = resolve));
    this.#options.signal?.addEventListener('abort', abort, { once: true });
    try {
      for (let number = 1; number <= count; number += 1) {
        const worker: HiredWorker = new HiredWorker(
          number,
          start(number),
          (message) => this.#hear(worker, message),
          () => this.#lose(worker),
        );
        this.#workers.push(worker);
      }
      if (this.#isAborted) this.#abort();
      await done;
    } finally {
      this.#options.signal?.removeEventListener('abort', abort);
    }
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#isOver) this.#ledger.giveUp('not run: every worker has ended by itself');
  }

  /** The results of every profile, with their evidence written. */
  async results(): Promise<readonly CaseResult[]> {
    const { facts } = this;
    for (const { worker, finished } of await Promise.all(
      this.#workers.map(async (worker) => ({ worker, finished: await worker.ask({ kind: 'finish' }, 'finished') })),
    )) {
      for (const late of finished?.late ?? []) this.#ledger.replace(worker, late);
      // They work at the same time: the mean of what each took is what it took on the clock.
      this.#phases.addAll(finished?.phases ?? [], 1 / this.#workers.length);
      this.stopped ??= finished?.stop;
    }
    const cases: CaseResult[] = [];
    for (const { profile, execution } of this.#ledger.executions(this.interrupted)) {
      const verdicts = verdictOptionsOf(this.#options, facts, profile);
      const results = await this.#phases.measure(
        'evidence',
        () => finishProfile(execution, this.#evidence(), verdicts),
        profile.name,
      );
      cases.push(...results);
    }
    return cases;
  }

  /** Ends the workers, and returns when they are gone. */
  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  phases(): RunResult['phases'] {
    return this.#phases.durations();
  }

  get #isAborted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  get #isOver(): boolean {
    return this.#isAborted || this.stopped !== undefined || this.#failure !== undefined;
  }

  #hear(worker: HiredWorker, message: FromWorker): void {
    if (message.kind === 'phase') this.#options.onProgress?.(message);
    else if (message.kind === 'started') this.#welcome(worker, message.facts);
    else if (message.kind === 'not-started') this.#fail(errorOf(message.error));
    else if (message.kind === 'ready') this.#ledger.comesUp(message.profile);
    else if (message.kind === 'case-started') {
      worker.atHand = message;
      this.#ledger.started(message);
    } else if (message.kind === 'case-finished') {
      worker.atHand = undefined;
      this.#ledger.finished(worker, message, this.facts);
    } else if (message.kind === 'unit-done') {
      if (worker.unit !== undefined) this.#ledger.isDone(worker.unit);
      worker.unit = undefined;
      if (message.stop !== undefined) this.#stop(message.stop);
    } else if (message.kind === 'ended' && message.stop !== undefined) this.stopped ??= message.stop;
    this.#handOut();
  }

  #welcome(worker: HiredWorker, facts: NodeFacts): void {
    this.#facts ??= facts;
    if (facts.kernelRelease === this.#facts.kernelRelease) worker.isStarted = true;
    else {
      const found = `${String(this.#facts.kernelRelease)} and ${String(facts.kernelRelease)}`;
      this.#fail(
        new Proto41Error(`Expected the same kernel under every worker, found ${found}`, {
          code: 'JOBS_DIFFER',
          exitCode: 3,
        }),
      );
    }
  }

  /** It is gone, whatever it had to do. */
  #lose(worker: HiredWorker): void {
    const { unit, atHand, gone = 'gone' } = worker;
    if (unit !== undefined) {
      const reason = `worker ${String(worker.number)} ended by itself (${gone}) while it ran this case`;
      this.#ledger.takeBack(unit, atHand === undefined ? undefined : { ...atHand, reason });
    }
    worker.unit = undefined;
    worker.atHand = undefined;
    this.#handOut();
  }

  #handOut(): void {
    if (!this.#isOver) {
      for (const worker of this.#workers) {
        if (!worker.isStarted || worker.unit !== undefined || worker.gone !== undefined) continue;
        const unit = this.#ledger.take();
        if (unit !== undefined) worker.give(unit, this.#ledger.isKnownToComeUp(unit.profile));
      }
    }
    const alive = this.#workers.filter(({ gone }) => gone === undefined);
    const isWorking = alive.some(({ unit }) => unit !== undefined);
    const mayStart = !this.#isOver && !this.#ledger.isEmpty && alive.length > 0;
    if (!isWorking && !mayStart) this.#settle();
  }

  #stop(stop: RunStop): void {
    this.stopped ??= stop;
    this.#abort();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#abort();
  }

  #abort(): void {
    for (const worker of this.#workers) worker.abort();
    this.#handOut();
  }

  #evidence(): EvidenceSource {
    return {
      fileOf: (run, naming) => {
        const entry = this.#ledger.entryOf(run);
        if (entry === undefined || entry.worker.gone !== undefined || entry.frames.length === 0) return undefined;
        return { name: evidenceName(run, naming), frames: entry.frames.map((number) => ({ number })), run };
      },
      write: async (outFolder, { name, run }) => {
        const entry = this.#ledger.entryOf(run);
        if (entry === undefined) return false;
        const { worker, profile, index } = entry;
        const written = await worker.ask({ kind: 'write', profile, index, outFolder, name }, 'written');
        if (written?.error !== undefined) throw errorOf(written.error);
        return written !== undefined;
      },
    };
  }
}

const noWorker = (workers: readonly HiredWorker[]): Proto41Error =>
  new Proto41Error(
    `Expected a worker that starts, found that each ended by itself: ${workers.map(({ gone }) => gone ?? 'running').join(', ')}`,
    { code: 'JOBS_WORKER', exitCode: 3 },
  );
