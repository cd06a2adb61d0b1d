/** Finds the packet that went in for one that came out. */
import { equalRange, readUint32 } from '../../packet/bytes.ts';
import { ipv4Tos } from '../../packet/ipv4.ts';
import { IPV6, ipv6Ecn, ipv6HopLimit, ipv6TrafficClass } from '../../packet/ipv6.ts';
import type { Dissection } from '../dissection.ts';
import type { Facts } from '../facts.ts';
import { contentKey } from './content-key.ts';
import type { JudgedFrame } from '../finding.ts';
import { mergedEcn } from './header-fields.ts';
import { Leftovers, type LatePair } from './leftovers.ts';
import { createPair, type Pair } from './pair.ts';
import { PairingTable, type Slot } from './pairing-table.ts';
import { DECAPSULATION, ENCAPSULATION, inputRole, outputRole } from './roles.ts';
import { compare, shapeOf } from './shape.ts';
import { checksumFieldAt, checksumState, createUpperLayer, findUpperLayer } from '../upper-layer.ts';

const CAPACITY = 4096;
const SECOND_SEED = 0x27d4eb2f;
const MARK_KEY = 0x6d61726b;

/**
 * Pairs by the mark of the stimulus where the caller gives one, which also finds packets whose content was changed. Otherwise by addresses,
 * next header and upper-layer bytes; what finds no partner so waits until it is clear which inputs did not come out, and is paired with
 * the one that it was surely made of.
 */
export class Pairing {
  readonly #leftovers = new Leftovers();
  readonly #facts: Facts;
  readonly #table = new PairingTable(CAPACITY);
  readonly #pair: Pair;
  #keyA = 0;
  #keyB = 0;
  // Result of one walk over the candidates; fields instead of an object per packet.
  #output: Dissection;
  #exact: Slot | undefined;
  /** As the output was before it lost its hop. */
  #perfect: Slot | undefined;
  /** And with the ECN field that makes the one of the output: a segment that is sent again may have another (RFC 3168 section 6.1.5). */
  #flawless: Slot | undefined;
  /** Whether the exact ones are not all the same, so that it matters which it is. */
  #isMixed = false;
  #consumed: Slot | undefined;
  #open: Slot | undefined;
  #openCount = 0;
  #exactCount = 0;
  readonly #visit = (slot: Slot): void => {
    const isExact = isSamePacket(slot, this.#output);
    if (isExact) this.#exactCount++;
    if (slot.isConsumed) {
      if (isExact) this.#consumed = slot;
      return;
    }
    // Newest first: the oldest one is kept.
    if (isExact) {
      if (this.#exact !== undefined && !isSame(slot, this.#exact)) this.#isMixed = true;
      this.#exact = slot;
      if (isBefore(slot, this.#output)) {
        this.#perfect = slot;
        if (expectedEcn(slot, this.#facts) === ipv6Ecn(this.#output.bytes, this.#output.ipv6At)) this.#flawless = slot;
      }
    }
    this.#open = slot;
    this.#openCount++;
  };

  constructor(facts: Facts, packet: Dissection) {
    this.#facts = facts;
    this.#pair = createPair(packet);
    this.#output = packet;
  }

  /** Packets that came out and were not seen to go in, as they are or otherwise. */
  get unpairedOutputs(): number {
    return this.#leftovers.unpaired;
  }

  /** Packets that were changed, from one of several that went in. */
  get ambiguousOutputs(): number {
    return this.#leftovers.ambiguous;
  }

  /** Whether it is time to ask for late pairs. */
  get isDue(): boolean {
    return this.#leftovers.isDue(this.#table.added);
  }

  /**
   * Pairs of packets that were changed on the way, once that is sure.
   *
   * @param isAll at the end, when nothing more comes
   * @param judge is given each, and the frame that came out; the pair is only good during the call
   * @param dissect takes apart the frame that came out
   */
  late(
    isAll: boolean,
    dissect: (frame: JudgedFrame) => Dissection,
    judge: (pair: Pair, frame: JudgedFrame) => void,
  ): void {
    const inputs = this.#table.added;
    for (const { output, input } of this.#leftovers.resolve(this.#table.unconsumed(), inputs, isAll)) {
      const pair = this.#completeLate({ output, input }, dissect(output.frame));
      judge(pair, output.frame);
    }
  }

  /** Takes in a packet, or returns the pair that it completes; the object is only good until the next call. */
  observe(packet: Dissection, frame: JudgedFrame, isTunnel: boolean): Pair | undefined {
    const goesIn = inputRole(packet, frame, this.#facts);
    if (goesIn !== 0) {
      this.#takeIn(packet, frame, goesIn);
      return undefined;
    }
    const comesOut = outputRole(packet, frame, this.#facts, isTunnel);
    return comesOut === 0 ? undefined : this.#match(packet, frame, comesOut);
  }

  #setKey(packet: Dissection, mark: number | undefined): void {
    if (mark !== undefined) {
      this.#keyA = mark | 0;
      this.#keyB = MARK_KEY;
      return;
    }
    const inner = { bytes: packet.bytes, at: packet.ipv6At, end: packet.ipv6EndAt };
    this.#keyA = contentKey(inner, 0);
    this.#keyB = contentKey(inner, SECOND_SEED);
  }

  #takeIn(packet: Dissection, frame: JudgedFrame, role: number): void {
    this.#setKey(packet, frame.mark);
    const slot = this.#table.add(role, this.#keyA, this.#keyB, packet.bytes);
    const isInner = packet.framing !== 'none';
    slot.ipv6At = packet.ipv6At;
    slot.ipv6EndAt = packet.ipv6EndAt;
    slot.tos = isInner ? outerTos(packet) : 0;
    slot.surplusBytes = isInner ? Math.min(packet.ipv4EndAt, packet.bytes.length) - packet.ipv6EndAt : 0;
    slot.paddingBytes = isInner ? Math.max(0, packet.bytes.length - packet.ipv4EndAt) : 0;
  }

  #match(packet: Dissection, frame: JudgedFrame, role: number): Pair | undefined {
    this.#setKey(packet, frame.mark);
    this.#reset(packet);
    const isWhole = this.#table.forEach(role, this.#keyA, this.#keyB, this.#visit);
    const hopLimit = ipv6HopLimit(packet.bytes, packet.ipv6At);
    const perfect = this.#flawless ?? this.#perfect;
    if (perfect !== undefined) return this.#complete(perfect, role, frame, hopLimit);
    if (this.#exact !== undefined) {
      if (!this.#isMixed || !this.#facts.hasNoMarks) return this.#complete(this.#exact, role, frame, hopLimit);
      this.#leftovers.ambiguous++;
      return undefined;
    }
    if (this.#consumed !== undefined) {
      // A packet that loops comes out with fewer hops each time; on a capture without directions the same frame may be seen twice.
      if (!isWhole || frame.direction !== 'from-dut' || this.#consumed.outputHopLimit !== hopLimit) return undefined;
      return this.#fill(this.#consumed, role, frame, 'duplicate');
    }
    // Several different packets with one mark: which of them was changed into this one is a guess.
    if (frame.mark !== undefined) {
      if (this.#openCount > 1) return undefined;
      if (this.#open !== undefined) return this.#complete(this.#open, role, frame, hopLimit);
      return this.#matchAnswer(packet, frame, role);
    }
    if (this.#facts.hasNoMarks) this.#leftovers.add(frame, packet.ipv6At, packet.ipv6EndAt, role, this.#table.added);
    return undefined;
  }

  /** An ICMPv6 message about a packet goes back to where that came from, and so out by the way that the other role takes. */
  #matchAnswer(packet: Dissection, frame: JudgedFrame, role: number): Pair | undefined {
    const other = role === ENCAPSULATION ? DECAPSULATION : ENCAPSULATION;
    this.#reset(packet);
    this.#table.forEach(other, this.#keyA, this.#keyB, this.#visit);
    if (this.#open === undefined || this.#openCount > 1) return undefined;
    const pair = this.#fill(this.#open, other, frame, undefined);
    return pair.shape === 'answered' ? pair : undefined;
  }

  #completeLate({ output, input }: LatePair, packet: Dissection): Pair {
    this.#reset(packet);
    const pair = this.#complete(input, input.role, output.frame, ipv6HopLimit(packet.bytes, packet.ipv6At));
    // What came out in the meantime was paired already.
    pair.isAmbiguous = true;
    return pair;
  }

  #reset(packet: Dissection): void {
    this.#output = packet;
    this.#exact = undefined;
    this.#perfect = undefined;
    this.#flawless = undefined;
    this.#isMixed = false;
    this.#consumed = undefined;
    this.#open = undefined;
    this.#openCount = 0;
    this.#exactCount = 0;
  }

  #complete(slot: Slot, role: number, frame: JudgedFrame, hopLimit: number): Pair {
    if (this.#facts.capturedBeforeOffload === true) finishChecksum(slot, this.#output);
    const pair = this.#fill(slot, role, frame, undefined);
    if (pair.shape !== 'answered') {
      slot.isConsumed = true;
      slot.outputHopLimit = hopLimit;
    }
    return pair;
  }

  #fill(slot: Slot, role: number, frame: JudgedFrame, shape: Pair['shape'] | undefined): Pair {
    const pair = this.#pair;
    pair.encapsulating = role === ENCAPSULATION;
    pair.input = slot.bytes;
    pair.inputAt = slot.ipv6At;
    pair.inputEnd = slot.ipv6EndAt;
    pair.inputTos = slot.tos;
    pair.surplusBytes = slot.surplusBytes;
    pair.paddingBytes = slot.paddingBytes;
    pair.sequence = slot.sequence;
    pair.isAmbiguous = this.#exactCount > 1;
    pair.output = this.#output;
    pair.outputPort = frame.direction === 'from-dut' ? frame.port : undefined;
    pair.shape = shape ?? shapeOf(pair);
    if (pair.shape === 'forwarded') compare(pair);
    return pair;
  }
}

const outerTos = ({ bytes, ipv4At, outerIpv6At }: Dissection): number =>
  outerIpv6At >= 0 ? ipv6TrafficClass(bytes, outerIpv6At) : ipv4Tos(bytes, ipv4At);

/** Version, DSCP and flow label: what of the first word no router may change. */
const FIRST_WORD_MASK = 0xffcfffff;

/** Whether the packet would come out as this one, if nothing were wrong. */
function isBefore({ bytes, ipv6At, ipv6EndAt }: Slot, output: Dissection): boolean {
  const words = readUint32(bytes, ipv6At) ^ readUint32(output.bytes, output.ipv6At);
  return (
    (words & FIRST_WORD_MASK) === 0 &&
    ipv6HopLimit(bytes, ipv6At) === ipv6HopLimit(output.bytes, output.ipv6At) + 1 &&
    equalRange(bytes, ipv6At + IPV6.SOURCE, output.bytes, output.ipv6At + IPV6.SOURCE, ipv6EndAt - ipv6At - IPV6.SOURCE)
  );
}

/** The ECN field that a packet should come out with. */
function expectedEcn({ bytes, ipv6At, role, tos }: Slot, { switches }: Facts): number {
  const inner = ipv6Ecn(bytes, ipv6At);
  return role === ENCAPSULATION || switches.ecnDecap === 'off' ? inner : mergedEcn(inner, tos & 3);
}

const isSame = (one: Slot, other: Slot): boolean =>
  one.tos === other.tos &&
  one.ipv6EndAt - one.ipv6At === other.ipv6EndAt - other.ipv6At &&
  equalRange(one.bytes, one.ipv6At, other.bytes, other.ipv6At, one.ipv6EndAt - one.ipv6At);

const BEFORE = createUpperLayer();
const AFTER = createUpperLayer();

/** On one side, or on both, the network card may have had to fill in the checksum: then it is no difference. */
function finishChecksum(slot: Slot, { bytes, ipv6At, ipv6EndAt }: Dissection): void {
  if (!findUpperLayer(slot.bytes, slot.ipv6At, slot.ipv6EndAt, BEFORE)) return;
  if (!findUpperLayer(bytes, ipv6At, ipv6EndAt, AFTER) || BEFORE.protocol !== AFTER.protocol) return;
  const [beforeAt, afterAt] = [checksumFieldAt(BEFORE, slot.ipv6EndAt), checksumFieldAt(AFTER, ipv6EndAt)];
  if (beforeAt === -1 || afterAt === -1 || equalRange(slot.bytes, beforeAt, bytes, afterAt, 2)) return;
  const before = checksumState(slot.bytes, slot.ipv6At, BEFORE, slot.ipv6EndAt);
  const after = checksumState(bytes, ipv6At, AFTER, ipv6EndAt);
  const isFilledIn = (before === 'unfinished' && after === 'right') || (before === 'right' && after === 'unfinished');
  if (isFilledIn) slot.bytes.set(bytes.subarray(afterAt, afterAt + 2), beforeAt);
}

/** Same addresses, next header and length: the packet itself, whatever was done to its payload. */
function isSamePacket(slot: Slot, packet: Dissection): boolean {
  const { bytes, ipv6At } = packet;
  return (
    slot.ipv6EndAt - slot.ipv6At === packet.ipv6EndAt - ipv6At &&
    slot.bytes[slot.ipv6At + IPV6.NEXT_HEADER] === packet.nextHeader &&
    equalRange(slot.bytes, slot.ipv6At + IPV6.SOURCE, bytes, ipv6At + IPV6.SOURCE, 32)
  );
}
