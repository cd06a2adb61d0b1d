import { createHash } from 'node:crypto';
import { sequenceAdd, sequenceDistance } from './tcp-sequence.ts';

/** The receiving half of a connection: puts the segments in order and hashes what they carry. */
export class TcpReceiver {
  receivedBytes = 0;
  isFinished = false;
  readonly #hash = createHash('sha256');
  readonly #early = new Map<number, { readonly data: Uint8Array; readonly isLast: boolean }>();
  #next: number;

  /** @param firstSequence of the first byte of data */
  constructor(firstSequence: number) {
    this.#next = firstSequence;
  }

  /** What is to be acknowledged. */
  get nextSequence(): number {
    return this.#next;
  }

  take(sequence: number, data: Uint8Array, isLast: boolean): void {
    if (this.isFinished) return;
    if (sequenceDistance(this.#next, sequence) > 0) {
      this.#early.set(sequence, { data: data.slice(), isLast });
      return;
    }
    this.#append(sequence, data, isLast);
    for (const [start, segment] of [...this.#early].toSorted(([a], [b]) => sequenceDistance(b, a))) {
      if (sequenceDistance(this.#next, start) > 0) break;
      this.#early.delete(start);
      this.#append(start, segment.data, segment.isLast);
    }
  }

  /** Hexadecimal; to be asked once, at the end. */
  sha256(): string {
    return this.#hash.digest('hex');
  }

  #append(sequence: number, data: Uint8Array, isLast: boolean): void {
    if (this.isFinished) return;
    const known = sequenceDistance(sequence, this.#next);
    if (known > data.length) return;
    const fresh = data.subarray(known);
    this.#hash.update(fresh);
    this.receivedBytes += fresh.length;
    this.#next = sequenceAdd(this.#next, fresh.length + (isLast ? 1 : 0));
    this.isFinished = isLast;
  }
}
