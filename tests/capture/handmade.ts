/** Capture files laid down byte by byte, in either byte order, without the code under test. */

export interface HandmadePcap {
  readonly littleEndian: boolean;
  readonly nanoseconds: boolean;
  readonly records: readonly HandmadeRecord[];
  readonly linkType?: number;
}

export interface HandmadeRecord {
  readonly seconds: number;
  readonly fraction: number;
  readonly bytes: Uint8Array;
  readonly originalLengthBytes?: number;
}

export function handmadePcap({ littleEndian, nanoseconds, records, linkType = 1 }: HandmadePcap): Uint8Array {
  const words = words32(littleEndian);
  const halves = words16(littleEndian);
  const magic = words(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
  const parts = [magic, halves(2, 4), words(0, 0, 262_144, linkType)];
  for (const { seconds, fraction, bytes, originalLengthBytes = bytes.length } of records) {
    parts.push(words(seconds, fraction, bytes.length, originalLengthBytes), bytes);
  }
  return joined(parts);
}

export interface BlockBuilder {
  block(type: number, ...body: Uint8Array[]): Uint8Array;
  option(code: number, value: Uint8Array | string): Uint8Array;
  section(...options: Uint8Array[]): Uint8Array;
  interface(linkType: number, snapLengthBytes: number, ...options: Uint8Array[]): Uint8Array;
  frame(interfaceId: number, ticks: bigint, bytes: Uint8Array, ...options: Uint8Array[]): Uint8Array;
  words(...values: number[]): Uint8Array;
  halves(...values: number[]): Uint8Array;
}

export function blocks(littleEndian: boolean): BlockBuilder {
  const words = words32(littleEndian);
  const halves = words16(littleEndian);
  const block = (type: number, ...body: Uint8Array[]): Uint8Array => {
    const content = joined(body);
    const length = words(12 + content.length);
    return joined([words(type), length, content, length]);
  };
  const timestamp = (ticks: bigint): Uint8Array => words(Number(ticks >> 32n), Number(ticks & 0xffff_ffffn));
  return {
    words,
    halves,
    block,
    option: (code, value) => {
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      return joined([halves(code, bytes.length), padded(bytes)]);
    },
    section: (...options) =>
      block(0x0a0d0d0a, words(0x1a2b3c4d), halves(1, 0), words(0xffff_ffff, 0xffff_ffff), ...options),
    interface: (linkType, snapLengthBytes, ...options) =>
      block(1, halves(linkType, 0), words(snapLengthBytes), ...options),
    frame: (interfaceId, ticks, bytes, ...options) =>
      block(6, words(interfaceId), timestamp(ticks), words(bytes.length, bytes.length), padded(bytes), ...options),
  };
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function padded(bytes: Uint8Array): Uint8Array {
  return joined([bytes, new Uint8Array((4 - (bytes.length % 4)) % 4)]);
}

function words32(littleEndian: boolean): (...values: number[]) => Uint8Array {
  return (...values) => {
    const view = new DataView(new ArrayBuffer(values.length * 4));
    for (const [i, value] of values.entries()) view.setUint32(i * 4, value, littleEndian);
    return new Uint8Array(view.buffer);
  };
}

function words16(littleEndian: boolean): (...values: number[]) => Uint8Array {
  return (...values) => {
    const view = new DataView(new ArrayBuffer(values.length * 2));
    for (const [i, value] of values.entries()) view.setUint16(i * 2, value, littleEndian);
    return new Uint8Array(view.buffer);
  };
}
