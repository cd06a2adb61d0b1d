import type { ByteWindow } from './byte-window.ts';
import type { CapturedFrame, CapturedInterface, CaptureInfo } from './captured-frame.ts';
import type { FormatDecoder } from './format-decoder.ts';
import { hex, NO_COMMENTS } from './format-decoder.ts';
import * as format from './pcapng-format.ts';
import { readInterface } from './pcapng-interface.ts';
import type { PcapngInterface } from './pcapng-interface.ts';
import { readFrameOptions, readSectionComments } from './pcapng-options.ts';
import type { OptionsArea } from './pcapng-options.ts';

/** A length above this is taken for damage rather than waited for. Wireshark's own limit for a frame is 128 MiB as well. */
const MAX_BLOCK_BYTES = 128 * 1024 * 1024;

const MIN_BODY_END = new Map<number, number>([
  [format.BlockType.SECTION_HEADER, format.SectionHeader.OPTIONS],
  [format.BlockType.INTERFACE_DESCRIPTION, format.InterfaceDescription.OPTIONS],
  [format.BlockType.ENHANCED_PACKET, format.EnhancedPacket.DATA],
  [format.BlockType.PACKET, format.EnhancedPacket.DATA],
  [format.BlockType.SIMPLE_PACKET, format.SimplePacket.DATA],
]);

/** Reads pcapng: sections of either byte order, blocks in any legal order, unknown blocks skipped. */
export class PcapngDecoder implements FormatDecoder {
  readonly info: CaptureInfo;
  readonly #window: ByteWindow;
  readonly #comments: string[] = [];
  readonly #allInterfaces: CapturedInterface[] = [];
  #sectionInterfaces: PcapngInterface[] = [];
  #littleEndian = true;
  #frameCount = 0;

  constructor(window: ByteWindow) {
    this.#window = window;
    this.info = { format: 'pcapng', comments: this.#comments, interfaces: this.#allInterfaces };
  }

  next(): CapturedFrame | undefined {
    for (;;) {
      const lengthBytes = this.#nextBlockLength();
      if (lengthBytes === undefined) return undefined;
      const frame = this.#readBlock(lengthBytes);
      this.#window.skip(lengthBytes);
      if (frame !== undefined) return frame;
    }
  }

  /** Length of the block at the window's start, once all of it is there and both its length fields agree. */
  #nextBlockLength(): number | undefined {
    const window = this.#window;
    if (!window.ensure(format.BLOCK_OVERHEAD_BYTES)) return undefined;
    const type = window.view.getUint32(window.start, this.#littleEndian);
    if (type === format.BlockType.SECTION_HEADER) this.#readByteOrder();
    const lengthBytes = window.view.getUint32(window.start + 4, this.#littleEndian);
    const minimum = (MIN_BODY_END.get(type) ?? format.BLOCK_HEADER_BYTES) + 4;
    if (lengthBytes < minimum || lengthBytes % 4 !== 0 || lengthBytes > MAX_BLOCK_BYTES) {
      const expected = `a block length of ${minimum} to ${MAX_BLOCK_BYTES}, divisible by 4, for block type ${hex(type)}`;
      throw window.invalid(expected, String(lengthBytes));
    }
    if (!window.ensure(lengthBytes)) return undefined;
    const repeated = window.view.getUint32(window.start + lengthBytes - 4, this.#littleEndian);
    if (repeated !== lengthBytes) {
      throw window.invalid(`the block length ${lengthBytes} again at the end of the block`, String(repeated));
    }
    return lengthBytes;
  }

  #readByteOrder(): void {
    const { view, start } = this.#window;
    const magic = view.getUint32(start + format.SectionHeader.BYTE_ORDER, false);
    this.#littleEndian = magic !== format.BYTE_ORDER_MAGIC;
    if (view.getUint32(start + format.SectionHeader.BYTE_ORDER, this.#littleEndian) !== format.BYTE_ORDER_MAGIC) {
      throw this.#window.invalid(`the byte-order magic ${hex(format.BYTE_ORDER_MAGIC)}`, hex(magic));
    }
  }

  #readBlock(lengthBytes: number): CapturedFrame | undefined {
    switch (this.#window.view.getUint32(this.#window.start, this.#littleEndian)) {
      case format.BlockType.SECTION_HEADER:
        this.#readSection(lengthBytes);
        return undefined;
      case format.BlockType.INTERFACE_DESCRIPTION: {
        const area = this.#options(format.InterfaceDescription.OPTIONS, lengthBytes);
        const added = readInterface(this.#allInterfaces.length, area);
        this.#sectionInterfaces.push(added);
        this.#allInterfaces.push(added.described);
        return undefined;
      }
      case format.BlockType.ENHANCED_PACKET:
        return this.#readFrame(this.#uint32(format.EnhancedPacket.INTERFACE_ID), lengthBytes);
      case format.BlockType.PACKET:
        // Differs from its successor only here: a 16-bit interface id, then a 16-bit count of drops.
        return this.#readFrame(this.#uint16(format.EnhancedPacket.INTERFACE_ID), lengthBytes);
      case format.BlockType.SIMPLE_PACKET:
        return this.#readSimpleFrame(lengthBytes);
      default:
        return undefined;
    }
  }

  #readSection(lengthBytes: number): void {
    const major = this.#uint16(format.SectionHeader.MAJOR);
    if (major !== 1) throw this.#window.invalid('pcapng major version 1', String(major));
    this.#sectionInterfaces = [];
    this.#comments.push(...readSectionComments(this.#options(format.SectionHeader.OPTIONS, lengthBytes)));
  }

  #readFrame(interfaceId: number, lengthBytes: number): CapturedFrame {
    const at = format.EnhancedPacket;
    const source = this.#interface(interfaceId);
    const capturedLength = this.#uint32(at.CAPTURED_LENGTH);
    const room = lengthBytes - at.DATA - 4;
    if (capturedLength > room) {
      throw this.#window.invalid(`a captured length of at most ${room} bytes in this block`, String(capturedLength));
    }
    const ticks = (BigInt(this.#uint32(at.TIMESTAMP_HIGH)) << 32n) | BigInt(this.#uint32(at.TIMESTAMP_LOW));
    const options = readFrameOptions(this.#options(at.DATA + format.paddedTo32Bits(capturedLength), lengthBytes));
    return {
      index: this.#frameCount++,
      timestampNs: source.toNanoseconds(ticks),
      interfaceIndex: source.index,
      interfaceName: source.described.name,
      linkType: source.described.linkType,
      originalLengthBytes: this.#uint32(at.ORIGINAL_LENGTH),
      bytes: this.#data(at.DATA, capturedLength),
      ...options,
    };
  }

  /** Has neither time nor interface nor captured length: interface 0, and its snap length or the rest of the block. */
  #readSimpleFrame(lengthBytes: number): CapturedFrame {
    const at = format.SimplePacket;
    const source = this.#interface(0);
    const originalLengthBytes = this.#uint32(at.ORIGINAL_LENGTH);
    const snapLength = source.described.snapLengthBytes || Infinity;
    const capturedLength = Math.min(originalLengthBytes, snapLength, lengthBytes - at.DATA - 4);
    return {
      index: this.#frameCount++,
      timestampNs: 0n,
      interfaceIndex: source.index,
      interfaceName: source.described.name,
      linkType: source.described.linkType,
      originalLengthBytes,
      bytes: this.#data(at.DATA, capturedLength),
      comments: NO_COMMENTS,
    };
  }

  #interface(id: number): PcapngInterface {
    const found = this.#sectionInterfaces[id];
    if (found !== undefined) return found;
    const expected = `one of the ${this.#sectionInterfaces.length} interfaces described so far in this section`;
    throw this.#window.invalid(expected, `interface ${id}`);
  }

  #options(from: number, lengthBytes: number): OptionsArea {
    const { start } = this.#window;
    const to = start + lengthBytes - 4;
    return { window: this.#window, from: start + from, to, littleEndian: this.#littleEndian };
  }

  #data(from: number, lengthBytes: number): Uint8Array {
    const begin = this.#window.start + from;
    return this.#window.bytes.subarray(begin, begin + lengthBytes);
  }

  #uint16(offset: number): number {
    return this.#window.view.getUint16(this.#window.start + offset, this.#littleEndian);
  }

  #uint32(offset: number): number {
    return this.#window.view.getUint32(this.#window.start + offset, this.#littleEndian);
  }
}
