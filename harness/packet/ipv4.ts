/**
 * IPv4 header (RFC 791 section 3.1).
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version|  IHL  |Type of Service|          Total Length         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |         Identification        |Flags|      Fragment Offset    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                       Source Address                          |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Destination Address                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Options                    |    Padding    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 *
 * Every view function takes the offset of the header; the caller has made sure that 20 bytes are there.
 */
import { Ipv4Address } from '../address/index.ts';
import { copyRange, readUint16, readUint32, readUint8 } from './bytes.ts';
import { internetChecksum, pseudoHeaderSum } from './checksum.ts';

/** Offsets in bytes from the start of the header. */
export const IPV4 = {
  VERSION_IHL: 0,
  TOS: 1,
  TOTAL_LENGTH: 2,
  IDENTIFICATION: 4,
  FLAGS_FRAGMENT_OFFSET: 6,
  TTL: 8,
  PROTOCOL: 9,
  HEADER_CHECKSUM: 10,
  SOURCE: 12,
  DESTINATION: 16,
  OPTIONS: 20,
  MINIMUM_HEADER_LENGTH: 20,
} as const;

/** Masks in the 16-bit word at FLAGS_FRAGMENT_OFFSET. */
export const IPV4_FLAG = { RESERVED: 0x8000, DONT_FRAGMENT: 0x4000, MORE_FRAGMENTS: 0x2000 } as const;

export interface Ipv4Header {
  readonly version: number;
  /** Internet Header Length in 32-bit words. */
  readonly ihl: number;
  /** Type of Service; DSCP and ECN since RFC 2474 and RFC 3168. */
  readonly tos: number;
  readonly totalLength: number;
  readonly identification: number;
  readonly reservedFlag: boolean;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In units of 8 bytes. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly headerChecksum: number;
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  /** The option bytes with their padding, as on the wire. */
  readonly options: Uint8Array;
}

export function ipv4Version(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at) >>> 4;
}

/** IHL times four: 0 to 60, as claimed; less than 20 is an error of the packet. */
export function ipv4HeaderLengthBytes(bytes: Uint8Array, at: number): number {
  return (readUint8(bytes, at) & 0x0f) * 4;
}

export function ipv4Tos(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + IPV4.TOS);
}

/** The two ECN bits of the TOS byte (RFC 3168 section 5): 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE. */
export function ipv4Ecn(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + IPV4.TOS) & 0x03;
}

export function ipv4TotalLength(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + IPV4.TOTAL_LENGTH);
}

export function ipv4Identification(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + IPV4.IDENTIFICATION);
}

export function ipv4ReservedFlag(bytes: Uint8Array, at: number): boolean {
  return (readUint16(bytes, at + IPV4.FLAGS_FRAGMENT_OFFSET) & IPV4_FLAG.RESERVED) !== 0;
}

export function ipv4DontFragment(bytes: Uint8Array, at: number): boolean {
  return (readUint16(bytes, at + IPV4.FLAGS_FRAGMENT_OFFSET) & IPV4_FLAG.DONT_FRAGMENT) !== 0;
}

export function ipv4MoreFragments(bytes: Uint8Array, at: number): boolean {
  return (readUint16(bytes, at + IPV4.FLAGS_FRAGMENT_OFFSET) & IPV4_FLAG.MORE_FRAGMENTS) !== 0;
}

/** In units of 8 bytes. */
export function ipv4FragmentOffset(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + IPV4.FLAGS_FRAGMENT_OFFSET) & 0x1fff;
}

/** Whether the packet is a piece of a larger one: more fragments follow, or the offset is not zero. */
export function ipv4IsFragment(bytes: Uint8Array, at: number): boolean {
  return (readUint16(bytes, at + IPV4.FLAGS_FRAGMENT_OFFSET) & 0x3fff) !== 0;
}

export function ipv4Ttl(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + IPV4.TTL);
}

export function ipv4Protocol(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + IPV4.PROTOCOL);
}

export function ipv4HeaderChecksum(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + IPV4.HEADER_CHECKSUM);
}

/** The source address as an unsigned 32-bit number, for comparisons without allocation. */
export function ipv4SourceNumber(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at + IPV4.SOURCE);
}

/** The destination address as an unsigned 32-bit number, for comparisons without allocation. */
export function ipv4DestinationNumber(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at + IPV4.DESTINATION);
}

/** The source address as a value; allocates. */
export function ipv4Source(bytes: Uint8Array, at: number): Ipv4Address {
  return Ipv4Address.fromBytes(bytes, at + IPV4.SOURCE);
}

/** The destination address as a value; allocates. */
export function ipv4Destination(bytes: Uint8Array, at: number): Ipv4Address {
  return Ipv4Address.fromBytes(bytes, at + IPV4.DESTINATION);
}

/** Whether the header checksum is right over the header that IHL claims (all of it must be there). */
export function ipv4ChecksumIsGood(bytes: Uint8Array, at: number): boolean {
  return internetChecksum(bytes, at, at + ipv4HeaderLengthBytes(bytes, at)) === 0;
}

/** Sum of the pseudo-header of this packet for its payload of `upperLayerLengthBytes` (RFC 768, RFC 9293). */
export function ipv4PseudoHeaderSum(
  bytes: Uint8Array,
  at: number,
  protocol: number,
  upperLayerLengthBytes: number,
): number {
  return pseudoHeaderSum(bytes, at + IPV4.SOURCE, bytes, at + IPV4.DESTINATION, 4, protocol, upperLayerLengthBytes);
}

/** The header at `at`; 20 bytes must be there, options are clipped to the bytes. */
export function readIpv4Header(bytes: Uint8Array, at: number): Ipv4Header {
  return {
    version: ipv4Version(bytes, at),
    ihl: readUint8(bytes, at) & 0x0f,
    tos: ipv4Tos(bytes, at),
    totalLength: ipv4TotalLength(bytes, at),
    identification: ipv4Identification(bytes, at),
    reservedFlag: ipv4ReservedFlag(bytes, at),
    dontFragment: ipv4DontFragment(bytes, at),
    moreFragments: ipv4MoreFragments(bytes, at),
    fragmentOffset: ipv4FragmentOffset(bytes, at),
    ttl: ipv4Ttl(bytes, at),
    protocol: ipv4Protocol(bytes, at),
    headerChecksum: ipv4HeaderChecksum(bytes, at),
    source: ipv4Source(bytes, at),
    destination: ipv4Destination(bytes, at),
    options: copyRange(bytes, at + IPV4.OPTIONS, at + ipv4HeaderLengthBytes(bytes, at)),
  };
}
