/** One pcapng block as bytes. Little-endian: the byte order of the machines that read most captures. */

import type { CaptureDirection } from './captured-frame.ts';
import * as format from './pcapng-format.ts';

const NANOSECONDS = 9;
const MAX_TIMESTAMP_NS = 0xffff_ffff_ffff_ffffn;

interface EncodedOption {
  readonly code: number;
  readonly value: Uint8Array;
}

export interface SectionDescription {
  /** Shown by Wireshark under "Capture File Properties"; several are allowed. */
  readonly comments?: readonly string[];
  readonly hardware?: string;
  readonly os?: string;
  readonly application?: string;
}

export interface InterfaceDescription {
  readonly name: string;
  readonly description?: string;
  readonly linkType: number;
  /** 0 means no limit. */
  readonly snapLengthBytes: number;
}

export interface FrameDescription {
  readonly interfaceIndex: number;
  readonly timestampNs: bigint;
  readonly bytes: Uint8Array;
  /** Length on the wire if the frame was cut; otherwise the length of `bytes`. */
  readonly originalLengthBytes?: number;
  readonly comments?: readonly string[];
  readonly direction?: CaptureDirection;
}

export function encodeSectionHeader(section: SectionDescription): Uint8Array {
  const options = comments(section.comments);
  if (section.hardware !== undefined) options.push(text(format.OptionCode.SHB_HARDWARE, section.hardware));
  if (section.os !== undefined) options.push(text(format.OptionCode.SHB_OS, section.os));
  if (section.application !== undefined) options.push(text(format.OptionCode.SHB_USERAPPL, section.application));
  const at = format.SectionHeader;
  const { bytes, view } = block(format.BlockType.SECTION_HEADER, at.OPTIONS, options);
  view.setUint32(at.BYTE_ORDER, format.BYTE_ORDER_MAGIC, true);
  view.setUint16(at.MAJOR, 1, true);
  view.setUint16(at.MINOR, 0, true);
  // -1: the length of the section is not known, since frames are still to come.
  view.setBigInt64(at.SECTION_LENGTH, -1n, true);
  return bytes;
}

export function encodeInterface(described: InterfaceDescription): Uint8Array {
  const options = [text(format.OptionCode.IF_NAME, described.name)];
  if (described.description !== undefined) {
    options.push(text(format.OptionCode.IF_DESCRIPTION, described.description));
  }
  options.push({ code: format.OptionCode.IF_TSRESOL, value: Uint8Array.of(NANOSECONDS) });
  const at = format.InterfaceDescription;
  const { bytes, view } = block(format.BlockType.INTERFACE_DESCRIPTION, at.OPTIONS, options);
  view.setUint16(at.LINK_TYPE, described.linkType, true);
  view.setUint32(at.SNAP_LENGTH, described.snapLengthBytes, true);
  return bytes;
}

/** Throws RangeError for a timestamp that does not fit 64 bits. */
export function encodeFrame(frame: FrameDescription): Uint8Array {
  if (frame.timestampNs < 0n || frame.timestampNs > MAX_TIMESTAMP_NS) {
    throw new RangeError(`expected a timestamp of 0 to 2^64 - 1 ns since 1970, found ${frame.timestampNs}`);
  }
  const options = comments(frame.comments);
  if (frame.direction !== undefined) options.push(flags(frame.direction));
  const at = format.EnhancedPacket;
  const optionsOffset = at.DATA + format.paddedTo32Bits(frame.bytes.length);
  const { bytes, view } = block(format.BlockType.ENHANCED_PACKET, optionsOffset, options);
  view.setUint32(at.INTERFACE_ID, frame.interfaceIndex, true);
  view.setUint32(at.TIMESTAMP_HIGH, Number(frame.timestampNs >> 32n), true);
  view.setUint32(at.TIMESTAMP_LOW, Number(frame.timestampNs & 0xffff_ffffn), true);
  view.setUint32(at.CAPTURED_LENGTH, frame.bytes.length, true);
  view.setUint32(at.ORIGINAL_LENGTH, frame.originalLengthBytes ?? frame.bytes.length, true);
  bytes.set(frame.bytes, at.DATA);
  return bytes;
}

/** A block with everything filled in except its fixed fields and its data. */
function block(
  type: number,
  optionsOffset: number,
  options: readonly EncodedOption[],
): { bytes: Uint8Array; view: DataView } {
  let optionsLength = options.length === 0 ? 0 : 4;
  for (const option of options) optionsLength += 4 + format.paddedTo32Bits(option.value.length);
  const lengthBytes = optionsOffset + optionsLength + 4;
  const bytes = new Uint8Array(lengthBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, lengthBytes, true);
  view.setUint32(lengthBytes - 4, lengthBytes, true);
  let offset = optionsOffset;
  for (const { code, value } of options) {
    view.setUint16(offset, code, true);
    view.setUint16(offset + 2, value.length, true);
    bytes.set(value, offset + 4);
    offset += 4 + format.paddedTo32Bits(value.length);
  }
  // opt_endofopt is four zero bytes, which are there already.
  return { bytes, view };
}

function comments(texts: readonly string[] = []): EncodedOption[] {
  return texts.map((comment) => text(format.OptionCode.COMMENT, comment));
}

function text(code: number, value: string): EncodedOption {
  // encodeInto stops before the character that no longer fits, so that a long text is cut without half a character.
  const bytes = new Uint8Array(Math.min(value.length * 3, format.OPTION_VALUE_MAX_BYTES));
  const { written } = new TextEncoder().encodeInto(value, bytes);
  return { code, value: bytes.subarray(0, written) };
}

function flags(direction: CaptureDirection): EncodedOption {
  const value = new Uint8Array(4);
  value[0] = direction === 'inbound' ? format.FLAGS_INBOUND : format.FLAGS_OUTBOUND;
  return { code: format.OptionCode.PACKET_FLAGS, value };
}
