import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

/** A daemon that says something for every packet must not fill the disk. */
const MAXIMUM_CHARACTERS = 16 * 1024 * 1024;

/** Keeps what the programs of a target write to standard error, beside the evidence. */
export class TargetLog implements AsyncDisposable {
  readonly #file: string | undefined;
  #stream: WriteStream | undefined;
  #failure: Error | undefined;
  #written = 0;

  /** Without a file nothing is kept. */
  constructor(file: string | undefined) {
    this.#file = file;
  }

  heading(text: string): void {
    this.write(`--- ${new Date().toISOString()} ${text}\n`);
  }

  write(text: string): void {
    if (this.#file === undefined || this.#written > MAXIMUM_CHARACTERS) return;
    this.#written += text.length;
    this.#open(this.#file).write(this.#written > MAXIMUM_CHARACTERS ? `${text}\n--- cut here\n` : text);
  }

  /** Throws the error with which writing failed, if it did. */
  async [Symbol.asyncDispose](): Promise<void> {
    const stream = this.#stream;
    if (stream !== undefined && this.#failure === undefined) await new Promise<void>((resolve) => stream.end(resolve));
    if (this.#failure !== undefined) throw this.#failure;
  }

  #open(file: string): WriteStream {
    if (this.#stream !== undefined) return this.#stream;
    mkdirSync(dirname(file), { recursive: true });
    const stream = createWriteStream(file, { flags: 'a' });
    stream.on('error', (error) => (this.#failure = error));
    return (this.#stream = stream);
  }
}
