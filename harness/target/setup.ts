import type { Switches } from '../profile/switches.ts';
import type { PortName } from '../wire/wire.ts';

/**
 * What a target is told when it is brought up: JSON on the standard input of `up` and `down`, and as `PROTO41_*` environment
 * variables (docs/targets.md). Addresses and prefixes are text; every list is in the order in which it may be applied.
 */
export interface TargetSetup {
  readonly contract: 1;
  /** Canonical text form of the profile. A target answers 127 to one that it cannot do. */
  readonly profile: string;
  readonly mapping: SetupMapping;
  readonly encapsulation: { readonly kind: 'protocol-41' } | { readonly kind: 'fou'; readonly port: number };
  readonly switches: Switches;
  readonly outerTtl: number;
  readonly fixedTos: number;
  readonly staticMtuBytes: number;
  readonly ports: Readonly<Partial<Record<PortName, SetupPort>>>;
  readonly underlay: {
    /** The node's own IPv4 address: outer source of everything it encapsulates. */
    readonly address: string;
    readonly prefixLength: number;
    /** Further addresses of the same interface, never to be used as an outer source. */
    readonly secondaryAddresses: readonly string[];
    readonly routes: readonly UnderlayRoute[];
  };
  readonly overlay: {
    /** The prefix of this node's pods. Destinations in it that are no pod must not enter the tunnel. */
    readonly nodePrefix: string;
    /** The node's own overlay address: answers echo requests, and is the source of ICMPv6 errors. */
    readonly address: string;
    /** Destinations that belong into the tunnel. */
    readonly tunnelRoutes: readonly string[];
    /** IPv4 address of the relay for destinations in `relayRoutes`, with `relay=configured`. */
    readonly relay?: string;
    readonly relayRoutes: readonly string[];
  };
  readonly pods: {
    /** Link-local address of the node on port P: the pods' default router. */
    readonly gateway: string;
    /** Each pod is reachable on port P itself (a /128 on-link route; neighbour discovery finds its MAC address). */
    readonly addresses: readonly string[];
    /** Native IPv6 beside the overlay: an address of the node on P with its on-link prefix, and routes through routers on P. */
    readonly nativeAddress: string;
    readonly nativePrefixLength: number;
    readonly nativeRoutes: readonly { readonly destination: string; readonly gateway: string }[];
  };
}

export type SetupMapping =
  | { readonly kind: '6rd'; readonly domainPrefix: string; readonly ipv4Prefix: string }
  | { readonly kind: '6to4' }
  | { readonly kind: '6in4'; readonly remote: string };

export interface SetupPort {
  readonly interfaceName: string;
  readonly macAddress: string;
  readonly mtuBytes: number;
  /** IPv4 address of a second underlay port (U2), with its prefix length. */
  readonly address?: string;
  readonly prefixLength?: number;
}

export type UnderlayRoute =
  | { readonly destination: string; readonly gateway: string; readonly port?: PortName }
  | { readonly destination: string; readonly unreachable: true };
