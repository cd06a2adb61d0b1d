/**
 * The classic capture file of libpcap (draft-ietf-opsawg-pcap): a 24-byte file header, then per frame a 16-byte record
 * header (seconds, fraction, captured length, original length) and the bytes.
 */

import type { ByteWindow } from './byte-window.ts';
import type { CaptureRecord } from './capture-record.ts';
import type { CapturedInterface, CaptureInfo } from './captured-frame.ts';
import type { FormatDecoder } from './format-decoder.ts';
import { hex, NO_COMMENTS } from './format-decoder.ts';

const FILE_HEADER_BYTES = 24;
const FileHeader = { MAJOR: 4, MINOR: 6, SNAP_LENGTH: 16, LINK_TYPE: 20 } as const;
const RECORD_HEADER_BYTES = 16;
const Record = { SECONDS: 0, FRACTION: 4, CAPTURED_LENGTH: 8, ORIGINAL_LENGTH: 12 } as const;

/** Bits 16 to 31 of the link type word tell of the FCS. */
const LINK_TYPE_MASK = 0xffff;
/** What libpcap itself accepts as captured length when the snap length is smaller (MAXIMUM_SNAPLEN). */
const MAX_CAPTURED_BYTES = 262_144;

/** The first four bytes, read big-endian. */
const MAGICS = new Map<number, { littleEndian: boolean; fractionNs: number }>([
  [0xa1b2c3d4, { littleEndian: false, fractionNs: 1000 }],
  [0xd4c3b2a1, { littleEndian: true, fractionNs: 1000 }],
  [0xa1b23c4d, { littleEndian: false, fractionNs: 1 }],
  [0x4d3cb2a1, { littleEndian: true, fractionNs: 1 }],
]);

export function isPcapMagic(magic: number): boolean {
  return MAGICS.has(magic);
}

export class PcapDecoder implements FormatDecoder {
  readonly info: CaptureInfo;
  readonly #window: ByteWindow;
  readonly #interfaces: CapturedInterface[] = [];
  #littleEndian = true;
  #fractionNs = 1;
  #maxCapturedBytes = MAX_CAPTURED_BYTES;
  #linkType = 0;
  #frameCount = 0;
  #seconds = 0;
  #fraction = 0;

  constructor(window: ByteWindow) {
    this.#window = window;
    this.info = { format: 'pcap', comments: NO_COMMENTS, applications: NO_COMMENTS, interfaces: this.#interfaces };
  }

  read(record: CaptureRecord): boolean {
    if (this.#interfaces.length === 0 && !this.#readFileHeader()) return false;
    const window = this.#window;
    if (!window.ensure(RECORD_HEADER_BYTES)) return false;
    const littleEndian = this.#littleEndian;
    const capturedLength = window.view.getUint32(window.start + Record.CAPTURED_LENGTH, littleEndian);
    if (capturedLength > this.#maxCapturedBytes) {
      throw window.invalid(`a captured length of at most ${this.#maxCapturedBytes} bytes`, String(capturedLength));
    }
    if (!window.ensure(RECORD_HEADER_BYTES + capturedLength)) return false;
    const { view, start } = window;
    this.#seconds = view.getUint32(start + Record.SECONDS, littleEndian);
    this.#fraction = view.getUint32(start + Record.FRACTION, littleEndian);
    record.number = ++this.#frameCount;
    // The buffer is almost always the same, and storing an object costs more than looking.
    if (record.bytes !== window.bytes) {
      record.bytes = window.bytes;
      record.view = window.view;
    }
    record.at = start + RECORD_HEADER_BYTES;
    record.end = record.at + capturedLength;
    record.byteOffset = window.fileOffset + RECORD_HEADER_BYTES;
    record.originalLengthBytes = view.getUint32(start + Record.ORIGINAL_LENGTH, littleEndian);
    record.linkType = this.#linkType;
    record.interfaceIndex = 0;
    record.timestampMs = this.#seconds * 1000 + (this.#fraction * this.#fractionNs) / 1e6;
    record.direction = undefined;
    window.skip(RECORD_HEADER_BYTES + capturedLength);
    return true;
  }

  timestampNs(): bigint {
    return BigInt(this.#seconds) * 1_000_000_000n + BigInt(this.#fraction * this.#fractionNs);
  }

  comments(): readonly string[] {
    return NO_COMMENTS;
  }

  #readFileHeader(): boolean {
    const window = this.#window;
    if (!window.ensure(FILE_HEADER_BYTES)) return false;
    const { view, start } = window;
    const magic = view.getUint32(start, false);
    const variant = MAGICS.get(magic);
    if (variant === undefined) throw window.invalid('a pcap magic number', hex(magic));
    this.#littleEndian = variant.littleEndian;
    this.#fractionNs = variant.fractionNs;
    const major = view.getUint16(start + FileHeader.MAJOR, this.#littleEndian);
    const minor = view.getUint16(start + FileHeader.MINOR, this.#littleEndian);
    if (major !== 2 || minor !== 4) throw window.invalid('pcap version 2.4', `version ${major}.${minor}`);
    const snapLengthBytes = view.getUint32(start + FileHeader.SNAP_LENGTH, this.#littleEndian);
    this.#maxCapturedBytes = Math.max(snapLengthBytes, MAX_CAPTURED_BYTES);
    this.#linkType = view.getUint32(start + FileHeader.LINK_TYPE, this.#littleEndian) & LINK_TYPE_MASK;
    this.#interfaces.push({ linkType: this.#linkType, snapLengthBytes });
    window.skipHeader(FILE_HEADER_BYTES);
    return true;
  }
}
