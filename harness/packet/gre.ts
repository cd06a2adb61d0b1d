/**
 * Generic Routing Encapsulation (RFC 2784 section 2, RFC 2890 section 2).
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |C| |K|S| Reserved0       | Ver |         Protocol Type         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |      Checksum (optional)      |       Reserved1 (optional)    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                         Key (optional)                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                 Sequence Number (optional)                    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
import { readUint16, readUint32 } from './bytes.ts';

/** Offsets in bytes from the start of the header; the optional words follow in the order above. */
export const GRE = { FLAGS_VERSION: 0, PROTOCOL_TYPE: 2, OPTIONAL: 4, MINIMUM_HEADER_LENGTH: 4 } as const;

/** Bits in the 16-bit word at FLAGS_VERSION; ROUTING is RFC 1701's and must be zero since RFC 2784. */
export const GRE_FLAG = { CHECKSUM: 0x8000, ROUTING: 0x4000, KEY: 0x2000, SEQUENCE: 0x1000 } as const;

export interface GreHeader {
  /** The whole first word: see GRE_FLAG; the lowest three bits are the version. */
  readonly flags: number;
  readonly version: number;
  readonly protocolType: number;
  readonly checksum?: number;
  readonly key?: number;
  readonly sequence?: number;
}

export function greFlags(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + GRE.FLAGS_VERSION);
}

export function greProtocolType(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + GRE.PROTOCOL_TYPE);
}

/** 4 bytes and 4 for each optional word that a flag announces. */
export function greHeaderLengthBytes(bytes: Uint8Array, at: number): number {
  const flags = greFlags(bytes, at);
  const words =
    ((flags & GRE_FLAG.CHECKSUM) === 0 ? 0 : 1) +
    ((flags & GRE_FLAG.KEY) === 0 ? 0 : 1) +
    ((flags & GRE_FLAG.SEQUENCE) === 0 ? 0 : 1);
  return GRE.MINIMUM_HEADER_LENGTH + 4 * words;
}

/** The header at `at`; the bytes of `greHeaderLengthBytes` must be there. */
export function readGreHeader(bytes: Uint8Array, at: number): GreHeader {
  const flags = greFlags(bytes, at);
  const checksumAt = at + GRE.OPTIONAL;
  const keyAt = checksumAt + ((flags & GRE_FLAG.CHECKSUM) === 0 ? 0 : 4);
  const sequenceAt = keyAt + ((flags & GRE_FLAG.KEY) === 0 ? 0 : 4);
  return {
    flags,
    version: flags & 0x0007,
    protocolType: greProtocolType(bytes, at),
    ...((flags & GRE_FLAG.CHECKSUM) === 0 ? {} : { checksum: readUint16(bytes, checksumAt) }),
    ...((flags & GRE_FLAG.KEY) === 0 ? {} : { key: readUint32(bytes, keyAt) }),
    ...((flags & GRE_FLAG.SEQUENCE) === 0 ? {} : { sequence: readUint32(bytes, sequenceAt) }),
  };
}
