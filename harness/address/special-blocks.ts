import type { Ipv4Address } from './ipv4-address.ts';
import { Ipv4Prefix } from './ipv4-prefix.ts';
import type { Ipv6Address } from './ipv6-address.ts';
import { Ipv6Prefix } from './ipv6-prefix.ts';

/** Whether an address of a block can be the outer source or destination of a tunnel packet. */
export type TunnelEndpointUse = 'never' | 'private' | 'usable';

/** An IPv4 block with a meaning of its own. */
export interface Ipv4Block {
  readonly prefix: Ipv4Prefix;
  readonly name: string;
  /** The document that sets the block apart. */
  readonly source: string;
  readonly tunnelEndpoint: TunnelEndpointUse;
}

/** An IPv6 block that some tunnel rule forbids. */
export interface Ipv6Block {
  readonly prefix: Ipv6Prefix;
  readonly name: string;
  /** The document that sets the block apart. */
  readonly source: string;
  /** RFC 4213 section 3.6: a configured tunnel discards inner packets with such a source. */
  readonly forbiddenConfiguredSource: boolean;
  /** RFC 3964 section 5.3.2: 6to4 discards inner packets with such a source or destination. */
  readonly forbidden6to4: boolean;
}

/** A more specific block stands before the one that contains it. */
export const IPV4_SPECIAL_BLOCKS: readonly Ipv4Block[] = [
  ipv4Block('255.255.255.255/32', 'limited broadcast', 'RFC 1122 section 3.2.1.3', 'never'),
  ipv4Block('0.0.0.0/8', 'this network', 'RFC 1122 section 3.2.1.3', 'never'),
  ipv4Block('10.0.0.0/8', 'private', 'RFC 1918 section 3', 'private'),
  ipv4Block('127.0.0.0/8', 'loopback', 'RFC 1122 section 3.2.1.3', 'never'),
  ipv4Block('169.254.0.0/16', 'link-local', 'RFC 3927', 'never'),
  ipv4Block('172.16.0.0/12', 'private', 'RFC 1918 section 3', 'private'),
  // Deprecated, and yet a legitimate outer source of return traffic (RFC 7526 section 6).
  ipv4Block('192.88.99.0/24', '6to4 relay anycast', 'RFC 3068', 'usable'),
  ipv4Block('192.168.0.0/16', 'private', 'RFC 1918 section 3', 'private'),
  ipv4Block('224.0.0.0/4', 'multicast', 'RFC 1112 section 4', 'never'),
  ipv4Block('240.0.0.0/4', 'reserved', 'RFC 1112 section 4', 'never'),
];

/** A more specific block stands before the one that contains it. */
export const IPV6_SPECIAL_BLOCKS: readonly Ipv6Block[] = [
  // RFC 4213 tolerates :: as a source because duplicate address detection uses it.
  ipv6Block('::/128', 'unspecified', 'RFC 4291 section 2.5.2', {
    forbiddenConfiguredSource: false,
    forbidden6to4: true,
  }),
  ipv6Block('::1/128', 'loopback', 'RFC 4291 section 2.5.3', { forbiddenConfiguredSource: true, forbidden6to4: true }),
  ipv6Block('::/96', 'IPv4-compatible', 'RFC 4291 section 2.5.5.1', {
    forbiddenConfiguredSource: true,
    forbidden6to4: true,
  }),
  ipv6Block('::ffff:0:0/96', 'IPv4-mapped', 'RFC 4291 section 2.5.5.2', {
    forbiddenConfiguredSource: true,
    forbidden6to4: true,
  }),
  // The rest of the block that RFC 3964 forbids in one piece.
  ipv6Block('::/16', 'low addresses', 'RFC 3964 section 5.3.2', {
    forbiddenConfiguredSource: false,
    forbidden6to4: true,
  }),
  // Neighbor Discovery on a configured tunnel needs link-local addresses (RFC 4213 sections 3.7 and 3.8).
  ipv6Block('fe80::/10', 'link-local', 'RFC 4291 section 2.5.6', {
    forbiddenConfiguredSource: false,
    forbidden6to4: true,
  }),
  ipv6Block('fec0::/10', 'site-local', 'RFC 3879', { forbiddenConfiguredSource: false, forbidden6to4: true }),
  ipv6Block('ff00::/8', 'multicast', 'RFC 4291 section 2.7', { forbiddenConfiguredSource: true, forbidden6to4: true }),
];

function ipv4Block(prefix: string, name: string, source: string, tunnelEndpoint: TunnelEndpointUse): Ipv4Block {
  return { prefix: Ipv4Prefix.parse(prefix), name, source, tunnelEndpoint };
}

function ipv6Block(
  prefix: string,
  name: string,
  source: string,
  rules: Pick<Ipv6Block, 'forbiddenConfiguredSource' | 'forbidden6to4'>,
): Ipv6Block {
  return { prefix: Ipv6Prefix.parse(prefix), name, source, ...rules };
}

/** The most specific special block that contains an address. */
export function ipv4BlockOf(address: Ipv4Address): Ipv4Block | undefined {
  return IPV4_SPECIAL_BLOCKS.find((block) => block.prefix.contains(address));
}

/** The most specific special block that contains an address. */
export function ipv6BlockOf(address: Ipv6Address): Ipv6Block | undefined {
  return IPV6_SPECIAL_BLOCKS.find((block) => block.prefix.contains(address));
}

/** True for the three private blocks of RFC 1918. */
export function isPrivateIpv4(address: Ipv4Address): boolean {
  return ipv4BlockOf(address)?.tunnelEndpoint === 'private';
}

/**
 * True when a packet with this outer source or destination cannot come from, or go to, a tunnel node (RFC 3964 section 5.3.1).
 *
 * Directed broadcast and own addresses depend on the node and are not judged here.
 *
 * @param privateIpv4 - `allow` inside a 6rd domain or a closed overlay, `deny` for 6to4 (RFC 3056 section 2).
 */
export function isUnusableTunnelEndpoint(address: Ipv4Address, privateIpv4: 'allow' | 'deny'): boolean {
  const use = ipv4BlockOf(address)?.tunnelEndpoint ?? 'usable';
  return use === 'never' || (use === 'private' && privateIpv4 === 'deny');
}

/** True when a configured tunnel discards inner packets from this source (RFC 4213 section 3.6). */
export function isForbiddenConfiguredSource(address: Ipv6Address): boolean {
  return ipv6BlockOf(address)?.forbiddenConfiguredSource ?? false;
}

/** True when 6to4 discards inner packets with this source or destination (RFC 3964 section 5.3.2). */
export function isForbidden6to4Inner(address: Ipv6Address): boolean {
  return ipv6BlockOf(address)?.forbidden6to4 ?? false;
}
