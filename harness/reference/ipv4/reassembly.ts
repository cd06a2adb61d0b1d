/** Reassembly of outer datagrams (RFC 791 section 3.2, RFC 815). */
import { readUint16, writeUint16 } from '../../packet/bytes.ts';
import { IPV4, IPV4_FLAG } from '../../packet/ipv4.ts';
import type { ReferenceClock } from '../clock.ts';
import { ihlBytes } from './checks.ts';
import type { Piece } from './fragment-list.ts';
import { admit } from './fragment-list.ts';
import type { ReassemblyBehaviour } from './reassembly-behaviour.ts';

interface Datagram {
  readonly pieces: Piece[];
  first: Uint8Array | undefined;
  /** Any fragment of it, for a report. */
  readonly sample: Uint8Array;
  /** Payload length, known once the last fragment is here. */
  lengthBytes: number | undefined;
  dead: boolean;
  cancel: (() => void) | undefined;
}

/** RFC 4213 section 3.6. */
const REQUIRED_BYTES = 1500;

export interface ReassemblyLimits {
  /** The longest datagram that somebody has asked for. */
  readonly askedBytes: number | undefined;
  readonly interfaceMtuBytes: number;
}

export class Reassembly {
  readonly #behaviour: ReassemblyBehaviour;
  readonly #limitBytes: number;
  readonly #clock: ReferenceClock;
  readonly #timedOut: (fragment: Uint8Array) => void;
  readonly #datagrams = new Map<string, Datagram>();

  constructor(
    behaviour: ReassemblyBehaviour,
    { askedBytes, interfaceMtuBytes }: ReassemblyLimits,
    clock: ReferenceClock,
    timedOut: (fragment: Uint8Array) => void,
  ) {
    const requiredBytes = Math.max(REQUIRED_BYTES, interfaceMtuBytes);
    const heededBytes = askedBytes === undefined ? Infinity : behaviour.heeded(askedBytes, requiredBytes);
    this.#limitBytes = Math.min(behaviour.limitBytes, heededBytes);
    this.#behaviour = behaviour;
    this.#clock = clock;
    this.#timedOut = timedOut;
  }

  get size(): number {
    return this.#datagrams.size;
  }

  /** Takes a fragment whose header has been checked; returns the whole datagram when it is the missing piece. */
  add(fragment: Uint8Array): Uint8Array | undefined {
    const fate = this.#behaviour.onArrival(fragment);
    if (fate !== 'keep') return fate === 'deliver' ? fragment : undefined;
    const key = this.#behaviour.key(fragment);
    const datagram = this.#datagrams.get(key) ?? this.#begin(key, fragment.slice());
    if (datagram.dead) return undefined;
    const headerLengthBytes = this.#behaviour.headerLengthBytes(fragment);
    const offset = this.#behaviour.offsetBytes(fragment);
    const bytes = fragment.subarray(headerLengthBytes);
    const more = (readUint16(fragment, IPV4.FLAGS_FRAGMENT_OFFSET) & IPV4_FLAG.MORE_FRAGMENTS) !== 0;
    if (!this.#fits(datagram, offset, bytes.length, more, headerLengthBytes)) return this.#kill(datagram);
    if (!more) datagram.lengthBytes = offset + bytes.length;
    const piece = { offset, bytes, ecn: (fragment[IPV4.TOS] ?? 0) & 3 };
    if (!admit(datagram.pieces, piece, this.#behaviour.overlap)) return this.#kill(datagram);
    if (offset === 0) datagram.first = fragment.slice();
    const whole = this.#whole(datagram);
    if (whole === undefined) return undefined;
    if (this.#behaviour.forgetsComplete) {
      datagram.cancel?.();
      this.#datagrams.delete(key);
    }
    return whole === 'dropped' ? undefined : whole;
  }

  clear(): void {
    for (const datagram of this.#datagrams.values()) datagram.cancel?.();
    this.#datagrams.clear();
  }

  #begin(key: string, sample: Uint8Array): Datagram {
    if (this.#datagrams.size >= this.#behaviour.datagramLimit) this.#evictOldest();
    const datagram: Datagram = {
      pieces: [],
      first: undefined,
      sample,
      lengthBytes: undefined,
      dead: false,
      cancel: undefined,
    };
    this.#datagrams.set(key, datagram);
    if (this.#behaviour.timeoutMs !== undefined) {
      datagram.cancel = this.#clock.schedule(this.#behaviour.timeoutMs, () => {
        if (this.#behaviour.forgetsTimedOut) this.#datagrams.delete(key);
        const report = this.#behaviour.reportsTimeout(datagram.first !== undefined);
        if (report && !datagram.dead) this.#timedOut(datagram.first ?? datagram.sample);
      });
    }
    return datagram;
  }

  #evictOldest(): void {
    for (const [key, datagram] of this.#datagrams) {
      datagram.cancel?.();
      this.#datagrams.delete(key);
      return;
    }
  }

  #fits(datagram: Datagram, offset: number, lengthBytes: number, more: boolean, headerLengthBytes: number): boolean {
    const end = offset + lengthBytes;
    if (lengthBytes === 0 || (more && lengthBytes % 8 !== 0)) return false;
    if (headerLengthBytes + end > this.#limitBytes) return false;
    const longestEnd = Math.max(0, ...datagram.pieces.map((piece) => piece.offset + piece.bytes.length));
    return this.#behaviour.endFits(end, more, datagram.lengthBytes, longestEnd);
  }

  /** Nothing of it may be delivered any more, not even with the pieces that still come. */
  #kill(datagram: Datagram): undefined {
    datagram.dead = true;
    datagram.pieces.length = 0;
  }

  #whole(datagram: Datagram): Uint8Array | 'dropped' | undefined {
    const { first, lengthBytes, pieces } = datagram;
    if (!first || lengthBytes === undefined) return undefined;
    let covered = 0;
    for (const piece of pieces) {
      if (piece.offset > covered) return undefined;
      covered = Math.max(covered, piece.offset + piece.bytes.length);
    }
    if (covered < lengthBytes) return undefined;
    const ecn = this.#behaviour.mergedEcn(pieces.map((piece) => piece.ecn));
    if (ecn === undefined) return 'dropped';
    const headerLengthBytes = ihlBytes(first);
    const packet = new Uint8Array(headerLengthBytes + lengthBytes);
    packet.set(first.subarray(0, headerLengthBytes));
    for (const { offset, bytes } of pieces) {
      if (offset < lengthBytes) packet.set(bytes.subarray(0, lengthBytes - offset), headerLengthBytes + offset);
    }
    packet[IPV4.TOS] = ((first[IPV4.TOS] ?? 0) & 0xfc) | ecn;
    writeUint16(packet, IPV4.TOTAL_LENGTH, packet.length);
    writeUint16(packet, IPV4.FLAGS_FRAGMENT_OFFSET, 0);
    return packet;
  }
}
