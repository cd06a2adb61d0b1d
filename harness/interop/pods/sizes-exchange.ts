import type { PairClock } from '../pair-clock.ts';
import type { SizesOutcome } from './pods.ts';

/** Packets under way at once, so that no queue of a node overflows. */
const BATCH = 16;
/** How often an application sends again what somebody on the way has said to be too big. */
const ATTEMPTS = 3;

/** One datagram or echo request to be sent, and what will be known of its arrival. */
export interface SizedPacket {
  readonly size: number;
  readonly key: string;
  readonly send: () => void;
}

/** What those who watch the pods tell an exchange. */
export class SizesExchange {
  readonly #packets: readonly SizedPacket[];
  readonly #arrived = new Set<SizedPacket>();
  readonly #damaged = new Set<SizedPacket>();
  readonly #repeated = new Set<SizedPacket>();
  #tooBigs = 0;

  constructor(packets: readonly SizedPacket[]) {
    this.#packets = packets;
  }

  /** The packet with this key has arrived, with the content that it was sent with or with another one. */
  arrived(key: string, isGood: boolean): void {
    const packet = this.#packets.find((each) => each.key === key);
    if (packet !== undefined) (isGood ? this.#arrived : this.#damaged).add(packet);
  }

  /** Somebody on the way has told the sender that its packets are too big. */
  tooBig(): void {
    this.#tooBigs++;
  }

  /** Sends batch by batch; what somebody says is too big is sent again, as the application of a host does. */
  async run(clock: PairClock, limitMs: number): Promise<SizesOutcome> {
    const isThere = (packet: SizedPacket): boolean => this.#arrived.has(packet) || this.#damaged.has(packet);
    // Once nothing of a batch has come, little is to be expected of the next ones.
    let patienceMs = limitMs;
    for (let at = 0; at < this.#packets.length; at += BATCH) {
      const batch = this.#packets.slice(at, at + BATCH);
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const before = this.#tooBigs;
        for (const packet of batch.filter((each) => !isThere(each))) {
          if (attempt > 1) this.#repeated.add(packet);
          packet.send();
        }
        await clock.until(() => batch.every(isThere) || this.#tooBigs > before, patienceMs);
        if (this.#tooBigs === before || batch.every(isThere)) break;
      }
      if (!batch.every(isThere)) patienceMs = Math.min(patienceMs, limitMs / 4);
    }
    const sizesOf = (set: ReadonlySet<SizedPacket>): number[] =>
      this.#packets.filter((each) => set.has(each)).map(({ size }) => size);
    return {
      sent: this.#packets.map(({ size }) => size),
      arrived: sizesOf(this.#arrived),
      damaged: sizesOf(this.#damaged),
      repeated: sizesOf(this.#repeated),
    };
  }
}
