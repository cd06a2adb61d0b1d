import type { Switches } from '../profile/index.ts';

/** What a case may change of the set-up; everything else stays as the run asked for it. */
export interface SetupChanges {
  /** Another profile altogether, in text form (mapping vectors). */
  readonly profileText?: string;
  readonly switches?: Partial<Switches>;
  readonly staticMtuBytes?: number;
  /** 1500 unless changed. */
  readonly underlayMtuBytes?: number;
  /** MTU of the pod link, 1500 unless changed. */
  readonly podMtuBytes?: number;
  /** Prefix length of the underlay segment, 24 unless changed. */
  readonly underlayPrefixLength?: number;
  /** The DUT's own IPv4 address instead of the lab's. */
  readonly dutIpv4?: string;
  readonly secondUnderlayPort?: boolean;
  /** Asks for a largest outer packet that the DUT puts together; not asked for unless given. */
  readonly reassemblyLimitBytes?: number;
  /** IPv4 prefixes routed through the gateway on U2. */
  readonly routesOverU2?: readonly string[];
  /**
   * Profile text of a second tunnel beside the first, with the same local address and encapsulation. A configured one leads to
   * N2, or to an address of its own where the first one leads to N2.
   */
  readonly secondTunnel?: string;
  /** Gives the second tunnel the DUT's second IPv4 address instead. */
  readonly secondTunnelOnSecondAddress?: boolean;
  /** 6rd parameters told to the target instead of the profile's, which no profile text can hold because they are impossible. */
  readonly sixRdParameters?: { readonly domainPrefix: string; readonly ipv4Prefix: string };
  /** IPv4 prefixes whose route leads into the tunnel device. */
  readonly routesIntoTunnel?: readonly string[];
  /** An IPv6 prefix on-link on the point-to-point tunnel, in which the DUT has the first address. */
  readonly tunnelSubnet?: string;
  /** `chosen`: the DUT gives the pod link the MTU that suits it, at most `podMtuBytes`. */
  readonly podMtu?: 'given' | 'chosen';
  /** Whether the DUT logs what is unusual; `on` unless changed. */
  readonly logging?: 'on' | 'off';
}
