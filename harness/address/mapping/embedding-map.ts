import type { Ipv4Address } from '../ipv4-address.ts';
import type { Ipv4Prefix } from '../ipv4-prefix.ts';
import type { Ipv6Address } from '../ipv6-address.ts';
import type { Ipv6Prefix } from '../ipv6-prefix.ts';

export type EmbeddingKind = '6rd' | '6to4' | 'isatap' | 'compatible';

/**
 * How an overlay writes the IPv4 address of a node into IPv6 addresses, and reads it back.
 *
 * A map is arithmetic only: it also maps private, multicast and broadcast IPv4 addresses. Whether one may be used is a separate question,
 * answered by the special blocks.
 */
export interface EmbeddingMap {
  readonly kind: EmbeddingKind;
  /** Every address of the overlay is inside this prefix. */
  readonly domainPrefix: Ipv6Prefix;
  /** The IPv4 addresses that can be nodes; 0.0.0.0/0 when the whole IPv4 address is embedded. */
  readonly ipv4Prefix: Ipv4Prefix;
  /** Length in bits of every node prefix. */
  readonly nodePrefixLength: number;

  /**
   * The IPv6 prefix that belongs to a node.
   *
   * @throws AddressError when the map has no place for this IPv4 address.
   */
  nodePrefix(node: Ipv4Address): Ipv6Prefix;

  /** The IPv4 address of the node that an IPv6 address belongs to; undefined when it belongs to none. */
  embeddedIpv4(address: Ipv6Address): Ipv4Address | undefined;
}
