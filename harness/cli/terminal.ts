import { paletteFor, type Palette } from '../report/palette.ts';

/** Where a command writes. Results go to `out`, everything about the work itself to `err`. */
export interface Terminal {
  readonly environment: NodeJS.ProcessEnv;
  readonly outPalette: Palette;
  readonly errPalette: Palette;
  /** Whether `err` is a person's terminal, where a line may be overwritten. */
  readonly isInteractive: boolean;
  readonly errStream: NodeJS.WritableStream;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Waits until what was written to `out` has been taken, or nobody takes it any more. */
  readonly drained?: () => Promise<void>;
}

/** The terminal of this process. A reader that goes away (`| head`) ends the output, not the program with a stack trace. */
export const processTerminal = (): Terminal => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const { env: environment, stdout, stderr } = process;
  return {
    environment,
    outPalette: paletteFor(stdout, environment),
    errPalette: paletteFor(stderr, environment),
    isInteractive: isInteractive(stderr, environment),
    errStream: stderr,
    out: (text) => {
      stdout.write(text);
    },
    err: (text) => {
      stderr.write(text);
    },
    drained: async () => {
      if (!stdout.writableNeedDrain || stdout.destroyed) return;
      await new Promise<void>((resolve) => {
        for (const event of ['drain', 'close', 'error']) stdout.once(event, () => resolve());
      });
    },
  };
};

/** A terminal that does not know its width (0 columns, as some job runners have it) makes the spinner clear lines without end. */
export const isInteractive = (
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>,
  environment: NodeJS.ProcessEnv,
): boolean => stream.isTTY && stream.columns > 0 && environment['TERM'] !== 'dumb' && (environment['CI'] ?? '') === '';
