/** Path MTU per tunnel endpoint, learned from ICMPv4 (RFC 1191). */
import { readUint16 } from '../../packet/bytes.ts';
import { IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import type { ReferenceClock } from '../clock.ts';

export interface PathMtuBehaviour {
  key(destination: number): number;
  /** The next-hop MTU field of a Fragmentation Needed message, 0 from an old router (RFC 1191 section 4). */
  reportedBytes(message: Uint8Array): number;
  /** The new estimate, undefined to keep the old one. */
  lowered(currentBytes: number, reportedBytes: number, quotedTotalLength: number): number | undefined;
  /** RFC 1191 section 6.3 recommends ten minutes after a decrease. */
  lifetimeMs: number;
}

/** RFC 1191 section 3: no host may reduce its estimate below this. */
const MINIMUM_BYTES = 68;
/** RFC 1191 section 7.1. */
const PLATEAUS = [32_000, 17_914, 8166, 4352, 2002, 1492, 1006, 508, 296, MINIMUM_BYTES] as const;

export const pathMtu: PathMtuBehaviour = {
  key: (destination) => destination,
  reportedBytes: (message) => readUint16(message, 6),
  lowered: (currentBytes, reportedBytes, quotedTotalLength) => {
    const size = Math.min(currentBytes, quotedTotalLength);
    const wanted = reportedBytes === 0 ? PLATEAUS.find((plateau) => plateau < size) : reportedBytes;
    const next = Math.max(wanted ?? MINIMUM_BYTES, MINIMUM_BYTES);
    return next < currentBytes ? next : undefined;
  },
  lifetimeMs: 600_000,
};

const ENTRY_LIMIT = 4096;

/** Only decreases are kept, so the table holds the few paths that are narrower than the port, not every peer. */
export class PathMtuTable {
  readonly #behaviour: PathMtuBehaviour;
  readonly #clock: ReferenceClock;
  readonly #entries = new Map<number, { mtuBytes: number; untilMs: number }>();

  constructor(behaviour: PathMtuBehaviour, clock: ReferenceClock) {
    this.#behaviour = behaviour;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(destination: number, portMtuBytes: number): number {
    if (this.#entries.size === 0) return portMtuBytes;
    const key = this.#behaviour.key(destination);
    const entry = this.#entries.get(key);
    if (!entry) return portMtuBytes;
    if (this.#clock.nowMs() >= entry.untilMs) {
      this.#entries.delete(key);
      return portMtuBytes;
    }
    return Math.min(entry.mtuBytes, portMtuBytes);
  }

  /** Takes over what a Fragmentation Needed message says of the path to `destination`. */
  lower(destination: number, portMtuBytes: number, message: Uint8Array, quotedTotalLength: number): void {
    const current = this.get(destination, portMtuBytes);
    const next = this.#behaviour.lowered(current, this.#behaviour.reportedBytes(message), quotedTotalLength);
    if (next !== undefined) this.#store(destination, next);
  }

  /** The same for an outer IPv6 header, whose errors always name the MTU; one below 1280 is discarded (RFC 8201 section 4). */
  lowerTo(destination: number, portMtuBytes: number, reportedBytes: number): void {
    if (reportedBytes < IPV6_MINIMUM_MTU || reportedBytes >= this.get(destination, portMtuBytes)) return;
    this.#store(destination, reportedBytes);
  }

  #store(destination: number, next: number): void {
    const key = this.#behaviour.key(destination);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= ENTRY_LIMIT && !this.#entries.has(key) && !oldest.done)
      this.#entries.delete(oldest.value);
    this.#entries.set(key, { mtuBytes: next, untilMs: this.#clock.nowMs() + this.#behaviour.lifetimeMs });
  }
}
