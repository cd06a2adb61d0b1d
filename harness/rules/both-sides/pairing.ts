/** Finds the packet that went in for one that came out. */
import { equalRange } from '../../packet/bytes.ts';
import { ipv4Tos } from '../../packet/ipv4.ts';
import { IPV6, ipv6HopLimit, ipv6TrafficClass } from '../../packet/ipv6.ts';
import type { Dissection } from '../dissection.ts';
import type { Facts } from '../facts.ts';
import { fingerprint } from '../fingerprint.ts';
import type { JudgedFrame } from '../finding.ts';
import { createPair, type Pair } from './pair.ts';
import { PairingTable, type Slot } from './pairing-table.ts';
import { DECAPSULATION, ENCAPSULATION, inputRole, outputRole } from './roles.ts';
import { compare, shapeOf } from './shape.ts';

const CAPACITY = 4096;
const SECOND_SEED = 0x27d4eb2f;
const MARK_KEY = 0x6d61726b;

/**
 * Pairs by the mark of the stimulus where the caller gives one, which also finds packets whose content was changed; by addresses, next
 * header and upper-layer bytes otherwise.
 */
export class Pairing {
  /** Packets that came out and, as they are, were not seen to go in. Without marks, a changed packet is one of them. */
  unpairedOutputs = 0;
  readonly #facts: Facts;
  readonly #table = new PairingTable(CAPACITY);
  readonly #pair: Pair;
  #keyA = 0;
  #keyB = 0;
  // Result of one walk over the candidates; fields instead of an object per packet.
  #output: Dissection;
  #exact: Slot | undefined;
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
    if (isExact) this.#exact = slot;
    this.#open = slot;
    this.#openCount++;
  };

  constructor(facts: Facts, packet: Dissection) {
    this.#facts = facts;
    this.#pair = createPair(packet);
    this.#output = packet;
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
    const { bytes, ipv6At, nextHeader } = packet;
    const lengthBytes = packet.ipv6EndAt - ipv6At - IPV6.SOURCE;
    this.#keyA = fingerprint(bytes, ipv6At + IPV6.SOURCE, lengthBytes, nextHeader);
    this.#keyB = fingerprint(bytes, ipv6At + IPV6.SOURCE, lengthBytes, nextHeader ^ SECOND_SEED);
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
    if (this.#exact !== undefined) return this.#complete(this.#exact, role, frame, hopLimit);
    if (this.#consumed !== undefined) {
      // A packet that loops comes out with fewer hops each time; on a capture without directions the same frame may be seen twice.
      if (!isWhole || frame.direction !== 'from-dut' || this.#consumed.outputHopLimit !== hopLimit) return undefined;
      return this.#fill(this.#consumed, role, frame, 'duplicate');
    }
    // Several different packets with one mark: which of them was changed into this one is a guess.
    if (this.#openCount > 1) return undefined;
    if (this.#open !== undefined) return this.#complete(this.#open, role, frame, hopLimit);
    if (frame.mark !== undefined) return this.#matchAnswer(packet, frame, role);
    this.unpairedOutputs++;
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

  #reset(packet: Dissection): void {
    this.#output = packet;
    this.#exact = undefined;
    this.#consumed = undefined;
    this.#open = undefined;
    this.#openCount = 0;
    this.#exactCount = 0;
  }

  #complete(slot: Slot, role: number, frame: JudgedFrame, hopLimit: number): Pair {
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

/** Same addresses, next header and length: the packet itself, whatever was done to its payload. */
function isSamePacket(slot: Slot, packet: Dissection): boolean {
  const { bytes, ipv6At } = packet;
  return (
    slot.ipv6EndAt - slot.ipv6At === packet.ipv6EndAt - ipv6At &&
    slot.bytes[slot.ipv6At + IPV6.NEXT_HEADER] === packet.nextHeader &&
    equalRange(slot.bytes, slot.ipv6At + IPV6.SOURCE, bytes, ipv6At + IPV6.SOURCE, 32)
  );
}
