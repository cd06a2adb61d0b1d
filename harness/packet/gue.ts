/**
 * Generic UDP Encapsulation (draft-ietf-intarea-gue-09 section 3), as Linux FOU speaks it.
 *
 * ```
 *  Variant 0:
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | 0 |C|   Hlen  |  Proto/ctype  |             Flags             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |              Extension fields (optional), Hlen words          |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  Variant 1: no header at all; the first bits are those of IPv4 (0100) or IPv6 (0110).
 * ```
 */
import { copyRange, readUint16, readUint8 } from './bytes.ts';

/** Offsets in bytes from the start of a variant 0 header. */
export const GUE = { VARIANT_CONTROL_LENGTH: 0, PROTOCOL: 1, FLAGS: 2, FIELDS: 4, MINIMUM_HEADER_LENGTH: 4 } as const;

export interface GueHeader {
  /** 0 or 1; a variant 1 packet has no header, so a decoded header always says 0. */
  readonly variant: number;
  /** Whether `protocol` is a control message type. */
  readonly control: boolean;
  /** Words of 4 bytes behind the first. */
  readonly headerLength: number;
  /** IP protocol number of what follows. */
  readonly protocol: number;
  readonly flags: number;
  /** The extension fields and private data. */
  readonly fields: Uint8Array;
}

export function gueVariant(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at) >>> 6;
}

/** 4 bytes and 4 for each word of Hlen. */
export function gueHeaderLengthBytes(bytes: Uint8Array, at: number): number {
  return GUE.MINIMUM_HEADER_LENGTH + (readUint8(bytes, at) & 0x1f) * 4;
}

export function gueProtocol(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + GUE.PROTOCOL);
}

/** The variant 0 header at `at`; 4 bytes must be there, fields are clipped to the bytes. */
export function readGueHeader(bytes: Uint8Array, at: number): GueHeader {
  return {
    variant: gueVariant(bytes, at),
    control: (readUint8(bytes, at) & 0x20) !== 0,
    headerLength: readUint8(bytes, at) & 0x1f,
    protocol: gueProtocol(bytes, at),
    flags: readUint16(bytes, at + GUE.FLAGS),
    fields: copyRange(bytes, at + GUE.FIELDS, at + gueHeaderLengthBytes(bytes, at)),
  };
}
