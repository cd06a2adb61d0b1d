/**
 * Byte arrays of packet size out of large chunks. An array of its own costs the engine a block of memory outside its heap, which it
 * has to watch; with some hundred thousand packets in a run that is most of the work of its garbage collector.
 */

const CHUNK_BYTES = 65_536;
/** Larger arrays would leave too much of a chunk unused. */
const LARGEST_BYTES = 2_048;

let chunk = new ArrayBuffer(0);
let used = 0;

/** A new array of zeros; the memory behind it is shared with other arrays, so its `buffer` is not for use. */
export function zeroed(lengthBytes: number): Uint8Array {
  if (lengthBytes > LARGEST_BYTES) return new Uint8Array(lengthBytes);
  if (used + lengthBytes > chunk.byteLength) {
    chunk = new ArrayBuffer(CHUNK_BYTES);
    used = 0;
  }
  const bytes = new Uint8Array(chunk, used, lengthBytes);
  used += lengthBytes;
  return bytes;
}

/** A copy that shares nothing with the original. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = zeroed(bytes.length);
  copy.set(bytes);
  return copy;
}
