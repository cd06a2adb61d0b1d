/**
 * ICMPv6 (RFC 4443 section 2.1). Neighbor Discovery bodies are in ndp.ts.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |          Checksum             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Parameter: MTU (Packet Too Big), Pointer (Parameter Problem),|
 * |  Identifier and Sequence Number (echo), unused, flags (ND)    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Data, or the quoted packet from its IPv6 header on           |
 * ```
 */
import { readUint16, readUint32, readUint8 } from './bytes.ts';
import { ICMPV6_TYPE, icmpv6IsError } from './icmpv6-types.ts';

/** Offsets in bytes from the start of the message. */
export const ICMPV6 = {
  TYPE: 0,
  CODE: 1,
  CHECKSUM: 2,
  PARAMETER: 4,
  IDENTIFIER: 4,
  SEQUENCE: 6,
  BODY: 8,
  HEADER_LENGTH: 8,
} as const;

const MINIMUM_EXTENDED_QUOTE = 128;

export interface Icmpv6Header {
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  /** Bytes 4 to 7 as one unsigned number: the MTU, the Pointer, or whatever the type makes of them. */
  readonly parameter: number;
  /** Bytes 4 and 5, whether or not the type gives them this meaning. */
  readonly identifier: number;
  /** Bytes 6 and 7, whether or not the type gives them this meaning. */
  readonly sequence: number;
  /** The bytes after the first eight: echo data, ND target and options, or what an error quotes. */
  readonly body: Uint8Array;
  /** What an error quotes of the packet that caused it; empty for other types. */
  readonly quoted: Uint8Array;
}

export function icmpv6Type(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + ICMPV6.TYPE);
}

export function icmpv6Code(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + ICMPV6.CODE);
}

export function icmpv6Checksum(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + ICMPV6.CHECKSUM);
}

/** Bytes 4 to 7: MTU of a Packet Too Big, Pointer of a Parameter Problem. */
export function icmpv6Parameter(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at + ICMPV6.PARAMETER);
}

export function icmpv6Identifier(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + ICMPV6.IDENTIFIER);
}

export function icmpv6Sequence(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + ICMPV6.SEQUENCE);
}

/** The message in bytes[at, end); 8 bytes must be there. `body` and `quoted` are views, not copies. */
export function readIcmpv6Header(bytes: Uint8Array, at: number, end: number): Icmpv6Header {
  const type = icmpv6Type(bytes, at);
  const body = bytes.subarray(at + ICMPV6.BODY, Math.max(end, at + ICMPV6.BODY));
  return {
    type,
    code: icmpv6Code(bytes, at),
    checksum: icmpv6Checksum(bytes, at),
    parameter: icmpv6Parameter(bytes, at),
    identifier: icmpv6Identifier(bytes, at),
    sequence: icmpv6Sequence(bytes, at),
    body,
    quoted: icmpv6IsError(type)
      ? body.subarray(0, quotedLengthBytes(bytes, at, type, body.length))
      : body.subarray(0, 0),
  };
}

/**
 * RFC 4884: a non-zero length, in words of 8 bytes, ends the quote and lets extensions follow. No such quote is
 * shorter than 128 bytes; a smaller value is garbage in a field that older senders leave unused.
 */
function quotedLengthBytes(bytes: Uint8Array, at: number, type: number, available: number): number {
  const hasLength = type === ICMPV6_TYPE.DESTINATION_UNREACHABLE || type === ICMPV6_TYPE.TIME_EXCEEDED;
  const words = hasLength ? readUint8(bytes, at + ICMPV6.PARAMETER) : 0;
  return words * 8 < MINIMUM_EXTENDED_QUOTE ? available : Math.min(words * 8, available);
}
