import { EXIT } from '../runner/exit-code.ts';
import type { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** One Ctrl-C reaches a process started by `npm start` twice: from the terminal, and passed on by npm. */
const SAME_KEYSTROKE_MS = 400;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interrupts extends Disposable {
  /** Aborted by the first signal: end the current case, clean up, report what there is. */
  readonly signal: AbortSignal;
}

/** Listens for Ctrl-C and its kin. The first one asks the run to end in good order; the second one ends the process at once. */
export const listenForInterrupts = (onFirst: (signal: string) => void): Interrupts => {
  const controller = new AbortController();
  let firstAtMs = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      if (performance.now() - firstAtMs < SAME_KEYSTROKE_MS) return;
      process.exit(EXIT.interrupted);
    }
    firstAtMs = performance.now();
    onFirst(signal);
    controller.abort(new Error(`interrupted by ${signal}`));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
};

/** The same; tells the user what the first one leads to, e.g. `stopping the replay`, out of the way of the moving line if there is one. */
export const stopOnInterrupt = (
  terminal: Terminal,
  consequence: string,
  progress?: Pick<Progress, 'around'>,
): Interrupts =>
  listenForInterrupts((signal) => {
    const tell = (): void => {
      terminal.err(`proto41: ${signal}: ${consequence}; once more to end at once\n`);
    };
    if (progress === undefined) tell();
    else progress.around(tell);
  });
