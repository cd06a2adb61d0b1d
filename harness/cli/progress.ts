import ora, { type Ora } from 'ora';
import { durationText } from '../report/duration.ts';
import { printable } from '../report/escape.ts';
import type { Terminal } from './terminal.ts';
import { TimeLeft } from './time-left.ts';

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
  /** Keeps the moving line, and reports by the clock, out of the way until it is disposed of. */
  hold(): Disposable;
}

const NOTHING: Disposable = { [Symbol.dispose]: () => undefined };

const SILENT: Progress = {
  phase: () => undefined,
  detail: () => undefined,
  cases: () => undefined,
  current: () => undefined,
  around: (write) => {
    write();
  },
  hold: () => NOTHING,
  ...NOTHING,
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
  const state: { current?: { readonly name: string; readonly sinceMs: number }; isHeld: boolean } = { isHeld: false };
  const timeLeft = new TimeLeft();
  const report = (): void => {
    if (state.current === undefined || state.isHeld) return;
    const { name, sinceMs } = state.current;
    const count = `${String(timeLeft.done)} of ${String(timeLeft.total)} done${leftText(timeLeft)}`;
    terminal.err(`proto41: ${count}, at ${printable(name)} for ${durationText(performance.now() - sinceMs)}\n`);
  };
  const timer = setInterval(report, reportEveryMs).unref();
  return {
    ...SILENT,
    phase: (name) => {
      terminal.err(`proto41: ${printable(name)}\n`);
    },
    cases: (done, total) => {
      timeLeft.note(done, total);
    },
    current: (name) => {
      if (name === undefined) delete state.current;
      else state.current = { name, sinceMs: performance.now() };
    },
    hold: () => {
      state.isHeld = true;
      const resume = timeLeft.pause();
      return {
        [Symbol.dispose]: () => {
          state.isHeld = false;
          resume();
        },
      };
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
};

const leftText = (timeLeft: TimeLeft): string => {
  const ms = timeLeft.estimateMs();
  return ms === undefined ? '' : `, about ${durationText(ms)} left`;
};

/** A case that takes no longer need not be named on the moving line. */
const NAMED_AFTER_MS = 2000;

const movingLine = (terminal: Terminal): Progress => {
  const startedMs = performance.now();
  const state = { phase: '', detail: '', current: '', currentSinceMs: 0 };
  const timeLeft = new TimeLeft();
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
    const times = `${durationText(performance.now() - startedMs)}${leftText(timeLeft)}`;
    spinner.text = `${state.phase}${detail}${current} ${terminal.errPalette.dim(times)}`;
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
      timeLeft.note(done, total);
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
    hold: () => {
      const wasSpinning = spinner.isSpinning;
      if (wasSpinning) spinner.stop();
      const resume = timeLeft.pause();
      return {
        [Symbol.dispose]: () => {
          resume();
          if (wasSpinning) spinner.start();
        },
      };
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      spinner.stop();
    },
  };
};
