/**
 * Big-endian access to byte arrays and small helpers around them. No function here throws on an offset beyond the end:
 * missing bytes read as zero, and a write there is lost. Whoever needs to know checks the length first.
 */

import { zeroed } from './arena.ts';

const HEX_BYTES_PER_LINE = 16;
const EMPTY = new Uint8Array(0);

/** The byte at an offset; zero beyond the end. */
export function readUint8(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function readUint32(bytes: Uint8Array, at: number): number {
  // `<<` works on signed 32 bits; `>>> 0` makes the result unsigned again.
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}

export function writeUint8(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
}

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** One new array with the parts after each other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = zeroed(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && equalRange(left, 0, right, 0, left.length);
}

/** Whether two ranges hold the same bytes; a range that runs off its end is never equal. Allocates nothing. */
export function equalRange(
  left: Uint8Array,
  leftAt: number,
  right: Uint8Array,
  rightAt: number,
  lengthBytes: number,
): boolean {
  if (leftAt + lengthBytes > left.length || rightAt + lengthBytes > right.length) return false;
  for (let i = 0; i < lengthBytes; i++) {
    if (left[leftAt + i] !== right[rightAt + i]) return false;
  }
  return true;
}

/** Copy a range; offsets beyond the end are clipped. */
export function copyRange(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return start >= end ? EMPTY : bytes.slice(start, end);
}

/** Lower-case hexadecimal without separators: `45000014`. */
export function toHex(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  for (let i = start; i < Math.min(end, bytes.length); i++) text += readUint8(bytes, i).toString(16).padStart(2, '0');
  return text;
}

/** Bytes of a hexadecimal text; white space, colons and line breaks between bytes are ignored. Throws RangeError. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replaceAll(/[\s:]/g, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) {
    throw new RangeError(`Expected pairs of hexadecimal digits, found "${text.slice(0, 40)}".`);
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The classic dump: offset, sixteen bytes, their printable characters; one line per sixteen bytes. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += HEX_BYTES_PER_LINE) {
    const row = [...bytes.subarray(at, at + HEX_BYTES_PER_LINE)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.padEnd(HEX_BYTES_PER_LINE * 3 - 1)}  ${text}`);
  }
  return lines.join('\n');
}
