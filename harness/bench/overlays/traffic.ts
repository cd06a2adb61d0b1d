import type { Wire } from '../../wire/wire.ts';
import type { Probe } from './probe.ts';

/** The way of the trials: in at one wire, out at the other. */
export interface Way {
  readonly from: Wire;
  readonly to: Wire;
}

/** Of a packet that has not come out by then nobody waits any longer. */
const LOST_AFTER_MS = 1000;

let nextNumber = 1;
const numbers = (count: number): number => {
  const first = nextNumber;
  nextNumber = (nextNumber + count) % 0xffff_0000;
  return first;
};

/** Sends one packet after the other, each when the one before has come out. Returns what each took in nanoseconds; what was lost is left out. */
export const roundsOf = async (way: Way, probes: readonly Probe[]): Promise<number[]> => {
  const first = numbers(probes.length);
  const times: number[] = [];
  for (const [index, probe] of probes.entries()) {
    const number = first + index;
    const took = await new Promise<number | undefined>((resolve) => {
      const sentNs = way.from.now();
      const end = (value: number | undefined): void => {
        stop();
        clearTimeout(timer);
        resolve(value);
      };
      const stop = way.to.onFrame((frame, timestampNs) => {
        if (probe.numberOf(frame) === number) end(Number(timestampNs - sentNs));
      });
      const timer = setTimeout(() => {
        end(undefined);
      }, LOST_AFTER_MS);
      way.from.send(probe.frame(number));
    });
    if (took !== undefined) times.push(took);
  }
  return times;
};

export interface Flood {
  readonly sent: number;
  readonly received: number;
  /** Packets per second that came out, from the first to the last. */
  readonly rate: number;
}

/**
 * As many packets as come out: there are always `window` on their way, so that the nodes have work at any time and no queue of
 * theirs can run over. The rate is therefore one without loss; what is lost nevertheless is the difference of the two counts.
 */
export const flood = async (way: Way, probe: Probe, count: number, window: number): Promise<Flood> => {
  const first = numbers(count);
  let sent = 0;
  let received = 0;
  let firstNs = 0n;
  let lastNs = 0n;
  const seen = new Uint8Array(count);
  await new Promise<void>((resolve) => {
    const end = (): void => {
      stop();
      clearTimeout(timer);
      resolve();
    };
    const refill = (): void => {
      const lot: Uint8Array[] = [];
      for (; sent < count && sent - received < window; sent += 1) lot.push(probe.frame(first + sent));
      sendLot(way.from, lot);
    };
    const stop = way.to.onFrame((frame, timestampNs) => {
      const number = probe.numberOf(frame);
      if (number === undefined || number < first || number >= first + count || seen[number - first] === 1) return;
      seen[number - first] = 1;
      received += 1;
      if (received === 1) firstNs = timestampNs;
      lastNs = timestampNs;
      timer.refresh();
      if (received === count) end();
      // In lots, as a network device gets them.
      else if (sent - received <= window / 2) refill();
    });
    const timer = setTimeout(end, LOST_AFTER_MS);
    refill();
  });
  const seconds = Number(lastNs - firstNs) / 1e9;
  return { sent, received, rate: received > 1 && seconds > 0 ? (received - 1) / seconds : 0 };
};

const sendLot = (wire: Wire, lot: readonly Uint8Array[]): void => {
  if (wire.sendAll !== undefined) wire.sendAll(lot);
  else for (const frame of lot) wire.send(frame);
};
