/** Packets that came out and, as they are, did not go in; kept until it is clear what else did not come out. */
import type { JudgedFrame } from '../finding.ts';
import { isAbout, isMadeOf, likeKeys, likePacket, type LikePacket } from './likeness.ts';
import type { Slot } from './pairing-table.ts';

/** By then, what overtook the packet has come out. */
const LEAST_AGE = 256;
/** The table of what went in forgets after 4096 packets. */
const MOST_AGE = 2048;
const MOST_WAITING = 512;
/** More packets of one key are not looked at one by one: which of them it was is not sure anyway. */
const MOST_ALIKE = 8;

/** A frame of its own, in a copy. */
export interface Leftover {
  readonly frame: JudgedFrame;
  readonly packet: LikePacket;
  readonly role: number;
  /** How many packets had gone in. */
  readonly inputs: number;
}

/** A packet that came out, and the one that it was made of. */
export interface LatePair {
  readonly output: Leftover;
  readonly input: Slot;
}

interface Input {
  readonly slot: Slot;
  readonly packet: LikePacket;
}

export class Leftovers {
  /** Packets that came of nothing that is known. */
  unpaired = 0;
  /** Packets that were changed on the way, from one of several, or one of several from it: which is not sure. */
  ambiguous = 0;
  #waiting: Leftover[] = [];

  /** Keeps a copy; an ICMPv6 error may also be `isAnswer` to a packet that went the other way. */
  add(frame: JudgedFrame, at: number, end: number, role: number, inputs: number): void {
    const bytes = frame.bytes.slice();
    const packet = likePacket({ bytes, at, end });
    if (packet === undefined) this.unpaired++;
    else this.#waiting.push({ frame: { ...frame, bytes }, packet, role, inputs });
  }

  /** Whether it is time to look for what the oldest ones were made of. */
  isDue(inputs: number): boolean {
    const [oldest] = this.#waiting;
    return oldest !== undefined && (inputs - oldest.inputs >= MOST_AGE || this.#waiting.length >= MOST_WAITING);
  }

  /**
   * The pairs that are sure: nothing else that came out was made of this input, and this output of nothing else.
   *
   * @param slots what went in and, as it is, did not come out
   * @param isAll at the end, when nothing more comes
   */
  resolve(slots: readonly Slot[], inputs: number, isAll: boolean): readonly LatePair[] {
    const half = this.#waiting.length >> 1;
    const isRipe = ({ inputs: before }: Leftover, index: number): boolean =>
      isAll || inputs - before >= LEAST_AGE || (this.#waiting.length >= MOST_WAITING && index < half);
    const candidates = indexed(slots);
    const likely = this.#waiting.map((output, index) => ({
      output,
      isRipe: isRipe(output, index),
      inputs: inputsOf(output, candidates),
    }));
    const outputsOf = new Map<Slot, number>();
    for (const each of likely) for (const slot of each.inputs) outputsOf.set(slot, (outputsOf.get(slot) ?? 0) + 1);
    const pairs: LatePair[] = [];
    for (const { output, inputs: found } of likely.filter((each) => each.isRipe)) {
      const [input] = found;
      if (input === undefined) this.unpaired++;
      else if (found.size > 1 || outputsOf.get(input) !== 1) this.ambiguous++;
      else pairs.push({ output, input });
    }
    this.#waiting = likely.filter((each) => !each.isRipe).map(({ output }) => output);
    return pairs;
  }
}

function indexed(slots: readonly Slot[]): ReadonlyMap<number, readonly Input[]> {
  const index = new Map<number, Input[]>();
  for (const slot of slots) {
    const packet = likePacket({ bytes: slot.bytes, at: slot.ipv6At, end: slot.ipv6EndAt });
    if (packet === undefined) continue;
    const input = { slot, packet };
    for (const key of likeKeys(packet, true)) {
      const others = index.get(key);
      if (others === undefined) index.set(key, [input]);
      else if (others.length < MOST_ALIKE) others.push(input);
    }
  }
  return index;
}

/** An answer goes out by the way that the other role takes. */
function inputsOf(output: Leftover, candidates: ReadonlyMap<number, readonly Input[]>): ReadonlySet<Slot> {
  const found = new Set<Slot>();
  for (const key of likeKeys(output.packet, false)) {
    for (const { slot, packet } of candidates.get(key) ?? []) {
      if (slot.sequence >= output.inputs) continue;
      const isIts = slot.role === output.role ? isMadeOf(output.packet, packet) : isAbout(output.packet, packet);
      if (isIts) found.add(slot);
    }
  }
  return found;
}
