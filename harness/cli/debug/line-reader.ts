import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Lines that somebody types, one at a time; what comes before it is asked for is kept. */
export class LineReader implements Disposable {
  readonly #lines: string[] = [];
  readonly #reader: Interface;
  readonly #input: Readable;
  #isEnded = false;
  #wake: () => void = () => undefined;

  constructor(input: Readable) {
    this.#input = input;
    // Not as a terminal: the one that the user sits at does the editing, and turns Ctrl-C into a signal.
    this.#reader = createInterface({ input, terminal: false });
    this.#reader.on('line', (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    this.#reader.once('close', () => {
      this.#isEnded = true;
      this.#wake();
    });
  }

  /** The next line; undefined at the end of the input, and when the signal says so. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      const line = this.#lines.shift();
      if (line !== undefined || this.#isEnded) return line;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#wake = wake;
        signal.addEventListener('abort', wake, { once: true });
      });
    }
  }

  [Symbol.dispose](): void {
    this.#reader.close();
    // A terminal that is still listened to would keep the process alive.
    this.#input.pause();
  }
}
