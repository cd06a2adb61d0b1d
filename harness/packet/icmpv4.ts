/**
 * ICMP for IPv4 (RFC 792).
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |          Checksum             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Rest of Header: Identifier and Sequence Number (echo),    |
 * |     Next-Hop MTU in the last two bytes (RFC 1191 section 4),  |
 * |     Pointer in the first byte, length in the second (RFC 4884)|
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Data, or the quoted packet from its IPv4 header on        |
 * ```
 */
import { readUint16, readUint32, readUint8 } from './bytes.ts';
import { ICMPV4_TYPE, icmpv4IsError } from './icmpv4-types.ts';

/** Offsets in bytes from the start of the message. */
export const ICMPV4 = {
  TYPE: 0,
  CODE: 1,
  CHECKSUM: 2,
  REST_OF_HEADER: 4,
  IDENTIFIER: 4,
  SEQUENCE: 6,
  POINTER: 4,
  ORIGINAL_LENGTH: 5,
  NEXT_HOP_MTU: 6,
  BODY: 8,
  HEADER_LENGTH: 8,
} as const;

const MINIMUM_EXTENDED_QUOTE = 128;

export interface Icmpv4Header {
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  /** Bytes 4 to 7 as one unsigned number. */
  readonly restOfHeader: number;
  /** Bytes 4 and 5, whether or not the type gives them this meaning. */
  readonly identifier: number;
  /** Bytes 6 and 7, whether or not the type gives them this meaning. */
  readonly sequence: number;
  /** Bytes 6 and 7 again: the MTU of the next hop in a "fragmentation needed" (RFC 1191). */
  readonly nextHopMtu: number;
  /** The bytes after the header: echo data, or what an error quotes (and its extensions). */
  readonly body: Uint8Array;
  /** What an error quotes of the packet that caused it; empty for other types. */
  readonly quoted: Uint8Array;
}

export function icmpv4Type(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + ICMPV4.TYPE);
}

export function icmpv4Code(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + ICMPV4.CODE);
}

export function icmpv4Checksum(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + ICMPV4.CHECKSUM);
}

export function icmpv4Identifier(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + ICMPV4.IDENTIFIER);
}

export function icmpv4Sequence(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + ICMPV4.SEQUENCE);
}

export function icmpv4NextHopMtu(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + ICMPV4.NEXT_HOP_MTU);
}

/** The message in bytes[at, end); 8 bytes must be there. `body` and `quoted` are views, not copies. */
export function readIcmpv4Header(bytes: Uint8Array, at: number, end: number): Icmpv4Header {
  const type = icmpv4Type(bytes, at);
  const body = bytes.subarray(at + ICMPV4.BODY, Math.max(end, at + ICMPV4.BODY));
  return {
    type,
    code: icmpv4Code(bytes, at),
    checksum: icmpv4Checksum(bytes, at),
    restOfHeader: readUint32(bytes, at + ICMPV4.REST_OF_HEADER),
    identifier: icmpv4Identifier(bytes, at),
    sequence: icmpv4Sequence(bytes, at),
    nextHopMtu: icmpv4NextHopMtu(bytes, at),
    body,
    quoted: icmpv4IsError(type)
      ? body.subarray(0, quotedLengthBytes(bytes, at, type, body.length))
      : body.subarray(0, 0),
  };
}

/**
 * RFC 4884: a non-zero length, in words of 4 bytes, ends the quote and lets extensions follow. No such quote is
 * shorter than 128 bytes; a smaller value is garbage in a field that older senders leave unused.
 */
function quotedLengthBytes(bytes: Uint8Array, at: number, type: number, available: number): number {
  const hasLength =
    type === ICMPV4_TYPE.DESTINATION_UNREACHABLE ||
    type === ICMPV4_TYPE.TIME_EXCEEDED ||
    type === ICMPV4_TYPE.PARAMETER_PROBLEM;
  const words = hasLength ? readUint8(bytes, at + ICMPV4.ORIGINAL_LENGTH) : 0;
  return words * 4 < MINIMUM_EXTENDED_QUOTE ? available : Math.min(words * 4, available);
}
