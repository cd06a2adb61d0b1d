import { ByteWindow, type WindowMemory } from './byte-window.ts';
import type { CapturedFrame, CaptureInfo } from './captured-frame.ts';
import { createRecord, type CaptureRecord } from './capture-record.ts';
import { hex, NO_COMMENTS } from './format-decoder.ts';
import type { FormatDecoder } from './format-decoder.ts';
import { isPcapMagic, PcapDecoder } from './pcap-decoder.ts';
import { PcapngDecoder } from './pcapng-decoder.ts';
import { BlockType } from './pcapng-format.ts';

const MAGIC_BYTES = 4;

/**
 * Recognises the format and takes the file in pieces of any size: push, then `next` or `read` until there is nothing more,
 * at the end `finish`.
 */
export class CaptureDecoder {
  readonly #window: ByteWindow;
  readonly #own = createRecord();
  #format: FormatDecoder | undefined;

  /**
   * @param file name for messages
   * @param memory `reused` for who uses `read` alone and is done with each frame before the next
   */
  constructor(file: string, memory: WindowMemory = 'kept') {
    this.#window = new ByteWindow(file, memory);
  }

  /** Undefined until the format is recognised. */
  get info(): CaptureInfo | undefined {
    return this.#format?.info;
  }

  /** Bytes of the (uncompressed) file read so far. */
  get byteOffset(): number {
    return this.#window.fileOffset;
  }

  /** With memory that is kept the bytes become part of the frames and must not change afterwards; otherwise they are copied. */
  push(chunk: Uint8Array): void {
    this.#window.push(chunk);
  }

  /** Fills `record` with the next frame, in place; false when more bytes are needed. Throws CaptureError. */
  read(record: CaptureRecord): boolean {
    this.#format ??= this.#recognise();
    return this.#format !== undefined && this.#format.read(record);
  }

  /** Exact time of the frame read last. */
  timestampNs(): bigint {
    return this.#format?.timestampNs() ?? 0n;
  }

  /** Comments of the frame read last. */
  comments(): readonly string[] {
    return this.#format?.comments() ?? NO_COMMENTS;
  }

  /** The next frame, or undefined when more bytes are needed. Throws CaptureError. */
  next(): CapturedFrame | undefined {
    const record = this.#own;
    if (!this.read(record) || this.#format === undefined) return undefined;
    const interfaceName = this.#format.info.interfaces[record.interfaceIndex]?.name;
    return {
      index: record.number - 1,
      timestampNs: this.#format.timestampNs(),
      interfaceIndex: record.interfaceIndex,
      interfaceName,
      linkType: record.linkType,
      originalLengthBytes: record.originalLengthBytes,
      bytes: record.bytes.subarray(record.at, record.end),
      comments: this.#format.comments(),
      ...(record.direction && { direction: record.direction }),
    };
  }

  /** Throws CaptureError if the file ended inside a record, or before it had begun. */
  finish(): void {
    this.#window.finish();
    if (this.#format === undefined) throw this.#window.invalid('a pcap or pcapng file', 'an empty file');
  }

  #recognise(): FormatDecoder | undefined {
    const window = this.#window;
    if (!window.ensure(MAGIC_BYTES)) return undefined;
    const magic = window.view.getUint32(window.start, false);
    if (magic === BlockType.SECTION_HEADER) return new PcapngDecoder(window);
    if (isPcapMagic(magic)) return new PcapDecoder(window);
    const hint = magic >>> 16 === 0x1f8b ? ' (gzip: decompress the file first)' : '';
    throw window.invalid('a pcap or pcapng file', `the magic number ${hex(magic)}${hint}`);
  }
}
