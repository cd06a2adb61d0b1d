/**
 * Numbers of the pcapng format, named as in draft-ietf-opsawg-pcapng.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                          Block Type                           |
 * |                      Block Total Length                       |
 * /                          Block Body                           /
 * /              variable length, padded to 32 bits               /
 * |                      Block Total Length                       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */

export const BlockType = {
  /** Reads the same in both byte orders, so that a file can be recognised before its byte order is known. */
  SECTION_HEADER: 0x0a0d0d0a,
  INTERFACE_DESCRIPTION: 1,
  /** Obsolete, but still in old files. */
  PACKET: 2,
  SIMPLE_PACKET: 3,
  ENHANCED_PACKET: 6,
} as const;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Type and total length before the body, and the total length again after it. */
export const BLOCK_OVERHEAD_BYTES = 12;
export const BLOCK_HEADER_BYTES = 8;

/** Offsets from the start of the block. */
export const SectionHeader = { BYTE_ORDER: 8, MAJOR: 12, MINOR: 14, SECTION_LENGTH: 16, OPTIONS: 24 } as const;
export const InterfaceDescription = { LINK_TYPE: 8, SNAP_LENGTH: 12, OPTIONS: 16 } as const;
export const EnhancedPacket = {
  INTERFACE_ID: 8,
  TIMESTAMP_HIGH: 12,
  TIMESTAMP_LOW: 16,
  CAPTURED_LENGTH: 20,
  ORIGINAL_LENGTH: 24,
  DATA: 28,
} as const;
export const SimplePacket = { ORIGINAL_LENGTH: 8, DATA: 12 } as const;

export const OptionCode = {
  END: 0,
  COMMENT: 1,
  SHB_HARDWARE: 2,
  SHB_OS: 3,
  SHB_USERAPPL: 4,
  IF_NAME: 2,
  IF_DESCRIPTION: 3,
  IF_TSRESOL: 9,
  IF_TSOFFSET: 14,
  /** The same code in the Enhanced Packet Block and in the obsolete Packet Block. */
  PACKET_FLAGS: 2,
} as const;

/** Bits 0 and 1 of `epb_flags`. */
export const FLAGS_DIRECTION_MASK = 0b11;
export const FLAGS_INBOUND = 0b01;
export const FLAGS_OUTBOUND = 0b10;

/** An option's value has a 16-bit length. */
export const OPTION_VALUE_MAX_BYTES = 0xffff;

export function paddedTo32Bits(lengthBytes: number): number {
  return (lengthBytes + 3) & ~3;
}
