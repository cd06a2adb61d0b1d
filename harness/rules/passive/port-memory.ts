const SLOTS = 1 << 13;
/** RFC 8085 section 5.1.1 lets a flow change its port, but not often; 30 s as in the catalogue. */
const LEAST_INTERVAL_MS = 30_000;

/** Remembers the UDP source port of flows, each known by two independent hashes; a collision of slots only forgets. */
export interface PortMemory {
  /** The port before, when it changed too often; -1 otherwise. Remembers nothing. */
  look(first: number, second: number, port: number, nowMs: number): number;
  /** Remembers what `look` was asked for last. */
  remember(): void;
}

/** @param free how many changes within 30 s are no offence: the port may just have been due for a change when the capture began. */
export function createPortMemory(free: 0 | 1): PortMemory {
  const firsts = new Int32Array(SLOTS);
  const seconds = new Int32Array(SLOTS);
  const ports = new Int32Array(SLOTS).fill(-1);
  const changes = new Uint8Array(SLOTS);
  const changedMs = new Float64Array(SLOTS);
  let [askedFirst, askedSecond, askedPort, askedMs, askedChanges] = [0, 0, 0, 0.5, 0];
  let isAsBefore = false;
  return {
    look(first, second, port, nowMs) {
      const slot = first & (SLOTS - 1);
      const before = ports[slot] ?? -1;
      const isKnown = before !== -1 && firsts[slot] === first && seconds[slot] === second;
      isAsBefore = isKnown && before === port;
      if (isAsBefore) return -1;
      const isSoon = isKnown && nowMs - (changedMs[slot] ?? 0) < LEAST_INTERVAL_MS;
      askedFirst = first;
      askedSecond = second;
      askedPort = port;
      askedMs = nowMs;
      askedChanges = isSoon ? Math.min((changes[slot] ?? 0) + 1, 2) : isKnown ? 1 : 0;
      return isSoon && askedChanges > free ? before : -1;
    },
    remember() {
      if (isAsBefore) return;
      const slot = askedFirst & (SLOTS - 1);
      firsts[slot] = askedFirst;
      seconds[slot] = askedSecond;
      ports[slot] = askedPort;
      changes[slot] = askedChanges;
      changedMs[slot] = askedMs;
    },
  };
}
