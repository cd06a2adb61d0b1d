/**
 * The classic capture file of libpcap (draft-ietf-opsawg-pcap): a 24-byte file header, then per frame a 16-byte record
 * header (seconds, fraction, captured length, original length) and the bytes.
 */

import type { ByteWindow } from './byte-window.ts';
import type { CapturedFrame, CapturedInterface, CaptureInfo } from './captured-frame.ts';
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

  constructor(window: ByteWindow) {
    this.#window = window;
    this.info = { format: 'pcap', comments: NO_COMMENTS, interfaces: this.#interfaces };
  }

  next(): CapturedFrame | undefined {
    if (this.#interfaces.length === 0 && !this.#readFileHeader()) return undefined;
    const window = this.#window;
    if (!window.ensure(RECORD_HEADER_BYTES)) return undefined;
    const capturedLength = window.view.getUint32(window.start + Record.CAPTURED_LENGTH, this.#littleEndian);
    if (capturedLength > this.#maxCapturedBytes) {
      throw window.invalid(`a captured length of at most ${this.#maxCapturedBytes} bytes`, String(capturedLength));
    }
    if (!window.ensure(RECORD_HEADER_BYTES + capturedLength)) return undefined;
    const { view, start, bytes } = window;
    const seconds = view.getUint32(start + Record.SECONDS, this.#littleEndian);
    const fraction = view.getUint32(start + Record.FRACTION, this.#littleEndian);
    const dataStart = start + RECORD_HEADER_BYTES;
    window.skip(RECORD_HEADER_BYTES + capturedLength);
    return {
      index: this.#frameCount++,
      timestampNs: BigInt(seconds) * 1_000_000_000n + BigInt(fraction * this.#fractionNs),
      interfaceIndex: 0,
      interfaceName: undefined,
      linkType: this.#linkType,
      originalLengthBytes: view.getUint32(start + Record.ORIGINAL_LENGTH, this.#littleEndian),
      bytes: bytes.subarray(dataStart, dataStart + capturedLength),
      comments: NO_COMMENTS,
    };
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
    window.skip(FILE_HEADER_BYTES);
    return true;
  }
}
