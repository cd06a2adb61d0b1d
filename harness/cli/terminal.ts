import { EXIT } from '../runner/exit-code.ts';
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

/**
 * The terminal of this process. A reader that goes away (`| head`) ends the output, not the program with a stack trace; output that
 * cannot be kept (`> file` on a full disk) makes the run one that failed, once it is over: half a result must not look like a whole one.
 */
export const processTerminal = (): Terminal => {
  let isLost = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isLost) return;
    isLost = true;
    process.once('exit', () => (process.exitCode = EXIT.usage));
    process.stderr.write(
      `proto41: standard output cannot be written: ${error.message}; what is missing there is lost\n`,
    );
  });
  // There is nowhere left to say it.
  process.stderr.on('error', () => undefined);
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
