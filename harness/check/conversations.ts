/** Who sent tunnel packets to whom. */

export interface Conversation {
  /** Outer addresses as signed 32-bit numbers. */
  readonly source: number;
  readonly destination: number;
  packets: number;
  /** Bytes of the frames on the wire. */
  bytes: number;
  findings: number;
}

const SLOTS = 1 << 13;
/** Beyond, packets are only counted together: an attacker may invent sources without end. */
const MOST_CONVERSATIONS = 4096;

/** Counts by pair of outer addresses; bounded. */
export class Conversations {
  readonly #table: (Conversation | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  readonly #all: Conversation[] = [];
  readonly #others: Conversation = { source: 0, destination: 0, packets: 0, bytes: 0, findings: 0 };
  #last: Conversation = this.#others;

  note(source: number, destination: number, bytes: number): Conversation {
    const last = this.#last;
    const conversation =
      last.source === source && last.destination === destination && last !== this.#others
        ? last
        : this.#find(source, destination);
    this.#last = conversation;
    conversation.packets++;
    conversation.bytes += bytes;
    return conversation;
  }

  /** Those with findings first, then those with most packets. */
  list(): readonly Conversation[] {
    return this.#all.toSorted((left, right) => right.findings - left.findings || right.packets - left.packets);
  }

  /** Everything that came after the table was full. */
  get others(): Readonly<Conversation> {
    return this.#others;
  }

  #find(source: number, destination: number): Conversation {
    let slot = (Math.imul(source ^ Math.imul(destination, 0x9e3779b1), 0x85ebca6b) >>> 8) & (SLOTS - 1);
    for (;;) {
      const known = this.#table[slot];
      if (known === undefined) break;
      if (known.source === source && known.destination === destination) return known;
      slot = (slot + 1) & (SLOTS - 1);
    }
    if (this.#all.length >= MOST_CONVERSATIONS) return this.#others;
    const added: Conversation = { source, destination, packets: 0, bytes: 0, findings: 0 };
    this.#all.push(added);
    this.#table[slot] = added;
    return added;
  }
}
