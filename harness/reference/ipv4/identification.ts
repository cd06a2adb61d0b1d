const SLOTS = 2048;

/**
 * Values of the Identification field. One (source, destination, protocol) must not repeat a value within the lifetime of a
 * datagram (RFC 6864 section 4.3); counters in a table of fixed size, chosen by hash, hold that without state per peer.
 */
export class IdentificationTable {
  readonly #counters = new Uint16Array(SLOTS);

  constructor(seed: number) {
    for (let slot = 0; slot < SLOTS; slot++) this.#counters[slot] = Math.imul(slot + 1, 0x9e3779b1 ^ seed) >>> 16;
  }

  next(source: number, destination: number, protocol: number): number {
    const mixed = Math.imul(source ^ Math.imul(destination, 0x85ebca6b) ^ protocol, 0xc2b2ae35);
    const slot = (mixed >>> 16) % SLOTS;
    const value = this.#counters[slot] ?? 0;
    this.#counters[slot] = value + 1;
    return value;
  }
}
