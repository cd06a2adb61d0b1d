import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { WorkerChannel } from '../../runner/jobs/hired-worker.ts';
import type { FromWorker } from '../../runner/jobs/messages.ts';
import type { Hire, Note } from './hire.ts';

/** TypeScript is run through tsx, which a program that registered it by itself has not named for its children. */
const loaderFor = (entry: URL): readonly string[] =>
  entry.pathname.endsWith('.ts') && !process.execArgv.some((word) => word.includes('tsx'))
    ? ['--import', import.meta.resolve('tsx')]
    : [];

/** The hidden command of a worker process. */
export const WORKER_COMMAND = 'job-worker';

/**
 * Starts a process that works for this one. It ends by itself, in good order, when this process is gone, however that came.
 *
 * @param entry the program whose command `job-worker` serves: that of this very process
 * @param onNote what its node says of its start
 */
export const startWorker = (entry: URL, hire: Hire, onNote: (message: string) => void): WorkerChannel => {
  const child = fork(fileURLToPath(entry), [WORKER_COMMAND], {
    execArgv: [...process.execArgv, ...loaderFor(entry)],
    // Maps and bytes come over as they are.
    serialization: 'advanced',
    // A group of its own: Ctrl-C is for this process, which ends the worker in good order.
    detached: true,
    // Standard output belongs to the results.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  let gone: string | undefined;
  const endedListeners: ((how: string) => void)[] = [];
  const end = (how: string): void => {
    if (gone !== undefined) return;
    gone = how;
    for (const listener of endedListeners) listener(how);
  };
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${String(code)}`));
  });
  // What it said last is heard before its end.
  const disconnected = new Promise<void>((resolve) => {
    child.once('disconnect', resolve);
  });
  void Promise.all([exited, disconnected]).then(([how]) => end(how));
  child.once('error', (error) => {
    // A message that did not arrive says no more than the end that follows.
    if (child.pid === undefined) end(error.message);
  });
  child.send(hire);
  return {
    send: (message) => {
      if (gone === undefined && child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => {
      // Only workers speak here, and this is all that they say.
      child.on('message', (message: FromWorker | Note) => {
        if (message.kind === 'note') onNote(message.message);
        else listener(message);
      });
    },
    onEnded: (listener) => {
      if (gone === undefined) endedListeners.push(listener);
      else listener(gone);
    },
  };
};
