import { Ipv4Address } from '../address/ipv4-address.ts';
import type { Ipv4Prefix } from '../address/ipv4-prefix.ts';
import type { Ipv6Address } from '../address/ipv6-address.ts';
import { Ipv6Prefix } from '../address/ipv6-prefix.ts';

const UNDERLAY_PREFIX = Ipv6Prefix.parse('fd00:6::/96');

/**
 * The underlay of tunnels with an outer IPv6 header. Every player has one IPv6 address beside its IPv4 one: fd00:6::/96 and the IPv4
 * address in the last 32 bits. So one plan serves both families, and a node is named by its IPv4 address everywhere.
 */
export const outerIpv6Of = (address: Ipv4Address): Ipv6Address => UNDERLAY_PREFIX.at(BigInt(address.toNumber()));

/** Back to the IPv4 address that names the player; undefined for an address that is not of the underlay. */
export const namedByIpv4 = (address: Ipv6Address): Ipv4Address | undefined =>
  UNDERLAY_PREFIX.contains(address) ? Ipv4Address.fromBytes(address.bytes, 12) : undefined;

/** The IPv6 image of an IPv4 network of the plan; the whole underlay for 0.0.0.0/0. */
export const outerIpv6PrefixOf = (prefix: Ipv4Prefix): Ipv6Prefix =>
  Ipv6Prefix.of(outerIpv6Of(prefix.address), UNDERLAY_PREFIX.length + prefix.length);
