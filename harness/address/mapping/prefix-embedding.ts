import { AddressError } from '../address-error.ts';
import { Ipv4Address } from '../ipv4-address.ts';
import type { Ipv4Prefix } from '../ipv4-prefix.ts';
import { Ipv6Address } from '../ipv6-address.ts';
import { Ipv6Prefix } from '../ipv6-prefix.ts';
import type { EmbeddingKind, EmbeddingMap } from './embedding-map.ts';

/**
 * The map that 6to4 and 6rd share. The IPv4 bits after the common IPv4 prefix stand directly behind the domain prefix:
 *
 *     |     n bits    |    o bits     |   m bits  |    128-n-o-m bits    |
 *     +---------------+---------------+-----------+----------------------+
 *     | domain prefix | IPv4 suffix   | subnet id |     interface id     |
 *     +---------------+---------------+-----------+----------------------+
 *     |<---- node prefix (n+o) ------>|
 *
 * (RFC 5969 section 4.)
 */
export function prefixEmbedding(kind: EmbeddingKind, domainPrefix: Ipv6Prefix, ipv4Prefix: Ipv4Prefix): EmbeddingMap {
  const embeddedBits = 32 - ipv4Prefix.length;
  const nodePrefixLength = domainPrefix.length + embeddedBits;
  const shift = BigInt(128 - nodePrefixLength);
  const suffixMask = (1n << BigInt(embeddedBits)) - 1n;

  return {
    kind,
    domainPrefix,
    ipv4Prefix,
    nodePrefixLength,

    nodePrefix(node) {
      if (!ipv4Prefix.contains(node)) {
        throw new AddressError(
          `Expected a node in ${ipv4Prefix.toString()}, found ${node.toString()}; its common IPv4 bits would be lost`,
        );
      }
      const suffix = BigInt(node.toNumber()) & suffixMask;
      return Ipv6Prefix.of(
        Ipv6Address.fromBigInt(domainPrefix.address.toBigInt() | (suffix << shift)),
        nodePrefixLength,
      );
    },

    embeddedIpv4(address) {
      if (!domainPrefix.contains(address)) {
        return undefined;
      }
      const suffix = (address.toBigInt() >> shift) & suffixMask;
      return Ipv4Address.fromNumber(Number(BigInt(ipv4Prefix.address.toNumber()) | suffix));
    },
  };
}
