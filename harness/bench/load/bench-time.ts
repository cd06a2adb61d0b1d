import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { NodeSession } from '../../node/node.ts';
import type { Clock } from '../../wire/clock.ts';
import type { Wire } from '../../wire/wire.ts';

/** The clock that stamps frames, and how to let it pass. */
export interface BenchTime {
  /** Nanoseconds since the Unix epoch. */
  nowNs(): bigint;
  /** Lets others work until about `untilNs`; may return early, so that the caller looks at the clock again. */
  pause(untilNs: bigint): Promise<void>;
}

/** Below this a timer is too coarse, and the event loop is asked for turns instead. */
const TURNS_BELOW_NS = 2_000_000n;
const NANOSECONDS_PER_MILLISECOND = 1_000_000;

export const realTime = (wire: Pick<Wire, 'now'>): BenchTime => ({
  nowNs: () => wire.now(),
  pause: async (untilNs) => {
    const leftNs = untilNs - wire.now();
    if (leftNs > TURNS_BELOW_NS) await delay(Number(leftNs - TURNS_BELOW_NS / 2n) / NANOSECONDS_PER_MILLISECOND);
    else await turn();
  },
});

/** Time that passes only while somebody sleeps: a pause ends exactly when it should. */
export const virtualTime = (clock: Pick<Clock, 'nowNs' | 'sleep'>): BenchTime => ({
  nowNs: () => clock.nowNs(),
  pause: async (untilNs) => {
    const leftNs = untilNs - clock.nowNs();
    if (leftNs > 0n) await clock.sleep(Number(leftNs) / NANOSECONDS_PER_MILLISECOND);
  },
});

/** The time of a session: a node in this process has a virtual clock, all others the one that stamps their frames. */
export const timeOf = (session: Pick<NodeSession, 'facts' | 'clock'>, wire: Wire): BenchTime =>
  session.facts.node === 'memory' ? virtualTime(session.clock) : realTime(wire);

/** Lets this much time pass. */
export const passTime = async (time: BenchTime, seconds: number): Promise<void> => {
  const untilNs = time.nowNs() + BigInt(Math.round(seconds * 1e9));
  while (time.nowNs() < untilNs) await time.pause(untilNs);
};
