import type { NodeSession } from '../node/node.ts';
import type { Clock } from '../wire/clock.ts';

/** How long time passes at once: at the end of each step somebody looks whether what is waited for has come. */
const STEP_MS = 2;
const NANOSECONDS_PER_MILLISECOND = 1e6;

interface Timer {
  readonly dueMs: number;
  readonly action: () => void;
}

export interface PairClockOptions {
  /** Pods that do not live on virtual time. */
  readonly hasRealPods?: boolean;
  /** Called again and again while time passes; what it throws ends the wait. */
  readonly check?: () => void;
}

/**
 * The time of a pair. Two nodes in memory live on virtual time, which costs nothing; as soon as one of them is real, the other one is
 * pulled along by the wall clock.
 */
export class PairClock {
  readonly #virtual: readonly Clock[];
  readonly #isVirtual: boolean;
  readonly #timers = new Set<Timer>();
  readonly #check: () => void;
  #passedMs = 0;

  constructor(
    sessions: readonly Pick<NodeSession, 'facts' | 'clock'>[],
    { hasRealPods = false, check = () => undefined }: PairClockOptions = {},
  ) {
    this.#virtual = sessions.filter(({ facts }) => facts.node === 'memory').map(({ clock }) => clock);
    this.#isVirtual = !hasRealPods && this.#virtual.length === sessions.length;
    this.#check = check;
  }

  /** Milliseconds since some moment. */
  nowMs(): number {
    return this.#isVirtual ? this.#passedMs : performance.now();
  }

  /** Nanoseconds since the Unix epoch, never decreasing. */
  nowNs(): bigint {
    if (!this.#isVirtual) return nanoseconds(performance.timeOrigin) + nanoseconds(performance.now());
    // Every frame takes a moment of its node's time, which keeps them apart in a capture.
    return this.#virtual.reduce((latest, clock) => (clock.nowNs() > latest ? clock.nowNs() : latest), 0n);
  }

  /** Calls `action` once, while time passes in `until` or `sleep`. Returns the function that cancels it. */
  schedule(delayMs: number, action: () => void): () => void {
    const timer = { dueMs: this.nowMs() + delayMs, action };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets time pass until the condition holds; false when it did not within the limit. */
  async until(condition: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = this.nowMs() + limitMs;
    for (;;) {
      this.#check();
      if (condition()) return true;
      if (this.nowMs() >= endMs) return false;
      await this.#step();
    }
  }

  async sleep(durationMs: number): Promise<void> {
    await this.until(() => false, durationMs);
  }

  async #step(): Promise<void> {
    const startedMs = performance.now();
    if (!this.#isVirtual) await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    const stepMs = this.#isVirtual ? STEP_MS : performance.now() - startedMs;
    await Promise.all(this.#virtual.map((clock) => clock.sleep(stepMs)));
    this.#passedMs += stepMs;
    const nowMs = this.nowMs();
    for (const timer of [...this.#timers].toSorted((a, b) => a.dueMs - b.dueMs)) {
      if (timer.dueMs > nowMs || !this.#timers.delete(timer)) continue;
      timer.action();
    }
  }
}

const nanoseconds = (milliseconds: number): bigint => BigInt(Math.round(milliseconds * NANOSECONDS_PER_MILLISECOND));
