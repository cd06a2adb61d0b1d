/** A token bucket for errors (RFC 4443 section 2.4 (f)). */
export interface RateLimitBehaviour {
  readonly burst: number;
  readonly perSecond: number;
}

export const rateLimit: RateLimitBehaviour = { burst: 40, perSecond: 100 };

/** Whether one more error may be sent now. */
export interface ErrorLimit {
  take(nowMs: number, receiver: Uint8Array): boolean;
}

export class ErrorBudget implements ErrorLimit {
  readonly #behaviour: RateLimitBehaviour;
  #tokens: number;
  #filledMs: number;

  constructor(behaviour: RateLimitBehaviour, nowMs: number) {
    this.#behaviour = behaviour;
    this.#tokens = behaviour.burst;
    this.#filledMs = nowMs;
  }

  take(nowMs: number): boolean {
    const gained = ((nowMs - this.#filledMs) * this.#behaviour.perSecond) / 1000;
    this.#tokens = Math.min(this.#behaviour.burst, this.#tokens + gained);
    this.#filledMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
