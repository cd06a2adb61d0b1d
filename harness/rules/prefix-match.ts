import { readInt32 } from './int32.ts';

/** Tests addresses in place against a prefix; allocates nothing. */
export interface PrefixMatch {
  /** Whether the address at the offset (16 bytes must be there) is inside the prefix. */
  contains(bytes: Uint8Array, at: number): boolean;
  /** The same, many times as fast. Throws RangeError where the 16 bytes are not there. */
  containsInView(view: DataView, at: number): boolean;
}

/** A matcher for an IPv6 prefix given by its first address and its length in bits. */
export function prefixMatch(prefix: {
  readonly address: { readonly bytes: Uint8Array };
  readonly length: number;
}): PrefixMatch {
  const { address, length } = prefix;
  const word = (index: number): number => readInt32(address.bytes, index * 4);
  const mask = (index: number): number => {
    const bits = Math.min(32, Math.max(0, length - index * 32));
    return bits === 0 ? 0 : -1 << (32 - bits);
  };
  const [w0, w1, w2, w3] = [word(0), word(1), word(2), word(3)];
  const [m0, m1, m2, m3] = [mask(0), mask(1), mask(2), mask(3)];
  return {
    contains: (bytes, at) =>
      ((readInt32(bytes, at) ^ w0) & m0) === 0 &&
      ((readInt32(bytes, at + 4) ^ w1) & m1) === 0 &&
      ((readInt32(bytes, at + 8) ^ w2) & m2) === 0 &&
      ((readInt32(bytes, at + 12) ^ w3) & m3) === 0,
    containsInView: (view, at) =>
      ((view.getInt32(at) ^ w0) & m0) === 0 &&
      ((view.getInt32(at + 4) ^ w1) & m1) === 0 &&
      // Hardly any prefix is so long.
      (m2 === 0 || (((view.getInt32(at + 8) ^ w2) & m2) === 0 && ((view.getInt32(at + 12) ^ w3) & m3) === 0)),
  };
}
