/**
 * UDP header (RFC 768).
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Source Port          |       Destination Port        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |            Length             |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
import { readUint16 } from './bytes.ts';

/** Offsets in bytes from the start of the header. */
export const UDP = { SOURCE_PORT: 0, DESTINATION_PORT: 2, LENGTH: 4, CHECKSUM: 6, HEADER_LENGTH: 8 } as const;

export interface UdpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Header and data, in bytes. */
  readonly length: number;
  /** Zero means that the sender computed none (RFC 768); not allowed over IPv6 but for RFC 6935 tunnels. */
  readonly checksum: number;
}

export function udpSourcePort(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + UDP.SOURCE_PORT);
}

export function udpDestinationPort(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + UDP.DESTINATION_PORT);
}

export function udpLength(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + UDP.LENGTH);
}

export function udpChecksum(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + UDP.CHECKSUM);
}

/** The header at `at`; 8 bytes must be there. */
export function readUdpHeader(bytes: Uint8Array, at: number): UdpHeader {
  return {
    sourcePort: udpSourcePort(bytes, at),
    destinationPort: udpDestinationPort(bytes, at),
    length: udpLength(bytes, at),
    checksum: udpChecksum(bytes, at),
  };
}
