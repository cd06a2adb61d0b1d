import { AddressError } from '../address-error.ts';
import { Ipv4Address } from '../ipv4-address.ts';
import { Ipv4Prefix } from '../ipv4-prefix.ts';
import { Ipv6Address } from '../ipv6-address.ts';
import { Ipv6Prefix } from '../ipv6-prefix.ts';
import { ipv4BlockOf } from '../special-blocks.ts';
import type { EmbeddingMap } from './embedding-map.ts';

// The upper half of the interface identifier, "000000ug00000000 0101111011111110", with u and g clear.
const LOCAL_IDENTIFIER = 0x0000_5efen;
const UNIVERSAL_BIT = 0x0200_0000n;

/**
 * The ISATAP map (RFC 5214 section 6.1): the interface identifier is 0000:5efe or, for a globally unique IPv4 address, 0200:5efe, followed by
 * the IPv4 address. A node prefix is thus one address, a /128.
 *
 * @param domainPrefix - The /64 of the link.
 * @throws AddressError for another prefix length, because the interface identifier fills the last 64 bits.
 */
export function isatapMap(domainPrefix: Ipv6Prefix): EmbeddingMap {
  if (domainPrefix.length !== 64) {
    throw new AddressError(`Expected a /64 as the prefix of an ISATAP link, found ${domainPrefix.toString()}`);
  }
  return {
    kind: 'isatap',
    domainPrefix,
    ipv4Prefix: Ipv4Prefix.parse('0.0.0.0/0'),
    nodePrefixLength: 128,

    nodePrefix(node) {
      const upperHalf = ipv4BlockOf(node) === undefined ? LOCAL_IDENTIFIER | UNIVERSAL_BIT : LOCAL_IDENTIFIER;
      const identifier = (upperHalf << 32n) | BigInt(node.toNumber());
      return Ipv6Prefix.of(Ipv6Address.fromBigInt(domainPrefix.address.toBigInt() | identifier), 128);
    },

    embeddedIpv4(address) {
      const upperHalf = BigInt.asUintN(32, address.toBigInt() >> 32n);
      const isIsatap = (upperHalf | UNIVERSAL_BIT) === (LOCAL_IDENTIFIER | UNIVERSAL_BIT);
      return isIsatap && domainPrefix.contains(address) ? Ipv4Address.fromBytes(address.bytes, 12) : undefined;
    },
  };
}
