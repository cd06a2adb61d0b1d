import { AddressError } from '../address-error.ts';
import { Ipv4Address } from '../ipv4-address.ts';
import { Ipv4Prefix } from '../ipv4-prefix.ts';
import { Ipv6Address } from '../ipv6-address.ts';
import { Ipv6Prefix } from '../ipv6-prefix.ts';
import type { EmbeddingMap } from './embedding-map.ts';

/**
 * The map of IPv4-compatible addresses, ::a.b.c.d (RFC 4291 section 2.5.5.1). Tunnelling by it no longer exists; the map is there to
 * recognise a node that still does it.
 *
 * `::` and `::1` have the same shape but other meanings (RFC 4291 sections 2.5.2 and 2.5.3), so they embed nothing.
 */
export function compatibleMap(): EmbeddingMap {
  const domainPrefix = Ipv6Prefix.parse('::/96');
  return {
    kind: 'compatible',
    domainPrefix,
    ipv4Prefix: Ipv4Prefix.parse('0.0.0.0/0'),
    nodePrefixLength: 128,

    nodePrefix(node) {
      if (node.toNumber() <= 1) {
        throw new AddressError(
          `Expected an IPv4 address other than 0.0.0.0 and 0.0.0.1, found ${node.toString()}; :: and ::1 are not IPv4-compatible`,
        );
      }
      return Ipv6Prefix.of(Ipv6Address.fromBigInt(BigInt(node.toNumber())), 128);
    },

    embeddedIpv4(address) {
      const isCompatible = domainPrefix.contains(address) && address.toBigInt() > 1n;
      return isCompatible ? Ipv4Address.fromBytes(address.bytes, 12) : undefined;
    },
  };
}
