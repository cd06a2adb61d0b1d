/** Reassembly of IPv6 fragments that are addressed to the node (RFC 8200 section 4.5, RFC 5722, RFC 6946, RFC 7112). */
import { concat, readUint16, readUint32, writeUint16 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { ReferenceClock } from '../clock.ts';
import type { OverlapJudge, Piece } from '../ipv4/fragment-list.ts';
import { admit, noOverlap } from '../ipv4/fragment-list.ts';
import type { Arrival } from '../node.ts';
import type { Icmpv6Error } from './icmpv6-error.ts';
import type { FragmentHeader } from './packet.ts';
import { setTrafficClass, trafficClassOf, upperLayerOf } from './packet.ts';
import { addressKey } from './prefix.ts';

export interface OwnReassemblyBehaviour {
  /** RFC 6946 section 4: a fragment that is the whole packet has nothing to do with any queue. */
  isAtomic(offset: number, more: boolean): boolean;
  overlap: OverlapJudge;
  /** The ECN field of the whole, undefined to drop it (RFC 3168 section 5.3); absent to take that of the first fragment. */
  readonly mergedEcn?: (fields: readonly number[]) => number | undefined;
  /** RFC 8200 section 4.5: whether a first fragment must have all headers up to that of the upper layer. */
  wantsWholeHeaderChain: boolean;
  /** 60 seconds, by RFC 8200 section 4.5; undefined for no end. */
  timeoutMs: number | undefined;
  /** Whether Time Exceeded is sent about an incomplete packet. */
  reportsTimeout(hasFirst: boolean): boolean;
  /** Whether a packet is forgotten when it has been put together. */
  forgetsComplete: boolean;
  /** Pointer of a Parameter Problem about the Payload Length, and about the Fragment Offset of the header at `at`. */
  lengthPointer: number;
  offsetPointer(at: number): number;
}

export const ownReassembly: OwnReassemblyBehaviour = {
  isAtomic: (offset, more) => offset === 0 && !more,
  overlap: noOverlap,
  wantsWholeHeaderChain: true,
  timeoutMs: 60_000,
  reportsTimeout: (hasFirst) => hasFirst,
  forgetsComplete: true,
  lengthPointer: IPV6.PAYLOAD_LENGTH,
  offsetPointer: (at) => at + 2,
};

interface Queue {
  readonly pieces: Piece[];
  first: { readonly packet: Uint8Array; readonly header: FragmentHeader } | undefined;
  lengthBytes: number | undefined;
  dead: boolean;
  readonly cancel: () => void;
}

const QUEUE_LIMIT = 64;
const MAXIMUM_PAYLOAD_BYTES = 65_535;

/** Bytes that the first fragment must hold of an upper-layer header (RFC 7112 section 5). */
const HEADER_BYTES: ReadonlyMap<number, number> = new Map([
  [PROTOCOL.TCP, 20],
  [PROTOCOL.UDP, 8],
  [PROTOCOL.ICMPV6, 4],
]);

type Report = (error: Icmpv6Error, offending: Uint8Array, arrival: Arrival) => void;

export class OwnReassembly {
  readonly #behaviour: OwnReassemblyBehaviour;
  readonly #clock: ReferenceClock;
  readonly #report: Report;
  readonly #queues = new Map<string, Queue>();

  constructor(behaviour: OwnReassemblyBehaviour, clock: ReferenceClock, report: Report) {
    this.#behaviour = behaviour;
    this.#clock = clock;
    this.#report = report;
  }

  /** The packet without its Fragment header once it is whole, an atomic fragment at once. */
  add(packet: Uint8Array, header: FragmentHeader, arrival: Arrival): Uint8Array | undefined {
    const word = readUint16(packet, header.at + 2);
    const offset = word & 0xfff8;
    const more = (word & 1) !== 0;
    const bytes = packet.subarray(header.at + 8);
    if (this.#behaviour.isAtomic(offset, more)) return joined(packet, header, bytes);
    const problem = this.#problemOf(packet, header, offset, more, bytes.length);
    if (problem) {
      this.#report(problem, packet, arrival);
      return undefined;
    }
    const key =
      addressKey(packet, IPV6.SOURCE) +
      addressKey(packet, IPV6.DESTINATION) +
      String(readUint32(packet, header.at + 4));
    const queue = this.#queues.get(key) ?? this.#begin(key, packet.slice(), arrival);
    if (queue.dead || !this.#take(queue, { offset, bytes, ecn: trafficClassOf(packet) & 3 }, more)) return undefined;
    if (offset === 0) queue.first = { packet: packet.slice(), header };
    const whole = wholeOf(queue);
    if (!whole || !this.#behaviour.forgetsComplete) return whole;
    queue.cancel();
    this.#queues.delete(key);
    return this.#withEcn(whole, queue.pieces);
  }

  #withEcn(whole: Uint8Array, pieces: readonly Piece[]): Uint8Array | undefined {
    const { mergedEcn } = this.#behaviour;
    if (mergedEcn === undefined) return whole;
    const ecn = mergedEcn(pieces.map((piece) => piece.ecn));
    if (ecn === undefined) return undefined;
    setTrafficClass(whole, (trafficClassOf(whole) & 0xfc) | ecn);
    return whole;
  }

  clear(): void {
    for (const queue of this.#queues.values()) queue.cancel();
    this.#queues.clear();
  }

  #problemOf(
    packet: Uint8Array,
    header: FragmentHeader,
    offset: number,
    more: boolean,
    length: number,
  ): Icmpv6Error | undefined {
    if (more && length % 8 !== 0) return { type: 4, code: 0, parameter: this.#behaviour.lengthPointer };
    if (header.at - IPV6.HEADER_LENGTH + offset + length > MAXIMUM_PAYLOAD_BYTES) {
      return { type: 4, code: 0, parameter: this.#behaviour.offsetPointer(header.at) };
    }
    if (offset !== 0 || !this.#behaviour.wantsWholeHeaderChain) return undefined;
    const upper = upperLayerOf(packet);
    const needed = HEADER_BYTES.get(upper.protocol) ?? 0;
    return upper.offset + needed > packet.length ? { type: 4, code: 3, parameter: 0 } : undefined;
  }

  #begin(key: string, sample: Uint8Array, arrival: Arrival): Queue {
    if (this.#queues.size >= QUEUE_LIMIT) {
      const [oldest] = this.#queues;
      oldest?.[1].cancel();
      if (oldest) this.#queues.delete(oldest[0]);
    }
    const { timeoutMs } = this.#behaviour;
    const expire = (): void => {
      this.#queues.delete(key);
      if (queue.dead || !this.#behaviour.reportsTimeout(queue.first !== undefined)) return;
      this.#report({ type: 3, code: 1, parameter: 0 }, queue.first?.packet ?? sample, arrival);
    };
    const cancel = timeoutMs === undefined ? () => undefined : this.#clock.schedule(timeoutMs, expire);
    const queue: Queue = { pieces: [], first: undefined, lengthBytes: undefined, dead: false, cancel };
    this.#queues.set(key, queue);
    return queue;
  }

  /** Any overlap, and any end that contradicts another, ends the packet without a word (RFC 5722 section 4). */
  #take(queue: Queue, piece: Piece, more: boolean): boolean {
    const end = piece.offset + piece.bytes.length;
    const known = queue.lengthBytes;
    const fits = known === undefined || (more ? end <= known : end === known);
    if (!more) queue.lengthBytes = end;
    if (fits && admit(queue.pieces, piece, this.#behaviour.overlap)) return true;
    queue.dead = true;
    queue.pieces.length = 0;
    return false;
  }
}

const wholeOf = ({ first, lengthBytes, pieces }: Queue): Uint8Array | undefined => {
  if (!first || lengthBytes === undefined) return undefined;
  const data = new Uint8Array(lengthBytes);
  let covered = 0;
  for (const piece of pieces) {
    if (piece.offset > covered) return undefined;
    covered = Math.max(covered, piece.offset + piece.bytes.length);
    data.set(piece.bytes.subarray(0, lengthBytes - piece.offset), piece.offset);
  }
  return covered < lengthBytes ? undefined : joined(first.packet, first.header, data);
};

/** What stands before the Fragment header, and the data behind it. */
const joined = (packet: Uint8Array, header: FragmentHeader, data: Uint8Array): Uint8Array => {
  const whole = concat(packet.subarray(0, header.at), data);
  whole[header.nextHeaderAt] = packet[header.at] ?? PROTOCOL.NO_NEXT_HEADER;
  writeUint16(whole, IPV6.PAYLOAD_LENGTH, whole.length - IPV6.HEADER_LENGTH);
  return whole;
};
