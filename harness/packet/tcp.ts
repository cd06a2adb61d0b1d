/**
 * TCP header (RFC 9293 section 3.1).
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |          Source Port          |       Destination Port        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                        Sequence Number                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Acknowledgment Number                      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | Offset| Rsrvd |C|E|U|A|P|R|S|F|            Window             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           Checksum            |         Urgent Pointer        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           [Options]                           |
 * ```
 */
import { copyRange, readUint16, readUint32, readUint8 } from './bytes.ts';

/** Offsets in bytes from the start of the header. */
export const TCP = {
  SOURCE_PORT: 0,
  DESTINATION_PORT: 2,
  SEQUENCE: 4,
  ACKNOWLEDGMENT: 8,
  DATA_OFFSET: 12,
  FLAGS: 13,
  WINDOW: 14,
  CHECKSUM: 16,
  URGENT_POINTER: 18,
  OPTIONS: 20,
  MINIMUM_HEADER_LENGTH: 20,
} as const;

/** Bits of the byte at FLAGS. */
export const TCP_FLAG = {
  FIN: 0x01,
  SYN: 0x02,
  RST: 0x04,
  PSH: 0x08,
  ACK: 0x10,
  URG: 0x20,
  ECE: 0x40,
  CWR: 0x80,
} as const;

export interface TcpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Header length in 32-bit words. */
  readonly dataOffset: number;
  /** The four bits behind dataOffset. */
  readonly reserved: number;
  /** See TCP_FLAG. */
  readonly flags: number;
  readonly window: number;
  readonly checksum: number;
  readonly urgentPointer: number;
  /** The option bytes with their padding, as on the wire. */
  readonly options: Uint8Array;
}

export function tcpSourcePort(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + TCP.SOURCE_PORT);
}

export function tcpDestinationPort(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + TCP.DESTINATION_PORT);
}

/** Data Offset times four: 0 to 60, as claimed; less than 20 is an error of the segment. */
export function tcpHeaderLengthBytes(bytes: Uint8Array, at: number): number {
  return (readUint8(bytes, at + TCP.DATA_OFFSET) >>> 4) * 4;
}

export function tcpFlags(bytes: Uint8Array, at: number): number {
  return readUint8(bytes, at + TCP.FLAGS);
}

export function tcpChecksum(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at + TCP.CHECKSUM);
}

/** The header at `at`; 20 bytes must be there, options are clipped to the bytes. */
export function readTcpHeader(bytes: Uint8Array, at: number): TcpHeader {
  return {
    sourcePort: tcpSourcePort(bytes, at),
    destinationPort: tcpDestinationPort(bytes, at),
    sequence: readUint32(bytes, at + TCP.SEQUENCE),
    acknowledgment: readUint32(bytes, at + TCP.ACKNOWLEDGMENT),
    dataOffset: readUint8(bytes, at + TCP.DATA_OFFSET) >>> 4,
    reserved: readUint8(bytes, at + TCP.DATA_OFFSET) & 0x0f,
    flags: tcpFlags(bytes, at),
    window: readUint16(bytes, at + TCP.WINDOW),
    checksum: tcpChecksum(bytes, at),
    urgentPointer: readUint16(bytes, at + TCP.URGENT_POINTER),
    options: copyRange(bytes, at + TCP.OPTIONS, at + tcpHeaderLengthBytes(bytes, at)),
  };
}

/** The set flags, as in `SYN,ACK`; `none` without any. */
export function tcpFlagNames(flags: number): string {
  const names = Object.entries(TCP_FLAG).flatMap(([name, bit]) => ((flags & bit) === 0 ? [] : [name]));
  return names.length === 0 ? 'none' : names.join(',');
}
