/**
 * Time as the runner sees it. A node that lives in this process runs on virtual time, so that protocol timers of a minute
 * cost nothing; every other node runs on the wall clock.
 */
export interface Clock {
  nowNs(): bigint;
  sleep(durationMs: number): Promise<void>;
  /** Resolves true as soon as `condition` has resolved, false when `timeoutMs` have passed on this clock without it. */
  wait(condition: Promise<unknown>, timeoutMs: number): Promise<boolean>;
}

export const wallClock: Clock = {
  nowNs: () => BigInt(Date.now()) * 1_000_000n,
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
  wait: async (condition, timeoutMs) => {
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<false>((resolve) => {
      timer = setTimeout(() => {
        resolve(false);
      }, timeoutMs);
    });
    try {
      return await Promise.race([condition.then(() => true), expired]);
    } finally {
      clearTimeout(timer);
    }
  },
};
