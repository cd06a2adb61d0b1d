import type { ReferenceClock } from '../clock.ts';
import { CONFIRMED_FOR_MS, type NeighbourTable } from '../link/neighbour-table.ts';

const SLOT_BITS = 10;
const SLOTS = 2 ** SLOT_BITS;

/**
 * Link-layer addresses by a number, of fixed size: what the table of neighbours says, for as long as nothing in that table has changed
 * and it would not ask again.
 */
export class NeighbourCache<Key> {
  readonly #table: NeighbourTable<Key>;
  readonly #clock: ReferenceClock;
  readonly #keyOf: (name: number) => Key;
  readonly #names = new Int32Array(SLOTS);
  /** Versions of the table, which begin with 1. */
  readonly #versions = new Float64Array(SLOTS);
  readonly #confirmedMs = new Float64Array(SLOTS);
  readonly #macs: Uint8Array[] = Array.from({ length: SLOTS }, () => new Uint8Array(0));

  /** `keyOf` gives the table's key for a signed word. */
  constructor(table: NeighbourTable<Key>, clock: ReferenceClock, keyOf: (name: number) => Key) {
    this.#table = table;
    this.#clock = clock;
    this.#keyOf = keyOf;
  }

  /** The address to send to at once; undefined when there is none or the neighbour has to be asked. */
  find(name: number): Uint8Array | undefined {
    const slot = Math.imul(name, 0x9e3779b1) >>> (32 - SLOT_BITS);
    const isKnown = this.#names[slot] === name && this.#versions[slot] === this.#table.version;
    if (!isKnown && !this.#take(slot, name)) return undefined;
    return this.#clock.nowMs() - (this.#confirmedMs[slot] ?? 0) > CONFIRMED_FOR_MS ? undefined : this.#macs[slot];
  }

  #take(slot: number, name: number): boolean {
    const known = this.#table.known(this.#keyOf(name));
    if (known === undefined) return false;
    this.#names[slot] = name;
    this.#versions[slot] = this.#table.version;
    this.#confirmedMs[slot] = known.confirmedMs;
    this.#macs[slot] = known.mac;
    return true;
  }
}
