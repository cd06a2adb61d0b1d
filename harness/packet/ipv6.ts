/**
 * IPv6 header (RFC 8200 section 3).
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version| Traffic Class |           Flow Label                  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                   Source Address (128 bits)                   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                 Destination Address (128 bits)                |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 *
 * Every view function takes the offset of the header; the caller has made sure that 40 bytes are there.
 */
import { Ipv6Address } from '../address/index.ts';
import { readUint16, readUint32, readUint8 } from './bytes.ts';
import { pseudoHeaderSum } from './checksum.ts';

/** Offsets in bytes from the start of the header. */
export const IPV6 = {
  VERSION_CLASS_FLOW: 0,
  PAYLOAD_LENGTH: 4,
  NEXT_HEADER: 6,
  HOP_LIMIT: 7,
  SOURCE: 8,
  DESTINATION: 24,
  HEADER_LENGTH: 40,
} as const;

/** Every link must carry packets of this size (RFC 8200 section 5). */
export const IPV6_MINIMUM_MTU = 1280;

export interface Ipv6Header {
  readonly version: number;
  readonly trafficClass: number;
  /** 20 bits. */
  readonly flowLabel: number;
  /** Bytes after this header, extension headers included. */
  readonly payloadLength: number;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly source: Ipv6Address;
  readonly destination: Ipv6Address;
}

export function ipv6Version(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at) >>> 4;
}

export function ipv6TrafficClass(bytes: Uint8Array, at: number): number {
  return (readUint16(bytes, at) >>> 4) & 0xff;
}

/** The two ECN bits of the traffic class (RFC 3168 section 5): 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE. */
export function ipv6Ecn(bytes: Uint8Array, at: number): number {
  return (readUint16(bytes, at) >>> 4) & 0x03;
}

export function ipv6FlowLabel(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) & 0xfffff;
}

export function ipv6PayloadLength(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + IPV6.PAYLOAD_LENGTH);
}

export function ipv6NextHeader(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + IPV6.NEXT_HEADER);
}

export function ipv6HopLimit(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + IPV6.HOP_LIMIT);
}

/** The source address as a value; allocates. Compare in place with `equalRange` at `at + IPV6.SOURCE`. */
export function ipv6Source(bytes: Uint8Array, at: number): Ipv6Address {
  return Ipv6Address.fromBytes(bytes, at + IPV6.SOURCE);
}

/** The destination address as a value; allocates. Compare in place with `equalRange` at `at + IPV6.DESTINATION`. */
export function ipv6Destination(bytes: Uint8Array, at: number): Ipv6Address {
  return Ipv6Address.fromBytes(bytes, at + IPV6.DESTINATION);
}

/** Sum of the pseudo-header of this packet for an upper layer (RFC 8200 section 8.1). */
export function ipv6PseudoHeaderSum(
  bytes: Uint8Array,
  at: number,
  upperLayerProtocol: number,
  upperLayerLengthBytes: number,
): number {
  return pseudoHeaderSum(
    bytes,
    at + IPV6.SOURCE,
    bytes,
    at + IPV6.DESTINATION,
    16,
    upperLayerProtocol,
    upperLayerLengthBytes,
  );
}

/** The header at `at`; 40 bytes must be there. */
export function readIpv6Header(bytes: Uint8Array, at: number): Ipv6Header {
  return {
    version: ipv6Version(bytes, at),
    trafficClass: ipv6TrafficClass(bytes, at),
    flowLabel: ipv6FlowLabel(bytes, at),
    payloadLength: ipv6PayloadLength(bytes, at),
    nextHeader: ipv6NextHeader(bytes, at),
    hopLimit: ipv6HopLimit(bytes, at),
    source: ipv6Source(bytes, at),
    destination: ipv6Destination(bytes, at),
  };
}
