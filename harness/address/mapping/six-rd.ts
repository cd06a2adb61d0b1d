import { AddressError } from '../address-error.ts';
import type { Ipv4Prefix } from '../ipv4-prefix.ts';
import type { Ipv6Prefix } from '../ipv6-prefix.ts';
import type { EmbeddingMap } from './embedding-map.ts';
import { prefixEmbedding } from './prefix-embedding.ts';

// A subnet is a /64; a longer node prefix has no room for one.
const LONGEST_NODE_PREFIX = 64;

/** The parameters of a 6rd domain (RFC 5969 section 7). */
export interface SixRdParameters {
  /** 6rdPrefix and 6rdPrefixLen. */
  readonly domainPrefix: Ipv6Prefix;
  /** The bits that all nodes share; its length is IPv4MaskLen, and 0.0.0.0/0 embeds all 32 bits. */
  readonly ipv4Prefix: Ipv4Prefix;
}

/**
 * The 6rd map (RFC 5969 section 4). Neither length need be a multiple of 8.
 *
 * @throws AddressError when the domain prefix and the embedded bits leave less than a /64 to a node.
 */
export function sixRdMap({ domainPrefix, ipv4Prefix }: SixRdParameters): EmbeddingMap {
  const embeddedBits = 32 - ipv4Prefix.length;
  const nodePrefixLength = domainPrefix.length + embeddedBits;
  if (nodePrefixLength > LONGEST_NODE_PREFIX) {
    throw new AddressError(
      `Expected 6rd prefix length plus embedded IPv4 bits of at most ${LONGEST_NODE_PREFIX}, found ${domainPrefix.length} + ${embeddedBits} = ${nodePrefixLength} ` +
        `(${domainPrefix.toString()} with ${ipv4Prefix.toString()}); shorten the IPv6 prefix or lengthen the IPv4 prefix`,
    );
  }
  return prefixEmbedding('6rd', domainPrefix, ipv4Prefix);
}
