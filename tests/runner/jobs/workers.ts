/** Workers of `runInJobs` in this very process, behind channels that carry copies, as those between processes do. */
import { serveJob } from '../../../harness/runner/jobs/worker.ts';
import type { FromWorker, JobChannel, ToWorker } from '../../../harness/runner/jobs/messages.ts';
import type { WorkerChannel } from '../../../harness/runner/jobs/hired-worker.ts';
import { runInJobs } from '../../../harness/runner/jobs/run-in-jobs.ts';
import type { RunResult } from '../../../harness/runner/result.ts';
import type { RunSuiteOptions } from '../../../harness/runner/run-suite.ts';

/** Two ends; what one says the other hears, one turn of the event loop later. */
class Line {
  readonly #ended: ((how: string) => void)[] = [];
  readonly #toWorker = new Set<(message: ToWorker) => void>();
  readonly #fromWorker = new Set<(message: FromWorker) => void>();
  #how: string | undefined;

  readonly coordinator: WorkerChannel = {
    send: (message) => this.#carry(message, this.#toWorker),
    onMessage: (listener) => void this.#fromWorker.add(listener),
    onEnded: (listener) => this.#onEnded(listener),
  };
  readonly worker: JobChannel<FromWorker, ToWorker> = {
    send: (message) => this.#carry(message, this.#fromWorker),
    onMessage: (listener) => void this.#toWorker.add(listener),
    onEnded: (listener) => this.#onEnded(listener),
  };

  /** Ends it at once: nothing more is heard at either end. */
  cut(how: string): void {
    if (this.#how !== undefined) return;
    this.#how = how;
    for (const listener of this.#ended) listener(how);
  }

  #carry<Message>(message: Message, listeners: ReadonlySet<(message: Message) => void>): void {
    const copy = structuredClone(message);
    setImmediate(() => {
      if (this.#how === undefined) for (const listener of listeners) listener(copy);
    });
  }

  #onEnded(listener: (how: string) => void): void {
    if (this.#how === undefined) this.#ended.push(listener);
    else listener(this.#how);
  }
}

export interface Workers {
  /** Ends a worker as a crash does; it counts from 1. */
  crash(number: number): void;
}

/** Runs by several workers. `options` makes what each of them, and the process that decides (number 0), is given. */
export const runByWorkers = (
  count: number,
  options: (number: number, workers: Workers) => RunSuiteOptions,
): Promise<RunResult> => {
  const lines = new Map<number, Line>();
  const workers: Workers = { crash: (number) => lines.get(number)?.cut('SIGSEGV') };
  const start = (number: number): WorkerChannel => {
    const line = new Line();
    lines.set(number, line);
    const controller = new AbortController();
    void serveJob({ ...options(number, workers), signal: controller.signal }, line.worker, controller).then(() => {
      // Behind what it said last.
      setImmediate(() => line.cut('exit code 0'));
    });
    return line.coordinator;
  };
  return runInJobs(options(0, workers), { count, start });
};
