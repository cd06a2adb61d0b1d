import type { Ipv4Prefix } from '../address/ipv4-prefix.ts';
import type { Ipv6Prefix } from '../address/ipv6-prefix.ts';
import type { Switches } from './switches.ts';

/** How an inner destination becomes an outer one. */
export type Mapping =
  | { readonly kind: '6rd'; readonly domainPrefix: Ipv6Prefix; readonly ipv4Prefix: Ipv4Prefix }
  | { readonly kind: '6to4' }
  | { readonly kind: '6in4' };

/** What stands between the outer IPv4 header and the inner IPv6 header. */
export type Encapsulation = { readonly kind: 'protocol-41' } | { readonly kind: 'fou'; readonly port: number };

/** The names under which the catalogue lists requirements per profile. */
export const CATALOGUE_PROFILES = ['6in4', '6to4', '6rd', '6rd-br', 'fou', 'gue', 'gre', 'ip6ip6', 'isatap'] as const;
export type CatalogueProfile = (typeof CATALOGUE_PROFILES)[number];

/** One overlay configuration: everything that decides which packets are right. */
export interface Profile {
  /** The name it was asked for by (`overlay`), or its text form. */
  readonly name: string;
  /** Canonical text form, which parses back to the same profile. */
  readonly text: string;
  /** The catalogue's profile whose requirements apply. */
  readonly catalogueProfile: CatalogueProfile;
  readonly mapping: Mapping;
  readonly encapsulation: Encapsulation;
  readonly switches: Switches;
  /** Outer TTL when `ttl=fixed`. */
  readonly outerTtl: number;
  /** Outer TOS octet when `tos=fixed`. */
  readonly fixedTos: number;
  /** Tunnel MTU when `mtuMode=static`; in dynamic mode it follows from the underlay MTU. */
  readonly staticMtuBytes: number;
}

/** Bytes that the encapsulation adds to an inner packet: 20 for IPv4, and 8 more for UDP (RFC 4213 section 3.2, RFC 768). */
export const overheadBytes = (profile: Profile): number => (profile.encapsulation.kind === 'fou' ? 28 : 20);
