/**
 * What a packet is built from: a list of layers, each of which wraps the bytes of all that follow it.
 *
 * Every field of a layer may be set or left unset. Unset is computed; set is sent verbatim, so that a wrong packet is
 * as easy to build as a right one.
 */
import { Ipv4Address, Ipv6Address } from '../address/index.ts';
import { concat } from './bytes.ts';
import { MacAddress } from './mac-address.ts';
import { PacketError } from './packet-error.ts';

/** The addresses that go into the pseudo-header of an upper-layer checksum, 4 or 16 bytes each. */
export interface PseudoHeaderAddresses {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

/** What a layer may know about its surroundings when it is finished. */
export interface BuildContext {
  /** The layer that follows, which decides the value of an unset nextHeader, protocol or etherType. */
  readonly next: Layer | undefined;
  /** The addresses of the nearest IP layer in front. */
  readonly addresses: PseudoHeaderAddresses | undefined;
}

export interface Layer {
  readonly kind: string;
  /** IP protocol number under which an IP layer carries this one. */
  readonly protocolNumber?: number;
  /** EtherType under which Ethernet or GRE carries this layer. */
  readonly etherType?: number;
  /** Set by IP layers only: what they lend to the pseudo-headers of the layers behind them. */
  readonly addresses?: PseudoHeaderAddresses;
  /** The bytes of this layer around the finished bytes of everything behind it. */
  finish(inner: Uint8Array, context: BuildContext): Uint8Array;
}

/** Bytes that no header explains. */
export function payload(bytes: Uint8Array = new Uint8Array(0)): Layer {
  return { kind: 'payload', finish: (inner) => concat(bytes, inner) };
}

/**
 * Bytes of an Ethernet frame behind its IP or ARP packet, such as the padding to 60 bytes; no length field counts
 * them. Only as the last layer of `build(ethernet(), ...)`.
 */
export function trailer(bytes: Uint8Array): Layer {
  return { kind: 'trailer', finish: () => bytes };
}

/** The value if it fits in `bits` unsigned bits. Throws PacketError naming the field otherwise. */
export function unsigned(field: string, value: number, bits: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new PacketError(
      'PROTO41_PACKET_FIELD',
      `Expected ${field} to be an unsigned ${bits}-bit number, found ${value}.`,
    );
  }
  return value;
}

/** Bytes of an address given as text or value; all zero if unset. */
export function ipv4Bytes(address: Ipv4Address | string | undefined): Uint8Array {
  if (address === undefined) return new Uint8Array(4);
  return typeof address === 'string' ? Ipv4Address.parse(address).bytes : address.bytes;
}

/** Bytes of an address given as text or value; all zero if unset. */
export function ipv6Bytes(address: Ipv6Address | string | undefined): Uint8Array {
  if (address === undefined) return new Uint8Array(16);
  return typeof address === 'string' ? Ipv6Address.parse(address).bytes : address.bytes;
}

/** Bytes of an address given as text or value; all zero if unset. */
export function macBytes(address: MacAddress | string | undefined): Uint8Array {
  if (address === undefined) return new Uint8Array(6);
  return typeof address === 'string' ? MacAddress.parse(address).bytes : address.bytes;
}
