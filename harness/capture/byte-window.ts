import { CaptureError } from './capture-error.ts';

const NOTHING = new Uint8Array(0);

/** What becomes of the memory behind the bytes that were read. */
export type WindowMemory =
  /** Views into it stay good for ever: for who keeps frames. */
  | 'kept'
  /** It is overwritten by later bytes: for who is done with a frame when it asks for the next one. */
  | 'reused';

/**
 * The unread part of a capture file that arrives in chunks. Readers look at `bytes` and `view` from `start` on after
 * `ensure` has promised enough of them.
 */
export class ByteWindow {
  readonly file: string;
  readonly #memory: WindowMemory;
  bytes: Uint8Array = NOTHING;
  view: DataView = new DataView(NOTHING.buffer);
  /** Index of the first unread byte in `bytes`. */
  start = 0;
  /** Index behind the last byte in `bytes` that was read from the file. */
  #end = 0;
  #fileOffset = 0;
  #waiting: Uint8Array[] = [];
  #waitingLength = 0;
  #wanted = 0;
  #records = 0;

  constructor(file: string, memory: WindowMemory = 'kept') {
    this.file = file;
    this.#memory = memory;
  }

  /** Offset in the file of the first unread byte. */
  get fileOffset(): number {
    return this.#fileOffset + this.start;
  }

  /** Number in the file of the record (the block, in pcapng) at `start`, from 1. */
  get recordNumber(): number {
    return this.#records + 1;
  }

  get available(): number {
    return this.#end - this.start + this.#waitingLength;
  }

  /** With memory that is kept the chunk must not change afterwards; otherwise it is copied. */
  push(chunk: Uint8Array): void {
    if (this.#memory === 'reused') {
      this.#copyIn(chunk);
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingLength += chunk.length;
  }

  /** Whether `lengthBytes` unread bytes are there, and if so in one piece. */
  ensure(lengthBytes: number): boolean {
    if (this.start + lengthBytes <= this.#end) return true;
    this.#wanted = lengthBytes;
    if (this.available < lengthBytes) return false;
    const rest = this.bytes.subarray(this.start, this.#end);
    const [first] = this.#waiting;
    const whole =
      rest.length === 0 && this.#waiting.length === 1 && first ? first : Buffer.concat([rest, ...this.#waiting]);
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#lookAt(whole);
    this.#end = whole.length;
    return true;
  }

  /** Goes on to the next record. */
  skip(lengthBytes: number): void {
    this.start += lengthBytes;
    this.#records++;
  }

  /** As {@link skip} for what is no record of its own: the header of a pcap file. */
  skipHeader(lengthBytes: number): void {
    this.start += lengthBytes;
  }

  /** The error for the record that begins at `start`. */
  invalid(expected: string, found: string): CaptureError {
    return new CaptureError({ ...this.#place(), expected, found });
  }

  /** Call when no more bytes will come and the reader has stopped; throws if it stopped inside a record. */
  finish(): void {
    if (this.available === 0) return;
    throw new CaptureError({
      ...this.#place(),
      expected: `${this.#wanted} bytes or more of this record`,
      found: `the end of the file after ${this.available}`,
      truncated: true,
    });
  }

  #place(): { file: string; byteOffset: number; recordNumber: number } {
    return { file: this.file, byteOffset: this.fileOffset, recordNumber: this.recordNumber };
  }

  /** Moves what is unread to the front of the one buffer and the chunk behind it; the buffer only grows for a longer record. */
  #copyIn(chunk: Uint8Array): void {
    const restLength = this.#end - this.start;
    const neededLength = restLength + chunk.length;
    this.#fileOffset += this.start;
    if (neededLength <= this.bytes.length) {
      this.bytes.copyWithin(0, this.start, this.#end);
      this.start = 0;
    } else {
      const grown = new Uint8Array(Math.max(neededLength, this.bytes.length * 2));
      grown.set(this.bytes.subarray(this.start, this.#end));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
      this.start = 0;
    }
    this.bytes.set(chunk, restLength);
    this.#end = neededLength;
  }

  #lookAt(whole: Uint8Array): void {
    this.#fileOffset += this.start;
    this.start = 0;
    // A Buffer would hand out Buffers as its parts; frames are plain arrays wherever they come from.
    this.bytes = new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
    this.view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
  }
}
