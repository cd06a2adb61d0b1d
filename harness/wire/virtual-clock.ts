import type { Clock } from './clock.ts';

const NANOSECONDS_PER_MILLISECOND = 1_000_000;
/** 2000-01-01 00:00 UTC: plain to see in a capture that this is not the time of day. */
const DEFAULT_START_NS = 946_684_800_000_000_000n;

interface Timer {
  readonly dueNs: bigint;
  readonly action: () => void;
}

/**
 * Time that stands still until somebody asks for it to pass: by {@link advance}, or by sleeping or waiting. While somebody
 * sleeps, the clock jumps from timer to timer, and lets everything that follows from one timer happen before the next.
 *
 * Whoever lives on this clock must not wait for real time or for input and output: virtual time would not wait with him.
 */
export class VirtualClock implements Clock {
  #nowNs: bigint;
  // Kept in the order in which they were set, which is also the order in which timers due at the same time fire.
  readonly #timers = new Set<Timer>();
  #sleepers = 0;
  #running = false;

  constructor(startNs: bigint = DEFAULT_START_NS) {
    this.#nowNs = startNs;
  }

  nowNs(): bigint {
    return this.#nowNs;
  }

  /** Calls `action` once, `durationMs` from now. Returns the function that cancels it. */
  setTimer(durationMs: number, action: () => void): () => void {
    const timer = { dueNs: this.#nowNs + nanoseconds(durationMs), action };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets this much time pass now, calling on its way whatever falls due, also what that sets anew. */
  advance(durationMs: number): void {
    const target = this.#nowNs + nanoseconds(durationMs);
    for (let timer = this.#nextTimer(); timer && timer.dueNs <= target; timer = this.#nextTimer()) this.#fire(timer);
    this.#nowNs = target;
  }

  async sleep(durationMs: number): Promise<void> {
    await this.#asleep(new Promise<void>((resolve) => void this.setTimer(durationMs, resolve)));
  }

  async wait(condition: Promise<unknown>, timeoutMs: number): Promise<boolean> {
    let cancel = (): void => {};
    const expired = new Promise<false>((resolve) => {
      cancel = this.setTimer(timeoutMs, () => {
        resolve(false);
      });
    });
    try {
      return await this.#asleep(Promise.race([condition.then(() => true), expired]));
    } finally {
      cancel();
    }
  }

  async #asleep<T>(wakeUp: Promise<T>): Promise<T> {
    this.#sleepers++;
    this.#run();
    try {
      return await wakeUp;
    } finally {
      this.#sleepers--;
    }
  }

  /** One timer per turn of the event loop, so that all promises that follow from it settle before the next. */
  #run(): void {
    if (this.#running) return;
    this.#running = true;
    const step = (): void => {
      const timer = this.#sleepers > 0 ? this.#nextTimer() : undefined;
      if (timer === undefined) {
        this.#running = false;
        return;
      }
      this.#fire(timer);
      setImmediate(step);
    };
    setImmediate(step);
  }

  #nextTimer(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.dueNs < next.dueNs) next = timer;
    return next;
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    if (timer.dueNs > this.#nowNs) this.#nowNs = timer.dueNs;
    timer.action();
  }
}

function nanoseconds(durationMs: number): bigint {
  if (!(durationMs >= 0)) throw new RangeError(`expected a duration of 0 ms or more, found ${durationMs}`);
  return BigInt(Math.round(durationMs * NANOSECONDS_PER_MILLISECOND));
}
