/** The embedding of IPv4 addresses in IPv6 prefixes (RFC 3056 section 2, RFC 5969 section 4), bit by bit. */
import { IPV6 } from '../../packet/ipv6.ts';
import type { EmbeddingMapping, NodeConfig } from '../config.ts';
import { embeddingOf } from '../config.ts';
import type { Ipv6Net } from '../ipv6/prefix.ts';
import { matchesPrefix } from '../ipv6/prefix.ts';
import { isatapEndpoint, isIsatapIdentifier, type IdentifierTest } from './isatap.ts';

export interface MappingBehaviour {
  /** Every comparison of a prefix with an address, routes included. */
  contains(prefix: Ipv6Net, bytes: Uint8Array, at: number): boolean;
  /** What makes an interface identifier one of ISATAP. */
  isIsatapIdentifier: IdentifierTest;
  /** The IPv4 address that an address of the domain embeds. */
  embedded(mapping: EmbeddingMapping, bytes: Uint8Array, at: number): number;
  /** The node that an inner destination leads to; undefined when the mapping knows none. */
  outerDestination(
    behaviour: MappingBehaviour,
    config: NodeConfig,
    inner: Uint8Array,
    toRelay: boolean,
  ): number | undefined;
}

const bitOf = (bytes: Uint8Array, at: number, bit: number): number =>
  ((bytes[at + (bit >> 3)] ?? 0) >> (7 - (bit & 7))) & 1;

/** `count` bits that begin `first` bits into the address, as an unsigned number. */
export const bitsOf = (bytes: Uint8Array, at: number, first: number, count: number): number => {
  let value = 0;
  // Not a shift: 32 bits would become negative.
  for (let bit = first; bit < first + count; bit++) value = value * 2 + bitOf(bytes, at, bit);
  return value;
};

/** The address embedded in `bytes[at..]`, undefined when it is outside the domain or the mapping embeds none. */
export const embeddedAddress = (
  behaviour: MappingBehaviour,
  config: Pick<NodeConfig, 'mapping'>,
  bytes: Uint8Array,
  at: number,
): number | undefined => {
  const mapping = embeddingOf(config);
  if (mapping === undefined || !behaviour.contains(mapping.domain, bytes, at)) return undefined;
  return behaviour.embedded(mapping, bytes, at);
};

/**
 * The IPv4 address in an address of another mechanism that may share the node (RFC 6324 section 3.1): of its second tunnel, and
 * of 6to4 beside a 6rd domain.
 */
export const foreignEmbedded = (
  behaviour: MappingBehaviour,
  config: NodeConfig,
  bytes: Uint8Array,
  at: number,
): number | undefined => {
  const beside = config.beside && embeddedAddress(behaviour, { mapping: config.beside }, bytes, at);
  if (beside !== undefined) return beside;
  if (config.mapping.kind !== '6rd' || bytes[at] !== 0x20 || bytes[at + 1] !== 0x02) return undefined;
  // A domain inside 2002::/16 is the node's own mechanism, whatever its name.
  return matchesPrefix(config.mapping.domain, bytes, at) ? undefined : bitsOf(bytes, at, 16, 32);
};

export const mapping: MappingBehaviour = {
  contains: matchesPrefix,
  isIsatapIdentifier,
  embedded: ({ domain, common }, bytes, at) => common.address + bitsOf(bytes, at, domain.length, 32 - common.length),
  outerDestination: (behaviour, config, inner, toRelay) => {
    if (config.mapping.kind === 'ip6ip6') return undefined;
    if (config.mapping.kind === '6in4') return config.mapping.remote;
    if (config.mapping.kind === 'isatap')
      return isatapEndpoint(behaviour.isIsatapIdentifier, config.mapping, config, inner, toRelay);
    // RFC 3056 section 5.3: a destination of the domain is its own next hop, whatever the route says.
    const embedded = embeddedAddress(behaviour, config, inner, IPV6.DESTINATION);
    return embedded ?? (toRelay ? config.relay : undefined);
  },
};
