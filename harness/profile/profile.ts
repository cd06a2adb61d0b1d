import type { Ipv4Prefix } from '../address/ipv4-prefix.ts';
import type { Ipv6Prefix } from '../address/ipv6-prefix.ts';
import type { SwitchName, Switches } from './switches.ts';

/** How an inner destination becomes an outer one. */
export type Mapping =
  | {
      readonly kind: '6rd';
      readonly domainPrefix: Ipv6Prefix;
      readonly ipv4Prefix: Ipv4Prefix;
      /** A customer edge (CE), or the border relay (BR) between the domain and the native IPv6 Internet (RFC 5969 section 3). */
      readonly role: 'ce' | 'br';
    }
  | { readonly kind: '6to4' }
  | { readonly kind: '6in4' }
  /** RFC 5214: one /64 for all nodes, the IPv4 address in the interface identifier. */
  | { readonly kind: 'isatap'; readonly prefix: Ipv6Prefix }
  /** RFC 2473: one configured tunnel, both ends of which are IPv6 addresses. */
  | { readonly kind: 'ip6ip6' };

/** What stands between the outer IP header and the inner IPv6 header. */
export type Encapsulation =
  | { readonly kind: 'protocol-41' }
  | { readonly kind: 'fou'; readonly port: number }
  | { readonly kind: 'gue'; readonly port: number }
  | { readonly kind: 'gre' };

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
  /** The switches that its words name, also those of the name that it has; the others have the default of the mapping, or the policy of the target. */
  readonly asked: readonly SwitchName[];
  /** What the target declares for switches that nobody asked for; see {@link withPolicies}. */
  readonly policies: Partial<Switches>;
  /** Outer TTL (hop limit of an outer IPv6 header) when `ttl=fixed`. */
  readonly outerTtl: number;
  /** Outer TOS octet when `tos=fixed`. */
  readonly fixedTos: number;
  /** Tunnel MTU when `mtuMode=static`; in dynamic mode it follows from the underlay MTU. */
  readonly staticMtuBytes: number;
}

/** The catalogue's name for a mapping, whatever it is carried in. */
export const mappingProfile = (mapping: Mapping): CatalogueProfile =>
  mapping.kind === '6rd' && mapping.role === 'br' ? '6rd-br' : mapping.kind;

/** One tunnel between two configured ends, which embeds nothing in addresses. */
export const isConfiguredTunnel = ({ mapping: { kind } }: Pick<Profile, 'mapping'>): boolean =>
  kind === '6in4' || kind === 'ip6ip6';

/**
 * Whether somebody has said how a switch is: the words of the profile, or the target. What nobody has said is only a default, beside which
 * the standards may permit the other values as well.
 */
export const isDeclared = ({ asked, policies }: Pick<Profile, 'asked' | 'policies'>, name: SwitchName): boolean =>
  asked.includes(name) || policies[name] !== undefined;

/** The BR of a 6rd domain (RFC 5969 section 3). */
export const isBorderRelay = ({ mapping }: Pick<Profile, 'mapping'>): boolean =>
  mapping.kind === '6rd' && mapping.role === 'br';

/** UDP port that the encapsulation sends to, undefined where it is not UDP. */
export const udpPortOf = ({ encapsulation }: Pick<Profile, 'encapsulation'>): number | undefined =>
  encapsulation.kind === 'fou' || encapsulation.kind === 'gue' ? encapsulation.port : undefined;
