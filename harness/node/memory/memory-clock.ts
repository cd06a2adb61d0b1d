import type { Clock } from '../../wire/clock.ts';
import type { VirtualClock } from '../../wire/virtual-clock.ts';
import type { ReferenceClock } from '../../reference/clock.ts';

/** What passes between a fence and the next stimulus: without it rate limits would never refill. */
const TURNAROUND_MS = 20;

/** Virtual time for the tester: a wait costs what it would cost at a wire, nothing else does. */
export const testerClock = (clock: VirtualClock): Clock => ({
  nowNs: () => clock.nowNs(),
  sleep: (durationMs) => clock.sleep(durationMs),
  wait: async (condition, timeoutMs) => {
    const met = await clock.wait(condition, timeoutMs);
    if (met) clock.advance(TURNAROUND_MS);
    return met;
  },
});

/** The same time for the node, whose timers run inside `guard`. */
export const nodeClock = (clock: VirtualClock, guard: (action: () => void) => void): ReferenceClock => ({
  nowMs: () => Number(clock.nowNs() / 1000n) / 1000,
  schedule: (delayMs, action) =>
    clock.setTimer(delayMs, () => {
      guard(action);
    }),
});
