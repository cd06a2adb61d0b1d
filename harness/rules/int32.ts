/**
 * Four bytes in network order as a signed number; zero beyond the end, as with `readUint32`.
 *
 * V8 keeps every signed 32-bit number without a heap object, but not an unsigned one from 2^31 on: an address such as fd5a:1234:: would cost
 * an object per packet wherever the compiler decides not to inline the reader.
 */
export function readInt32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}
