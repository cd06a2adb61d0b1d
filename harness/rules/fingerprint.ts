/** FNV-1a over bytes[at, at + lengthBytes), clipped to the bytes, as a signed 32-bit number. `seed` makes independent hashes. */
export function fingerprint(bytes: Uint8Array, at: number, lengthBytes: number, seed = 0x811c9dc5): number {
  const end = Math.min(at + lengthBytes, bytes.length);
  let hash = seed | 0;
  for (let i = at; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  // FNV leaves the low bits of short inputs alike.
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 13);
}
