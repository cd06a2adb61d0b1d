/** Who sent tunnel packets to whom. */

export interface Conversation {
  /** Outer addresses as signed 32-bit numbers. */
  readonly source: number;
  readonly destination: number;
  readonly packets: number;
  /** Bytes of the frames on the wire. */
  readonly bytes: number;
  readonly findings: number;
}

const SLOTS = 1 << 13;
/** Beyond, packets are only counted together: an attacker may invent sources without end. */
const MOST_CONVERSATIONS = 4096;
/** Number of the conversation that stands for all others. */
const OTHERS = 0;

/** Counts by pair of outer addresses; bounded. In columns, because every packet is counted and objects would be looked up at random. */
export class Conversations {
  /** Numbers by hash of the addresses; 0 for an empty slot. */
  readonly #slots = new Uint16Array(SLOTS);
  readonly #sources = new Int32Array(MOST_CONVERSATIONS + 1);
  readonly #destinations = new Int32Array(MOST_CONVERSATIONS + 1);
  readonly #packets = new Float64Array(MOST_CONVERSATIONS + 1);
  readonly #bytes = new Float64Array(MOST_CONVERSATIONS + 1);
  readonly #findings = new Float64Array(MOST_CONVERSATIONS + 1);
  #last = 0;

  /** Counts a packet and returns the number of its conversation. */
  note(source: number, destination: number, bytes: number): number {
    const number = this.#find(source, destination);
    this.#packets[number] = (this.#packets[number] ?? 0) + 1;
    this.#bytes[number] = (this.#bytes[number] ?? 0) + bytes;
    return number;
  }

  addFindings(number: number, count: number): void {
    this.#findings[number] = (this.#findings[number] ?? 0) + count;
  }

  /** Those with findings first, then those with most packets. */
  list(): readonly Conversation[] {
    const all = Array.from({ length: this.#last }, (_, index) => this.#at(index + 1));
    return all.toSorted((left, right) => right.findings - left.findings || right.packets - left.packets);
  }

  /** Everything that came after the table was full. */
  get others(): Conversation {
    return this.#at(OTHERS);
  }

  #at(number: number): Conversation {
    return {
      source: this.#sources[number] ?? 0,
      destination: this.#destinations[number] ?? 0,
      packets: this.#packets[number] ?? 0,
      bytes: this.#bytes[number] ?? 0,
      findings: this.#findings[number] ?? 0,
    };
  }

  #find(source: number, destination: number): number {
    let slot = (Math.imul(source ^ Math.imul(destination, 0x9e3779b1), 0x85ebca6b) >>> 8) & (SLOTS - 1);
    for (;;) {
      const known = this.#slots[slot] ?? OTHERS;
      if (known === OTHERS) break;
      if (this.#sources[known] === source && this.#destinations[known] === destination) return known;
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.#last === MOST_CONVERSATIONS) return OTHERS;
    const added = ++this.#last;
    this.#sources[added] = source;
    this.#destinations[added] = destination;
    this.#slots[slot] = added;
    return added;
  }
}
