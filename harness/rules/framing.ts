/** Where the inner packet starts behind the framings that are more than a fixed header. */
import { readUint16, readUint8 } from '../packet/bytes.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { GRE, greHeaderLengthBytes, greProtocolType } from '../packet/gre.ts';
import { GUE, gueHeaderLengthBytes, gueProtocol, gueVariant } from '../packet/gue.ts';
import { IPV6 } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';

/** Behind a UDP header on the port of GUE (draft-ietf-intarea-gue-09 sections 3 and 4); -1 for anything that carries no IPv6. */
export function behindGue(bytes: Uint8Array, at: number): number {
  if (at + GUE.MINIMUM_HEADER_LENGTH > bytes.length) return -1;
  const variant = gueVariant(bytes, at);
  if (variant === 1) return at;
  return variant === 0 && gueProtocol(bytes, at) === PROTOCOL.IPV6 ? at + gueHeaderLengthBytes(bytes, at) : -1;
}

/** Behind a GRE header at `at` (RFC 2784 section 2, RFC 2890 section 2); -1 for another payload than IPv6. */
export function behindGre(bytes: Uint8Array, at: number): number {
  if (at + GRE.MINIMUM_HEADER_LENGTH > bytes.length || greProtocolType(bytes, at) !== ETHER_TYPE.IPV6) return -1;
  return at + greHeaderLengthBytes(bytes, at);
}

/** What a walk through the extension headers of an outer IPv6 header finds; overwritten by every walk. */
export interface OuterIpv6Walk {
  protocol: number;
  /** Where the payload of that protocol starts. */
  at: number;
  isFragment: boolean;
  moreFragments: boolean;
  /** In units of 8 bytes. */
  fragmentOffset: number;
}

/** Steps over the headers that an encapsulator may put there (RFC 2473 section 3.1 and 4.1.1, RFC 8200 section 4.5). */
export function walkOuterIpv6(bytes: Uint8Array, ipv6At: number, out: OuterIpv6Walk): void {
  out.protocol = readUint8(bytes, ipv6At + IPV6.NEXT_HEADER);
  out.at = ipv6At + IPV6.HEADER_LENGTH;
  out.isFragment = false;
  out.moreFragments = false;
  out.fragmentOffset = 0;
  while (out.at + 8 <= bytes.length) {
    if (out.protocol === PROTOCOL.FRAGMENT) {
      const word = readUint16(bytes, out.at + 2);
      out.moreFragments = (word & 1) !== 0;
      out.fragmentOffset = word >>> 3;
      out.isFragment = word >>> 3 !== 0 || out.moreFragments;
      out.protocol = readUint8(bytes, out.at);
      out.at += 8;
      if (out.fragmentOffset !== 0) return;
    } else if (out.protocol === PROTOCOL.DESTINATION_OPTIONS || out.protocol === PROTOCOL.HOP_BY_HOP) {
      out.protocol = readUint8(bytes, out.at);
      out.at += (readUint8(bytes, out.at + 1) + 1) * 8;
    } else return;
  }
}
