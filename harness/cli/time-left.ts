/** Before so much of the work is done, a guess would be worth nothing. */
const LEAST_DONE = 5;
const LEAST_MS = 2000;

/** How long work of many parts will still take, if the rest goes as what is done. */
export class TimeLeft {
  done = 0;
  total = 0;
  readonly #now: () => number;
  #startedMs: number | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  note(done: number, total: number): void {
    this.#startedMs ??= this.#now();
    this.done = done;
    this.total = total;
  }

  /** Undefined while there is nothing to judge by. */
  estimateMs(): number | undefined {
    const { done, total } = this;
    if (this.#startedMs === undefined || done < LEAST_DONE || done >= total) return undefined;
    const tookMs = this.#now() - this.#startedMs;
    return tookMs < LEAST_MS ? undefined : (tookMs / done) * (total - done);
  }

  /** Time that is not work, until the function that comes back is called. */
  pause(): () => void {
    const sinceMs = this.#now();
    return () => {
      if (this.#startedMs !== undefined) this.#startedMs += this.#now() - sinceMs;
    };
  }
}
