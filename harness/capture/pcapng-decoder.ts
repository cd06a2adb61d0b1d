import type { ByteWindow } from './byte-window.ts';
import type { CaptureRecord } from './capture-record.ts';
import type { CapturedInterface, CaptureInfo } from './captured-frame.ts';
import type { FormatDecoder } from './format-decoder.ts';
import { hex, NO_COMMENTS } from './format-decoder.ts';
import * as format from './pcapng-format.ts';
import { readInterface } from './pcapng-interface.ts';
import type { PcapngInterface } from './pcapng-interface.ts';
import { readFrameComments, readFrameDirection, readSection } from './pcapng-options.ts';
import type { OptionsArea } from './pcapng-options.ts';

/** A length above this is taken for damage rather than waited for. Wireshark's own limit for a frame is 128 MiB as well. */
const MAX_BLOCK_BYTES = 128 * 1024 * 1024;

function minimumLength(type: number): number {
  switch (type) {
    case format.BlockType.ENHANCED_PACKET:
    case format.BlockType.PACKET:
      return format.EnhancedPacket.DATA + 4;
    case format.BlockType.SECTION_HEADER:
      return format.SectionHeader.OPTIONS + 4;
    case format.BlockType.INTERFACE_DESCRIPTION:
      return format.InterfaceDescription.OPTIONS + 4;
    case format.BlockType.SIMPLE_PACKET:
      return format.SimplePacket.DATA + 4;
    default:
      return format.BLOCK_OVERHEAD_BYTES;
  }
}

/** Reads pcapng: sections of either byte order, blocks in any legal order, unknown blocks skipped. */
export class PcapngDecoder implements FormatDecoder {
  readonly info: CaptureInfo;
  readonly #window: ByteWindow;
  readonly #comments: string[] = [];
  readonly #applications: string[] = [];
  readonly #allInterfaces: CapturedInterface[] = [];
  #sectionInterfaces: PcapngInterface[] = [];
  #littleEndian = true;
  #frameCount = 0;
  // Of the frame read last.
  #source: PcapngInterface | undefined;
  #ticksHigh = 0;
  #ticksLow = 0;
  #frameOptions: OptionsArea | undefined;

  constructor(window: ByteWindow) {
    this.#window = window;
    this.info = {
      format: 'pcapng',
      comments: this.#comments,
      applications: this.#applications,
      interfaces: this.#allInterfaces,
    };
  }

  read(record: CaptureRecord): boolean {
    for (;;) {
      const lengthBytes = this.#nextBlockLength();
      if (lengthBytes === 0) return false;
      const isFrame = this.#readBlock(lengthBytes, record);
      this.#window.skip(lengthBytes);
      if (isFrame) return true;
    }
  }

  timestampNs(): bigint {
    if (this.#source === undefined) return 0n;
    return this.#source.toNanoseconds((BigInt(this.#ticksHigh) << 32n) | BigInt(this.#ticksLow));
  }

  comments(): readonly string[] {
    return this.#frameOptions === undefined ? NO_COMMENTS : readFrameComments(this.#frameOptions);
  }

  /** Length of the block at the window's start, once all of it is there and both its length fields agree; 0 until then. */
  #nextBlockLength(): number {
    const window = this.#window;
    if (!window.ensure(format.BLOCK_OVERHEAD_BYTES)) return 0;
    const type = window.view.getUint32(window.start, this.#littleEndian);
    if (type === format.BlockType.SECTION_HEADER) this.#readByteOrder();
    const lengthBytes = window.view.getUint32(window.start + 4, this.#littleEndian);
    const minimum = minimumLength(type);
    if (lengthBytes < minimum || lengthBytes % 4 !== 0 || lengthBytes > MAX_BLOCK_BYTES) {
      const expected = `a block length of ${minimum} to ${MAX_BLOCK_BYTES}, divisible by 4, for block type ${hex(type)}`;
      throw window.invalid(expected, String(lengthBytes));
    }
    if (!window.ensure(lengthBytes)) return 0;
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

  /** Whether the block at the window's start holds a frame. */
  #readBlock(lengthBytes: number, record: CaptureRecord): boolean {
    switch (this.#window.view.getUint32(this.#window.start, this.#littleEndian)) {
      case format.BlockType.ENHANCED_PACKET:
        this.#readFrame(this.#uint32(format.EnhancedPacket.INTERFACE_ID), lengthBytes, record);
        return true;
      case format.BlockType.PACKET:
        // Differs from its successor only here: a 16-bit interface id, then a 16-bit count of drops.
        this.#readFrame(this.#uint16(format.EnhancedPacket.INTERFACE_ID), lengthBytes, record);
        return true;
      case format.BlockType.SIMPLE_PACKET:
        this.#readSimpleFrame(lengthBytes, record);
        return true;
      case format.BlockType.SECTION_HEADER:
        this.#readSection(lengthBytes);
        return false;
      case format.BlockType.INTERFACE_DESCRIPTION: {
        const area = this.#options(format.InterfaceDescription.OPTIONS, lengthBytes);
        const added = readInterface(this.#allInterfaces.length, area);
        this.#sectionInterfaces.push(added);
        this.#allInterfaces.push(added.described);
        return false;
      }
      default:
        return false;
    }
  }

  #readSection(lengthBytes: number): void {
    const major = this.#uint16(format.SectionHeader.MAJOR);
    if (major !== 1) throw this.#window.invalid('pcapng major version 1', String(major));
    this.#sectionInterfaces = [];
    const { comments, application } = readSection(this.#options(format.SectionHeader.OPTIONS, lengthBytes));
    this.#comments.push(...comments);
    if (application !== undefined) this.#applications.push(application);
  }

  #readFrame(interfaceId: number, lengthBytes: number, record: CaptureRecord): void {
    const at = format.EnhancedPacket;
    const source = this.#interface(interfaceId);
    const capturedLength = this.#uint32(at.CAPTURED_LENGTH);
    const room = lengthBytes - at.DATA - 4;
    if (capturedLength > room) {
      throw this.#window.invalid(`a captured length of at most ${room} bytes in this block`, String(capturedLength));
    }
    this.#source = source;
    this.#ticksHigh = this.#uint32(at.TIMESTAMP_HIGH);
    this.#ticksLow = this.#uint32(at.TIMESTAMP_LOW);
    const optionsAt = at.DATA + format.paddedTo32Bits(capturedLength);
    const hasOptions = optionsAt < lengthBytes - 4;
    this.#frameOptions = hasOptions ? this.#options(optionsAt, lengthBytes) : undefined;
    record.timestampMs = source.toMilliseconds(this.#ticksHigh, this.#ticksLow);
    record.direction = this.#frameOptions === undefined ? undefined : readFrameDirection(this.#frameOptions);
    this.#fill(record, source, at.DATA, capturedLength);
    record.originalLengthBytes = this.#uint32(at.ORIGINAL_LENGTH);
  }

  /** Has neither time nor interface nor captured length: interface 0, and its snap length or the rest of the block. */
  #readSimpleFrame(lengthBytes: number, record: CaptureRecord): void {
    const at = format.SimplePacket;
    const source = this.#interface(0);
    const originalLengthBytes = this.#uint32(at.ORIGINAL_LENGTH);
    const snapLength = source.described.snapLengthBytes || Infinity;
    this.#source = undefined;
    this.#frameOptions = undefined;
    record.timestampMs = 0;
    record.direction = undefined;
    this.#fill(record, source, at.DATA, Math.min(originalLengthBytes, snapLength, lengthBytes - at.DATA - 4));
    record.originalLengthBytes = originalLengthBytes;
  }

  #fill(record: CaptureRecord, source: PcapngInterface, dataAt: number, lengthBytes: number): void {
    record.number = ++this.#frameCount;
    record.bytes = this.#window.bytes;
    record.view = this.#window.view;
    record.at = this.#window.start + dataAt;
    record.end = record.at + lengthBytes;
    record.byteOffset = this.#window.fileOffset + dataAt;
    record.linkType = source.described.linkType;
    record.interfaceIndex = source.index;
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

  #uint16(offset: number): number {
    return this.#window.view.getUint16(this.#window.start + offset, this.#littleEndian);
  }

  #uint32(offset: number): number {
    return this.#window.view.getUint32(this.#window.start + offset, this.#littleEndian);
  }
}
