/**
 * IPv6 extension headers (RFC 8200 section 4, RFC 4302 section 2, RFC 4303 section 2).
 *
 * ```
 *  Hop-by-Hop Options (4.3) and Destination Options (4.6):
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next Header  |  Hdr Ext Len  |  Options ...
 *
 *  Routing (4.4):
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next Header  |  Hdr Ext Len  |  Routing Type | Segments Left |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  type-specific data ...
 *
 *  Fragment (4.5):
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Next Header  |   Reserved    |      Fragment Offset    |Res|M|
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                         Identification                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 *  AH: Next Header, Payload Len, Reserved (2), SPI (4), Sequence Number (4), ICV
 *  ESP: SPI (4), Sequence Number (4), everything behind encrypted
 * ```
 */
import { copyRange, readUint16, readUint32, readUint8 } from './bytes.ts';
import { PROTOCOL } from './protocol-numbers.ts';

/** Offsets in bytes from the start of any extension header but ESP. */
export const IPV6_EXTENSION = { NEXT_HEADER: 0, HEADER_LENGTH: 1, MINIMUM_LENGTH: 8 } as const;

export const IPV6_OPTIONS = { OPTIONS: 2 } as const;

export const IPV6_ROUTING = { TYPE: 2, SEGMENTS_LEFT: 3, DATA: 4 } as const;

export const IPV6_FRAGMENT = { RESERVED: 1, OFFSET_FLAGS: 2, IDENTIFICATION: 4, HEADER_LENGTH: 8 } as const;

export const AH = { RESERVED: 2, SPI: 4, SEQUENCE: 8, ICV: 12, MINIMUM_LENGTH: 12 } as const;

export const ESP = { SPI: 0, SEQUENCE: 4, DATA: 8, HEADER_LENGTH: 8 } as const;

/** Hop-by-Hop Options or Destination Options. */
export interface Ipv6OptionsHeader {
  readonly nextHeader: number;
  /** In units of 8 bytes, the first 8 not counted. */
  readonly headerLength: number;
  /** The option bytes with their padding, as on the wire. */
  readonly options: Uint8Array;
}

export interface Ipv6RoutingHeader {
  readonly nextHeader: number;
  /** In units of 8 bytes, the first 8 not counted. */
  readonly headerLength: number;
  readonly routingType: number;
  readonly segmentsLeft: number;
  /** Everything behind segmentsLeft: for type 0 four reserved bytes and the addresses. */
  readonly data: Uint8Array;
}

export interface Ipv6FragmentHeader {
  readonly nextHeader: number;
  /** The byte after nextHeader. */
  readonly reserved: number;
  /** In units of 8 bytes. */
  readonly fragmentOffset: number;
  /** The two bits in front of M. */
  readonly reservedBits: number;
  readonly moreFragments: boolean;
  readonly identification: number;
}

export interface AhHeader {
  readonly nextHeader: number;
  /** Length in units of 4 bytes, minus 2. */
  readonly payloadLength: number;
  readonly reserved: number;
  readonly spi: number;
  readonly sequence: number;
  readonly icv: Uint8Array;
}

export interface EspHeader {
  readonly spi: number;
  readonly sequence: number;
}

/**
 * What is wrong with the options of a Hop-by-Hop or Destination Options header, or undefined: each but Pad1 is type,
 * length and that many bytes (RFC 8200 section 4.2).
 */
export function ipv6OptionsProblem(options: Uint8Array): string | undefined {
  let at = 0;
  while (at < options.length) {
    const isPad1 = readUint8(options, at) === 0;
    if (!isPad1 && at + 2 > options.length) return 'an option is cut off';
    at += isPad1 ? 1 : 2 + readUint8(options, at + 1);
  }
  return at > options.length ? 'an option runs over the end of the header' : undefined;
}

/** Whether a Next Header value names a header that leads to another one (AH included, ESP not). */
export function isIpv6Extension(nextHeader: number): boolean {
  return (
    nextHeader === PROTOCOL.HOP_BY_HOP ||
    nextHeader === PROTOCOL.DESTINATION_OPTIONS ||
    nextHeader === PROTOCOL.ROUTING ||
    nextHeader === PROTOCOL.FRAGMENT ||
    nextHeader === PROTOCOL.AH
  );
}

/** The length that the extension header `kind` (its own protocol number) at `at` claims, in bytes. */
export function ipv6ExtensionLengthBytes(bytes: Uint8Array, at: number, kind: number): number {
  if (kind === PROTOCOL.FRAGMENT) return IPV6_FRAGMENT.HEADER_LENGTH;
  const length = readUint8(bytes, at + IPV6_EXTENSION.HEADER_LENGTH);
  return kind === PROTOCOL.AH ? (length + 2) * 4 : (length + 1) * 8;
}

export function ipv6ExtensionNextHeader(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + IPV6_EXTENSION.NEXT_HEADER);
}

export function ipv6RoutingSegmentsLeft(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + IPV6_ROUTING.SEGMENTS_LEFT);
}

/** In units of 8 bytes. */
export function ipv6FragmentOffset(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + IPV6_FRAGMENT.OFFSET_FLAGS) >>> 3;
}

export function ipv6MoreFragments(bytes: Uint8Array, at: number): boolean {
  return (readUint16(bytes, at + IPV6_FRAGMENT.OFFSET_FLAGS) & 1) !== 0;
}

export function ipv6FragmentIdentification(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at + IPV6_FRAGMENT.IDENTIFICATION);
}

/** The header at `at`; 8 bytes must be there, options are clipped to the bytes. */
export function readIpv6OptionsHeader(bytes: Uint8Array, at: number): Ipv6OptionsHeader {
  const headerLength = readUint8(bytes, at + IPV6_EXTENSION.HEADER_LENGTH);
  return {
    nextHeader: ipv6ExtensionNextHeader(bytes, at),
    headerLength,
    options: copyRange(bytes, at + IPV6_OPTIONS.OPTIONS, at + (headerLength + 1) * 8),
  };
}

/** The header at `at`; 8 bytes must be there, data is clipped to the bytes. */
export function readIpv6RoutingHeader(bytes: Uint8Array, at: number): Ipv6RoutingHeader {
  const headerLength = readUint8(bytes, at + IPV6_EXTENSION.HEADER_LENGTH);
  return {
    nextHeader: ipv6ExtensionNextHeader(bytes, at),
    headerLength,
    routingType: readUint8(bytes, at + IPV6_ROUTING.TYPE),
    segmentsLeft: ipv6RoutingSegmentsLeft(bytes, at),
    data: copyRange(bytes, at + IPV6_ROUTING.DATA, at + (headerLength + 1) * 8),
  };
}

/** The header at `at`; 8 bytes must be there. */
export function readIpv6FragmentHeader(bytes: Uint8Array, at: number): Ipv6FragmentHeader {
  return {
    nextHeader: ipv6ExtensionNextHeader(bytes, at),
    reserved: readUint8(bytes, at + IPV6_FRAGMENT.RESERVED),
    fragmentOffset: ipv6FragmentOffset(bytes, at),
    reservedBits: (readUint16(bytes, at + IPV6_FRAGMENT.OFFSET_FLAGS) >>> 1) & 3,
    moreFragments: ipv6MoreFragments(bytes, at),
    identification: ipv6FragmentIdentification(bytes, at),
  };
}

/** The header at `at`; 12 bytes must be there, the ICV is clipped to the bytes. */
export function readAhHeader(bytes: Uint8Array, at: number): AhHeader {
  const payloadLength = readUint8(bytes, at + IPV6_EXTENSION.HEADER_LENGTH);
  return {
    nextHeader: ipv6ExtensionNextHeader(bytes, at),
    payloadLength,
    reserved: readUint16(bytes, at + AH.RESERVED),
    spi: readUint32(bytes, at + AH.SPI),
    sequence: readUint32(bytes, at + AH.SEQUENCE),
    icv: copyRange(bytes, at + AH.ICV, at + (payloadLength + 2) * 4),
  };
}

/** The header at `at`; 8 bytes must be there. */
export function readEspHeader(bytes: Uint8Array, at: number): EspHeader {
  return { spi: readUint32(bytes, at + ESP.SPI), sequence: readUint32(bytes, at + ESP.SEQUENCE) };
}
