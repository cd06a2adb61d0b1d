import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** Where the bytes of a capture go. */
export interface CaptureSink {
  /** Takes the bytes over; the caller must not change them afterwards. Never waits. */
  write(bytes: Uint8Array): void;
  /** Resolves when everything written so far has left the memory of this process; throws what the file system said. */
  drain(): Promise<void>;
  /** Drains and lets go of the file. Closing twice is allowed. */
  close(): Promise<void>;
}

export interface MemorySink extends CaptureSink {
  /** Everything written so far, as one new array. */
  bytes(): Uint8Array;
}

export function memorySink(): MemorySink {
  const chunks: Uint8Array[] = [];
  return {
    write: (bytes) => void chunks.push(bytes),
    drain: async () => {},
    close: async () => {},
    bytes: () => new Uint8Array(Buffer.concat(chunks)),
  };
}

/** Creates or empties the file at `path`; the directory must exist. */
export async function fileSink(path: string): Promise<CaptureSink> {
  return new FileSink(await open(path, 'w'));
}

class FileSink implements CaptureSink {
  readonly #file: FileHandle;
  #chunks: Uint8Array[] = [];
  #writing: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  write(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
  }

  async drain(): Promise<void> {
    // One write at a time, because two writes without a position may land in either order.
    this.#writing = this.#writing.then(() => this.#writeChunks());
    return this.#writing;
  }

  close(): Promise<void> {
    this.#closing ??= this.#drainAndClose();
    return this.#closing;
  }

  async #drainAndClose(): Promise<void> {
    try {
      await this.drain();
    } finally {
      await this.#file.close();
    }
  }

  async #writeChunks(): Promise<void> {
    const chunks = this.#chunks;
    this.#chunks = [];
    if (chunks.length > 0) await this.#file.appendFile(Buffer.concat(chunks));
  }
}
