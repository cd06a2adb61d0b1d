/** ISATAP (RFC 5214): the next hop of a packet embeds the endpoint, or it has none. */
import { readUint32 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import type { IsatapMapping, NodeConfig } from '../config.ts';
import { matchesPrefix } from '../ipv6/prefix.ts';
import { isLinkLocal } from '../ipv6/special.ts';

/** Whether the upper half of an interface identifier says that the lower half is an IPv4 address. */
export type IdentifierTest = (upperHalf: number) => boolean;

const UNIVERSAL_BIT = 0x0200_0000;
const IDENTIFIER = 0x0000_5efe;

/** Section 6.1: the u bit says whether the IPv4 address is globally unique, and nothing to a receiver. */
export const isIsatapIdentifier: IdentifierTest = (upperHalf) => (upperHalf & ~UNIVERSAL_BIT) === IDENTIFIER;

const isOnLink = ({ prefix }: IsatapMapping, bytes: Uint8Array, at: number): boolean =>
  matchesPrefix(prefix, bytes, at) || isLinkLocal(bytes, at);

/** The IPv4 address in an ISATAP address of the link, global or link-local. */
export const isatapEmbedded = (
  isIdentifier: IdentifierTest,
  mapping: IsatapMapping,
  bytes: Uint8Array,
  at: number,
): number | undefined =>
  isOnLink(mapping, bytes, at) && isIdentifier(readUint32(bytes, at + 8)) ? readUint32(bytes, at + 12) : undefined;

/** Section 7.2: the last four octets of the next hop; undefined for one that is no ISATAP address. */
export const isatapEndpoint = (
  isIdentifier: IdentifierTest,
  mapping: IsatapMapping,
  { relay }: Pick<NodeConfig, 'relay'>,
  inner: Uint8Array,
  toRelay: boolean,
): number | undefined => {
  if (toRelay) return relay;
  if (isOnLink(mapping, inner, IPV6.DESTINATION)) return isatapEmbedded(isIdentifier, mapping, inner, IPV6.DESTINATION);
  const route = mapping.routes.find(({ net }) => matchesPrefix(net, inner, IPV6.DESTINATION));
  return route && isatapEmbedded(isIdentifier, mapping, route.gateway, 0);
};
