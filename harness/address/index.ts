export { AddressError, type AddressErrorPlace } from './address-error.ts';
export { Ipv4Address } from './ipv4-address.ts';
export { Ipv4Prefix } from './ipv4-prefix.ts';
export { Ipv6Address } from './ipv6-address.ts';
export { Ipv6Prefix } from './ipv6-prefix.ts';
export { compatibleMap } from './mapping/compatible.ts';
export type { EmbeddingKind, EmbeddingMap } from './mapping/embedding-map.ts';
export { isatapMap } from './mapping/isatap.ts';
export { sixRdMap, type SixRdParameters } from './mapping/six-rd.ts';
export { sixToFourMap } from './mapping/six-to-four.ts';
export {
  IPV4_SPECIAL_BLOCKS,
  IPV6_SPECIAL_BLOCKS,
  ipv4BlockOf,
  ipv6BlockOf,
  isForbidden6to4Inner,
  isForbiddenConfiguredSource,
  isPrivateIpv4,
  isUnusableTunnelEndpoint,
  type Ipv4Block,
  type Ipv6Block,
  type TunnelEndpointUse,
} from './special-blocks.ts';
