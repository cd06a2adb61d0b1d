import { ByteWindow } from './byte-window.ts';
import type { CapturedFrame, CaptureInfo } from './captured-frame.ts';
import { hex } from './format-decoder.ts';
import type { FormatDecoder } from './format-decoder.ts';
import { isPcapMagic, PcapDecoder } from './pcap-decoder.ts';
import { PcapngDecoder } from './pcapng-decoder.ts';
import { BlockType } from './pcapng-format.ts';

const MAGIC_BYTES = 4;

/** Recognises the format and takes the file in pieces of any size: push, then next until undefined, at the end finish. */
export class CaptureDecoder {
  readonly #window: ByteWindow;
  #format: FormatDecoder | undefined;

  /** @param file name for messages */
  constructor(file: string) {
    this.#window = new ByteWindow(file);
  }

  /** Undefined until the format is recognised. */
  get info(): CaptureInfo | undefined {
    return this.#format?.info;
  }

  /** The bytes become part of the frames and must not change afterwards. */
  push(chunk: Uint8Array): void {
    this.#window.push(chunk);
  }

  /** The next frame, or undefined when more bytes are needed. Throws CaptureError. */
  next(): CapturedFrame | undefined {
    this.#format ??= this.#recognise();
    return this.#format?.next();
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
