import { CaptureError } from './capture-error.ts';

const NOTHING = new Uint8Array(0);

/**
 * The unread part of a capture file that arrives in chunks. Readers look at `bytes` and `view` from `start` on after
 * `ensure` has promised enough of them; bytes are copied only where a record lies across two chunks.
 */
export class ByteWindow {
  readonly file: string;
  bytes: Uint8Array = NOTHING;
  view: DataView = new DataView(NOTHING.buffer);
  /** Index of the first unread byte in `bytes`. */
  start = 0;
  #fileOffset = 0;
  #waiting: Uint8Array[] = [];
  #waitingLength = 0;
  #wanted = 0;

  constructor(file: string) {
    this.file = file;
  }

  /** Offset in the file of the first unread byte. */
  get fileOffset(): number {
    return this.#fileOffset + this.start;
  }

  get available(): number {
    return this.bytes.length - this.start + this.#waitingLength;
  }

  push(chunk: Uint8Array): void {
    this.#waiting.push(chunk);
    this.#waitingLength += chunk.length;
  }

  /** Whether `lengthBytes` unread bytes are there, and if so in one piece. */
  ensure(lengthBytes: number): boolean {
    this.#wanted = lengthBytes;
    if (this.start + lengthBytes <= this.bytes.length) return true;
    if (this.available < lengthBytes) return false;
    const rest = this.bytes.subarray(this.start);
    this.#fileOffset += this.start;
    this.start = 0;
    const [first] = this.#waiting;
    const whole =
      rest.length === 0 && this.#waiting.length === 1 && first ? first : Buffer.concat([rest, ...this.#waiting]);
    // A Buffer would hand out Buffers as its parts; frames are plain arrays wherever they come from.
    this.bytes = new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
    this.view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
    this.#waiting = [];
    this.#waitingLength = 0;
    return true;
  }

  skip(lengthBytes: number): void {
    this.start += lengthBytes;
  }

  /** The error for the record that begins at `start`. */
  invalid(expected: string, found: string): CaptureError {
    return new CaptureError({ file: this.file, byteOffset: this.fileOffset, expected, found });
  }

  /** Call when no more bytes will come and the reader has stopped; throws if it stopped inside a record. */
  finish(): void {
    if (this.available === 0) return;
    throw new CaptureError({
      file: this.file,
      byteOffset: this.fileOffset,
      expected: `${this.#wanted} bytes or more of this record`,
      found: `the end of the file after ${this.available}`,
      truncated: true,
    });
  }
}
