import type { EmbeddingMap } from '../address/index.ts';
import { readInt32 } from './int32.ts';
import { prefixMatch, type PrefixMatch } from './prefix-match.ts';

/** The embedding of 6to4 and 6rd on packets in place, without a single object per packet. */
export interface EmbeddedArithmetic extends PrefixMatch {
  /**
   * The IPv4 address embedded in the IPv6 address at the offset, as a signed 32-bit number (`Number | 0` of its four bytes).
   * Only meaningful where `contains` is true.
   */
  ipv4At(bytes: Uint8Array, at: number): number;
  /** The same, many times as fast. Throws RangeError where the 16 bytes are not there. */
  ipv4InView(view: DataView, at: number): number;
}

/**
 * Compiles a map (RFC 3056 section 2, RFC 5969 section 4). Undefined for a map that embeds in the interface identifier: those overlays have no
 * profile here.
 */
export function embeddedArithmetic(map: EmbeddingMap | undefined): EmbeddedArithmetic | undefined {
  if (map === undefined || (map.kind !== '6rd' && map.kind !== '6to4')) return undefined;
  const { domainPrefix, ipv4Prefix } = map;
  const suffixBits = 32 - ipv4Prefix.length;
  const common = ipv4Prefix.address.toNumber() | 0;
  // The 32 bits that start right behind the domain prefix may straddle two words.
  const firstByte = (domainPrefix.length >>> 5) * 4;
  const shift = domainPrefix.length & 31;
  const domain = prefixMatch(domainPrefix);
  return {
    contains: (bytes, at) => domain.contains(bytes, at),
    containsInView: (view, at) => domain.containsInView(view, at),
    ipv4At(bytes, at) {
      if (suffixBits === 0) return common;
      const high = readInt32(bytes, at + firstByte) << shift;
      const low = shift === 0 ? 0 : readInt32(bytes, at + firstByte + 4) >>> (32 - shift);
      return common | ((high | low) >>> (32 - suffixBits));
    },
    ipv4InView(view, at) {
      if (suffixBits === 0) return common;
      const high = view.getInt32(at + firstByte) << shift;
      // Behind the last word there is nothing of the address.
      const low = shift === 0 || firstByte === 12 ? 0 : view.getInt32(at + firstByte + 4) >>> (32 - shift);
      return common | ((high | low) >>> (32 - suffixBits));
    },
  };
}
