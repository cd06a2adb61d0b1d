/**
 * The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of all 16-bit words.
 * Data with a correct checksum in place sums to `internetChecksum(...) === 0`.
 */
import { readUint16 } from './bytes.ts';

/**
 * Sum of the 16-bit words of bytes[start, end), an odd last byte padded with zero (RFC 1071 section 4.1), added to
 * `initial`. Not folded: sums may be added up and folded once, because the addition is associative.
 */
export function onesComplementSum(bytes: Uint8Array, start: number, end: number, initial = 0): number {
  let sum = initial;
  let at = start;
  for (; at + 1 < end; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (at < end) sum += (bytes[at] ?? 0) << 8;
  return sum;
}

/** Fold a sum into 16 bits by adding the carries back in (end-around carry). */
export function foldSum(sum: number): number {
  let folded = sum;
  // Division, not a shift: a sum may exceed 32 bits.
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}

/** The checksum of bytes[start, end), 0 to 0xffff; `initial` is an unfolded sum such as that of a pseudo-header. */
export function internetChecksum(bytes: Uint8Array, start = 0, end = bytes.length, initial = 0): number {
  return ~foldSum(onesComplementSum(bytes, start, end, initial)) & 0xffff;
}

/**
 * Sum of a pseudo-header: both addresses, the upper-layer length and the protocol. The layouts of IPv4 (RFC 768,
 * RFC 9293 section 3.1) and IPv6 (RFC 8200 section 8.1) give the same sum, because zero words do not count.
 * The offsets say where the addresses stand, so they can be read in place.
 */
export function pseudoHeaderSum(
  source: Uint8Array,
  sourceAt: number,
  destination: Uint8Array,
  destinationAt: number,
  addressLengthBytes: 4 | 16,
  protocol: number,
  upperLayerLengthBytes: number,
): number {
  let sum = protocol + (upperLayerLengthBytes >>> 16) + (upperLayerLengthBytes & 0xffff);
  for (let i = 0; i < addressLengthBytes; i += 2) {
    sum += readUint16(source, sourceAt + i) + readUint16(destination, destinationAt + i);
  }
  return sum;
}

/**
 * Adjust a checksum for one 16-bit word that changed: HC' = ~(~HC + ~m + m') (RFC 1624 section 3, equation 3).
 */
export function updateChecksum(checksum: number, oldWord: number, newWord: number): number {
  return ~foldSum((~checksum & 0xffff) + (~oldWord & 0xffff) + newWord) & 0xffff;
}
