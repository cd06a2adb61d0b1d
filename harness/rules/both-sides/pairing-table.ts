import { zeroed } from '../../packet/arena.ts';

/** One packet that went in, in a buffer of its own that is used again when the slot is. */
export interface Slot {
  bytes: Uint8Array;
  lengthBytes: number;
  role: number;
  keyA: number;
  keyB: number;
  ipv6At: number;
  ipv6EndAt: number;
  tos: number;
  surplusBytes: number;
  paddingBytes: number;
  sequence: number;
  isConsumed: boolean;
  /** Hop limit with which it came out. */
  outputHopLimit: number;
  /** Next slot of the same bucket, -1 at the end. */
  next: number;
}

const LONGEST_WALK = 64;

/**
 * The last packets that went in, found by a key of two words. Bounded: the oldest one gives way, and is then not judged any more.
 */
export class PairingTable {
  readonly #capacity: number;
  readonly #slots: Slot[] = [];
  readonly #buckets: Int32Array;
  #sequence = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#buckets = new Int32Array(capacity).fill(-1);
  }

  /** How many packets went in. */
  get added(): number {
    return this.#sequence;
  }

  /** What went in and, as far as is known, did not come out. */
  unconsumed(): readonly Slot[] {
    return this.#slots.filter(({ isConsumed }) => !isConsumed);
  }

  /** A slot with a copy of the frame, findable by the key; the caller fills in the rest. */
  add(role: number, keyA: number, keyB: number, frame: Uint8Array): Slot {
    const index = this.#sequence % this.#capacity;
    const slot = this.#slots[index] ?? this.#newSlot();
    if (this.#sequence >= this.#capacity) this.#unlink(index, slot);
    if (slot.bytes.length < frame.length) slot.bytes = zeroed(Math.max(256, frame.length));
    slot.bytes.set(frame);
    slot.lengthBytes = frame.length;
    slot.role = role;
    slot.keyA = keyA;
    slot.keyB = keyB;
    slot.isConsumed = false;
    slot.outputHopLimit = -1;
    slot.sequence = this.#sequence++;
    const bucket = this.#bucketOf(keyA);
    slot.next = this.#buckets[bucket] ?? -1;
    this.#buckets[bucket] = index;
    return slot;
  }

  /** Calls back with every packet of this key, newest first; gives up in overlong buckets. Returns false when it did. */
  forEach(role: number, keyA: number, keyB: number, visit: (slot: Slot) => void): boolean {
    let index = this.#buckets[this.#bucketOf(keyA)] ?? -1;
    for (let steps = 0; index !== -1; steps++) {
      const slot = this.#slots[index];
      if (slot === undefined || steps === LONGEST_WALK) return false;
      if (slot.keyA === keyA && slot.keyB === keyB && slot.role === role) visit(slot);
      index = slot.next;
    }
    return true;
  }

  #newSlot(): Slot {
    const slot: Slot = {
      bytes: new Uint8Array(0),
      lengthBytes: 0,
      role: 0,
      keyA: 0,
      keyB: 0,
      ipv6At: 0,
      ipv6EndAt: 0,
      tos: 0,
      surplusBytes: 0,
      paddingBytes: 0,
      sequence: 0,
      isConsumed: false,
      outputHopLimit: -1,
      next: -1,
    };
    this.#slots.push(slot);
    return slot;
  }

  #bucketOf(keyA: number): number {
    return (Math.imul(keyA, 0x9e3779b1) >>> 8) % this.#capacity;
  }

  #unlink(index: number, slot: Slot): void {
    const bucket = this.#bucketOf(slot.keyA);
    let at = this.#buckets[bucket] ?? -1;
    if (at === index) {
      this.#buckets[bucket] = slot.next;
      return;
    }
    while (at !== -1) {
      const before = this.#slots[at];
      if (before === undefined) return;
      if (before.next === index) {
        before.next = slot.next;
        return;
      }
      at = before.next;
    }
  }
}
