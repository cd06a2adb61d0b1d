/** Keeps test code from ending the run, and notices what it leaves behind in the process. */

import { reportStray, toError } from './execution.ts';

/** How long open handles may keep the process alive after the last test. */
const SETTLE_MS = 1000;

/** Standard input and output are always open; a leaked child process shows by more than its pipes. */
const STDIO_RESOURCES = new Set(['PipeWrap', 'TTYWrap']);

const exitProcess = process.exit.bind(process);

export interface ProcessGuard {
  /** Ends the process for real. */
  exit(code: number | string | null | undefined): never;
}

/**
 * Charges uncaught exceptions, unhandled rejections and calls of `process.exit` to the test that is running.
 *
 * @param onEnd called when the process ends nevertheless, with a word on how
 */
export function guardProcess(onEnd: (how: string) => void): ProcessGuard {
  process.on('uncaughtException', (error) => reportStray(toError(error)));
  process.on('unhandledRejection', (reason) => reportStray(toError(reason)));
  process.on('exit', (code) => onEnd(`exit code ${code}`));
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      onEnd(signal);
      process.removeAllListeners('exit');
      exitProcess(code);
    });
  }
  process.exit = (code) => {
    const error = new Error(`expected test code to return, it called process.exit(${code ?? ''})`);
    reportStray(error);
    throw error;
  };
  return { exit: exitProcess };
}

/** Waits until nothing keeps the process alive, so that late errors are seen; gives up on handles that were left open. */
export async function settleProcess(): Promise<void> {
  const leaked = await new Promise<boolean>((resolve) => {
    process.once('beforeExit', () => resolve(false));
    setTimeout(() => resolve(true), SETTLE_MS).unref();
  });
  if (!leaked) return;
  const open = new Set(process.getActiveResourcesInfo().filter((resource) => !STDIO_RESOURCES.has(resource)));
  process.stdout.write(`still open after the last test: ${[...open].join(', ') || 'a pipe'}\n`);
}
