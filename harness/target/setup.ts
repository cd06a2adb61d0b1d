import type { Encapsulation } from '../profile/profile.ts';
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
  readonly encapsulation: Encapsulation;
  readonly switches: Switches;
  readonly outerTtl: number;
  readonly fixedTos: number;
  readonly staticMtuBytes: number;
  /**
   * Largest outer packet that is to be put together, where that can be configured. Below 1500 a target refuses it (127), or puts
   * 1500 bytes together all the same (RFC 4213 section 3.6).
   */
  readonly reassemblyLimitBytes?: number;
  readonly ports: Readonly<Partial<Record<PortName, SetupPort>>>;
  readonly underlay: {
    /** The node's own IPv4 address: outer source of everything it encapsulates. */
    readonly address: string;
    readonly prefixLength: number;
    /** Further addresses of the same interface, never to be used as an outer source. */
    readonly secondaryAddresses: readonly string[];
    readonly routes: readonly UnderlayRoute[];
    /** Prefixes whose route leads into the tunnel itself, a mistake that a node must survive. Only where a case needs it. */
    readonly routesIntoTunnel?: readonly string[];
    /** The same facts in IPv6, for a tunnel whose outer header is IPv6; the node keeps its IPv4 addresses beside them. */
    readonly ipv6?: {
      readonly address: string;
      readonly prefixLength: number;
      readonly secondaryAddresses: readonly string[];
      readonly routes: readonly UnderlayRoute[];
    };
  };
  /** Whether the data plane logs what is unusual; `off` is asked for by the cases that need it. */
  readonly logging: 'on' | 'off';
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
    /** Prefix that is on-link on a point-to-point tunnel; the node has its first address. Only where a case needs it. */
    readonly tunnelSubnet?: string;
  };
  /** Only where a case needs it. */
  readonly secondTunnel?: SecondTunnelSetup;
  readonly pods: {
    /** Link-local address of the node on port P: the pods' default router. */
    readonly gateway: string;
    /** Each pod is reachable on port P itself (a /128 on-link route; neighbour discovery finds its MAC address). */
    readonly addresses: readonly string[];
    /** Native IPv6 beside the overlay: an address of the node on P with its on-link prefix, and routes through routers on P. */
    readonly nativeAddress: string;
    readonly nativePrefixLength: number;
    /** `given`: the MTU of port P is as told; `chosen`: the node lowers it to what the tunnel takes whole, if it is wise. */
    readonly mtu: 'given' | 'chosen';
    readonly nativeRoutes: readonly { readonly destination: string; readonly gateway: string }[];
  };
}

/** A second tunnel with the encapsulation of the first, but everything else of its own. */
export interface SecondTunnelSetup {
  readonly profile: string;
  readonly mapping: SetupMapping;
  readonly switches: Switches;
  readonly outerTtl: number;
  readonly fixedTos: number;
  readonly staticMtuBytes: number;
  /** Its local IPv4 address: that of the first tunnel, or a secondary one. */
  readonly underlayAddress: string;
  /** The prefix of this node in the second overlay; the first one may be the same. */
  readonly nodePrefix: string;
  readonly address: string;
  readonly tunnelRoutes: readonly string[];
  /** Pods on port P with addresses of that prefix; some may be pods of the first. */
  readonly pods: readonly string[];
}

export type SetupMapping =
  | {
      readonly kind: '6rd';
      readonly domainPrefix: string;
      readonly ipv4Prefix: string;
      /** `br`: the node is the border relay, native IPv6 is behind port P. */
      readonly role: 'ce' | 'br';
    }
  | { readonly kind: '6to4' }
  | { readonly kind: '6in4'; readonly remote: string }
  | {
      readonly kind: 'isatap';
      /** The /64 of the link. */
      readonly prefix: string;
      /** The node's own address on the link. */
      readonly address: string;
      /** The potential router list: IPv4 addresses that outside sources are accepted from. */
      readonly routers: readonly string[];
      /** Routes through other routers on the link; gateways are link-local ISATAP addresses. */
      readonly routes: readonly { readonly destination: string; readonly gateway: string }[];
    }
  | { readonly kind: 'ip6ip6'; readonly remote: string };

export interface SetupPort {
  readonly interfaceName: string;
  readonly macAddress: string;
  readonly mtuBytes: number;
  /** IPv4 address of a second underlay port (U2), with its prefix length. */
  readonly address?: string;
  readonly prefixLength?: number;
  /** The same in IPv6, with an outer IPv6 header. */
  readonly ipv6Address?: string;
  readonly ipv6PrefixLength?: number;
}

export type UnderlayRoute =
  | { readonly destination: string; readonly gateway: string; readonly port?: PortName }
  | { readonly destination: string; readonly unreachable: true };
