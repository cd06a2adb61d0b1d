import ora, { type Ora } from 'ora';
import { durationText } from '../report/duration.ts';
import { printable } from '../report/escape.ts';
import type { Terminal } from './terminal.ts';

/** What a person sees while a run goes on: one moving line on a terminal, one plain line per phase elsewhere. */
export interface Progress extends Disposable {
  phase(name: string): void;
  /** What the phase is at, e.g. a download; only shown on a terminal. */
  detail(text: string): void;
  cases(done: number, total: number): void;
  /** Runs `write` with the moving line out of the way. */
  around(write: () => void): void;
}

const SILENT: Progress = {
  phase: () => undefined,
  detail: () => undefined,
  cases: () => undefined,
  around: (write) => {
    write();
  },
  [Symbol.dispose]: () => undefined,
};

export const createProgress = (terminal: Terminal, options: { readonly quiet: boolean }): Progress => {
  if (options.quiet) return SILENT;
  return terminal.isInteractive ? movingLine(terminal) : plainLines(terminal);
};

const plainLines = (terminal: Terminal): Progress => ({
  ...SILENT,
  phase: (name) => {
    terminal.err(`proto41: ${printable(name)}\n`);
  },
});

const movingLine = (terminal: Terminal): Progress => {
  const startedMs = performance.now();
  const state = { phase: '', detail: '' };
  // The spinner must not take over standard input: Ctrl-C is ours.
  const spinner: Ora = ora({
    stream: terminal.errStream,
    discardStdin: false,
    color: terminal.errPalette.isColorSupported ? 'cyan' : false,
  });
  const show = (): void => {
    const detail = state.detail === '' ? '' : ` ${state.detail}`;
    spinner.text = `${state.phase}${detail} ${terminal.errPalette.dim(durationText(performance.now() - startedMs))}`;
  };
  const timer = setInterval(show, 100).unref();
  return {
    phase: (name) => {
      state.phase = printable(name);
      state.detail = '';
      show();
      if (!spinner.isSpinning) spinner.start();
    },
    detail: (text) => {
      state.detail = printable(text);
    },
    cases: (done, total) => {
      state.detail = `${String(done)}/${String(total)}`;
    },
    around: (write) => {
      const wasSpinning = spinner.isSpinning;
      if (wasSpinning) spinner.stop();
      write();
      if (wasSpinning) spinner.start();
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      spinner.stop();
    },
  };
};
