import type { ChecksumState, Decoded, DecodedLayer, DecodeStop, LayerKind } from '../decoded.ts';
import { internetChecksum, pseudoHeaderSum } from '../checksum.ts';

/** What a UDP destination port carries: IP right behind UDP (FOU), or a GUE header. */
export type TunnelKind = 'fou' | 'gue';

/** Where the addresses of the pseudo-header stand. */
export interface AddressPlace {
  readonly addressLengthBytes: 4 | 16;
  readonly sourceAt: number;
  /** Undefined if a Routing header leads to a destination that cannot be told. */
  readonly destinationAt: number | undefined;
}

/** What is being built up while one packet is decoded. */
export interface DecodeState {
  readonly bytes: Uint8Array;
  readonly tunnelPorts: ReadonlyMap<number, TunnelKind>;
  readonly layers: DecodedLayer[];
  stop: DecodeStop | undefined;
  trailerOffset: number | undefined;
  /** The packet being decoded is known not to be all there: lengths and checksums cannot be held against it. */
  incomplete: boolean;
  addresses: AddressPlace | undefined;
  /** Decode what an ICMP error quotes; undefined when nested too deeply. */
  readonly decodeQuoted: (quoted: Uint8Array, start: 'ipv4' | 'ipv6') => Decoded | undefined;
}

/** What stands at `at` and may reach to `end`; the number is looked up in the named table. */
export interface Next {
  readonly table: 'ether-type' | 'ip-protocol' | 'payload';
  readonly number: number;
  readonly at: number;
  readonly end: number;
}

/** Decode one header at `at` within `end`: add its layer and say what follows, or stop. */
export type Decoder = (state: DecodeState, at: number, end: number) => Next | undefined;

export const NO_ISSUES: readonly string[] = [];

export function payloadAt(at: number, end: number): Next {
  return { table: 'payload', number: 0, at, end };
}

/** Stop; returns undefined so that a decoder can `return stopAt(...)`. */
export function stopAt(state: DecodeState, protocol: LayerKind, offset: number, reason: string): undefined {
  state.stop = { offset, reason, protocol };
  return undefined;
}

/** Stop if fewer than `needed` bytes are left; says whether they are there. */
export function isThere(state: DecodeState, protocol: LayerKind, at: number, end: number, needed: number): boolean {
  const left = Math.max(0, end - at);
  if (left >= needed) return true;
  stopAt(state, protocol, at, `${protocol} header needs ${needed} bytes, ${left} are left`);
  return false;
}

/** The state of an upper-layer checksum over bytes[at, end), which are all there, and the pseudo-header. */
export function upperLayerChecksumState(state: DecodeState, at: number, end: number, protocol: number): ChecksumState {
  const { addresses, bytes } = state;
  if (addresses?.destinationAt === undefined) return 'unverified';
  const { sourceAt, destinationAt, addressLengthBytes } = addresses;
  const sum = pseudoHeaderSum(bytes, sourceAt, bytes, destinationAt, addressLengthBytes, protocol, end - at);
  return internetChecksum(bytes, at, end, sum) === 0 ? 'good' : 'bad';
}

/** Bytes between the end of a packet by its own length and the end of what carries it; the outermost is a trailer. */
export function noteBytesBehind(state: DecodeState, packetEnd: number, end: number): readonly string[] {
  const behind = end - packetEnd;
  if (behind <= 0) return NO_ISSUES;
  if (state.layers.every((layer) => layer.kind === 'ethernet' || layer.kind === 'vlan')) {
    state.trailerOffset = packetEnd;
    return NO_ISSUES;
  }
  return [`${behind} bytes behind its end`];
}
