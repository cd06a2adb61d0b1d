import { watchReadable, type ReadableWatch } from './system-calls.ts';

/** What a reader found: little or nothing, or much, after which more is there already or not. */
export type Found = 'little' | 'much' | 'much and more';

/** Nobody writes to it: waiting for it is resting. */
const NEVER_CHANGED = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * Has a descriptor read when something is there. After a reading that found much it is not watched, but read again after a moment of
 * rest: whoever sends need not wake this thread for each frame, and each reading finds many. Network devices do the same, and call
 * it interrupt moderation. Timers and signals have their turn between two readings.
 */
export class GatheringWatch {
  readonly #read: () => Found;
  readonly #restMs: number;
  readonly #watch: ReadableWatch;
  readonly #rested = (): void => {
    this.#next = undefined;
    Atomics.wait(NEVER_CHANGED, 0, 0, this.#restMs);
    this.#take();
  };
  readonly #atOnce = (): void => {
    this.#next = undefined;
    this.#take();
  };
  #next: NodeJS.Immediate | undefined;
  #isWatching = true;
  #isOpen = true;

  /** @param restMs the moment, in which nothing else runs in this thread */
  constructor(fd: number, read: () => Found, restMs: number) {
    this.#read = read;
    this.#restMs = restMs;
    this.#watch = watchReadable(fd, () => this.#take());
  }

  /** Needed after an error on the descriptor, which ends the watch of libuv without a word. */
  restart(): void {
    this.#isWatching = true;
    this.#watch.restart();
  }

  /** Can be repeated. The descriptor may be closed after it. */
  close(): void {
    this.#isOpen = false;
    clearImmediate(this.#next);
    this.#watch.close();
  }

  #take(): void {
    const found = this.#read();
    // Whoever read may have closed it.
    if (!this.#isOpen) return;
    if (found === 'little') {
      if (!this.#isWatching) this.restart();
      return;
    }
    if (this.#isWatching) this.#watch.pause();
    this.#isWatching = false;
    this.#next = setImmediate(found === 'much' ? this.#rested : this.#atOnce);
  }
}
