import { EXIT } from '../../runner/exit-code.ts';
import { plainError, type FromWorker, type ToWorker } from '../../runner/jobs/messages.ts';
import { serveJob } from '../../runner/jobs/worker.ts';
import { isHire, type Hire, type Note } from '../jobs/hire.ts';
import { planRun } from '../run-plan.ts';
import type { Services } from '../services.ts';
import { suiteOptionsOf } from '../suite-options.ts';
import { UsageError } from '../usage-error.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Works for the process that started this one (`run --jobs`), until that one has enough, is gone, or a signal comes. */
export const jobWorkerCommand = async (services: Services): Promise<number> => {
  if (process.send === undefined)
    throw new UsageError('job-worker: expected to be started by `run --jobs`, found no process to work for');
  const line = listen();
  const hire = await line.hire;
  if (hire === undefined) return EXIT.interrupted;
  const controller = new AbortController();
  try {
    const { flags, kernel, folder, number } = hire;
    const options = await suiteOptionsOf(
      services,
      flags,
      { ...planRun(flags), kernel },
      {
        signal: controller.signal,
        folder,
        worker: number,
        onNote: (message) => line.send({ kind: 'note', message }),
      },
    );
    await serveJob(options, line, controller);
  } catch (error) {
    line.send({ kind: 'not-started', error: plainError(error) });
  }
  await line.close();
  return EXIT.expected;
};

interface Line {
  /** Undefined when the other end was gone before it said anything. */
  readonly hire: Promise<Hire | undefined>;
  send(message: FromWorker | Note): void;
  onMessage(listener: (message: ToWorker) => void): void;
  onEnded(listener: (how: string) => void): void;
  /** Resolves when everything is said. */
  close(): Promise<void>;
}

/** Hears from the start on: what comes before somebody listens is kept. */
const listen = (): Line => {
  const early: ToWorker[] = [];
  let onMessage: ((message: ToWorker) => void) | undefined;
  let gone: string | undefined;
  const onEnded: ((how: string) => void)[] = [];
  let lastSent: Promise<void> = Promise.resolve();
  const end = (how: string): void => {
    if (gone !== undefined) return;
    gone = how;
    for (const listener of onEnded) listener(how);
  };
  const hire = new Promise<Hire | undefined>((resolve) => {
    process.on('message', (message) => {
      if (isHire(message)) resolve(message);
      // Only `run --jobs` speaks here, and this is all that it says.
      else if (onMessage === undefined) early.push(message as ToWorker);
      else onMessage(message as ToWorker);
    });
    onEnded.push(() => resolve(undefined));
  });
  process.once('disconnect', () => end('gone'));
  for (const signal of SIGNALS) process.on(signal, end);
  return {
    hire,
    send: (message) => {
      if (process.connected !== true) return;
      lastSent = new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
    },
    onMessage: (listener) => {
      onMessage = listener;
      for (const message of early.splice(0)) listener(message);
    },
    onEnded: (listener) => {
      if (gone === undefined) onEnded.push(listener);
      else listener(gone);
    },
    close: async () => {
      await lastSent;
      if (process.connected === true) process.disconnect();
    },
  };
};
