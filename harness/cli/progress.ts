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
  /** What is being worked on now, undefined for nothing; named where it takes long. */
  current(name: string | undefined): void;
  /** Runs `write` with the moving line out of the way. */
  around(write: () => void): void;
}

const SILENT: Progress = {
  phase: () => undefined,
  detail: () => undefined,
  cases: () => undefined,
  current: () => undefined,
  around: (write) => {
    write();
  },
  [Symbol.dispose]: () => undefined,
};

export interface ProgressOptions {
  readonly quiet: boolean;
  /** Between two lines where there is no moving one; 10 s unless given. */
  readonly reportEveryMs?: number;
}

export const createProgress = (terminal: Terminal, options: ProgressOptions): Progress => {
  if (options.quiet) return SILENT;
  return terminal.isInteractive ? movingLine(terminal) : plainLines(terminal, options.reportEveryMs ?? REPORT_EVERY_MS);
};

/** How often whoever reads a log is told how far the work is. */
const REPORT_EVERY_MS = 10_000;

const plainLines = (terminal: Terminal, reportEveryMs: number): Progress => {
  const state: { done: number; total: number; current?: { readonly name: string; readonly sinceMs: number } } = {
    done: 0,
    total: 0,
  };
  const report = (): void => {
    if (state.current === undefined) return;
    const { name, sinceMs } = state.current;
    const count = `${String(state.done)} of ${String(state.total)} done`;
    terminal.err(`proto41: ${count}, at ${printable(name)} for ${durationText(performance.now() - sinceMs)}\n`);
  };
  const timer = setInterval(report, reportEveryMs).unref();
  return {
    ...SILENT,
    phase: (name) => {
      terminal.err(`proto41: ${printable(name)}\n`);
    },
    cases: (done, total) => {
      Object.assign(state, { done, total });
    },
    current: (name) => {
      if (name === undefined) delete state.current;
      else state.current = { name, sinceMs: performance.now() };
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
};

/** A case that takes no longer need not be named on the moving line. */
const NAMED_AFTER_MS = 2000;

const movingLine = (terminal: Terminal): Progress => {
  const startedMs = performance.now();
  const state = { phase: '', detail: '', current: '', currentSinceMs: 0 };
  // The spinner must not take over standard input: Ctrl-C is ours.
  const spinner: Ora = ora({
    stream: terminal.errStream,
    discardStdin: false,
    color: terminal.errPalette.isColorSupported ? 'cyan' : false,
  });
  const show = (): void => {
    const detail = state.detail === '' ? '' : ` ${state.detail}`;
    const isLong = state.current !== '' && performance.now() - state.currentSinceMs > NAMED_AFTER_MS;
    const current = isLong ? ` ${state.current}` : '';
    spinner.text = `${state.phase}${detail}${current} ${terminal.errPalette.dim(durationText(performance.now() - startedMs))}`;
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
    current: (name) => {
      state.current = name === undefined ? '' : printable(name);
      state.currentSinceMs = performance.now();
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
