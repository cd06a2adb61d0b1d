import type { ReferenceClock } from '../clock.ts';

/** Time of this machine, read once for all frames that are worked on in one go: reading it for each would cost as much as some of them. */
export class TurnClock implements ReferenceClock {
  #nowMs = 0;
  #isRead = false;

  nowMs(): number {
    if (!this.#isRead) this.#read();
    return this.#nowMs;
  }

  schedule(delayMs: number, action: () => void): () => void {
    const timer = setTimeout(action, delayMs);
    return () => {
      clearTimeout(timer);
    };
  }

  #read(): void {
    this.#nowMs = performance.now();
    this.#isRead = true;
    queueMicrotask(() => {
      this.#isRead = false;
    });
  }
}
