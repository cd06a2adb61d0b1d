import { IPV6 } from '../../packet/ipv6.ts';
import type { NodeConfig } from '../config.ts';
import type { MappingBehaviour } from '../tunnel/mapping.ts';
import type { Ipv6Net } from './prefix.ts';
import { sameAddress } from './prefix.ts';

export type Ipv6Route =
  | { readonly kind: 'on-link' }
  | { readonly kind: 'gateway'; readonly gateway: Uint8Array }
  | { readonly kind: 'tunnel' }
  | { readonly kind: 'relay' }
  /** On-link on a point-to-point tunnel. */
  | { readonly kind: 'tunnel-subnet' }
  /** The covering route of the node's own prefix: nothing in it is ever encapsulated (RFC 5969 section 7.1.1). */
  | { readonly kind: 'own-prefix' }
  | { readonly kind: 'none' };

export interface Ipv6RouteEntry {
  readonly net: Ipv6Net;
  readonly route: Ipv6Route;
}

const TUNNEL_SUBNET: Ipv6Route = { kind: 'tunnel-subnet' };
const OWN_PREFIX: Ipv6Route = { kind: 'own-prefix' };

/** What is behind other routers of an ISATAP link. */
const isatapNets = ({ mapping }: NodeConfig): readonly Ipv6Net[] =>
  mapping.kind === 'isatap' ? mapping.routes.map(({ net }) => net) : [];

const tableOf = (config: NodeConfig): readonly Ipv6RouteEntry[] => {
  const entries: Ipv6RouteEntry[] = [
    { net: config.nodePrefix, route: OWN_PREFIX },
    ...(config.second === undefined ? [] : [{ net: config.second.nodePrefix, route: OWN_PREFIX }]),
    ...(config.tunnelSubnet === undefined ? [] : [{ net: config.tunnelSubnet, route: TUNNEL_SUBNET }]),
    { net: config.nativePrefix, route: { kind: 'on-link' } },
    ...config.nativeRoutes.map(({ net, gateway }): Ipv6RouteEntry => ({ net, route: { kind: 'gateway', gateway } })),
    ...[...(config.second?.tunnelRoutes ?? []), ...config.tunnelRoutes, ...isatapNets(config)].map(
      (net): Ipv6RouteEntry => ({
        net,
        route: { kind: 'tunnel' },
      }),
    ),
    ...(config.relay === undefined
      ? []
      : config.relayRoutes.map((net): Ipv6RouteEntry => ({ net, route: { kind: 'relay' } }))),
  ];
  return entries.toSorted((left, right) => right.net.length - left.net.length);
};

const TABLES = new WeakMap<NodeConfig, readonly Ipv6RouteEntry[]>();

/** All routes but the pods', longest prefix first; of two with the same length the first one here wins. */
export const routesBesidePods = (config: NodeConfig): readonly Ipv6RouteEntry[] => {
  let table = TABLES.get(config);
  if (!table) {
    table = tableOf(config);
    TABLES.set(config, table);
  }
  return table;
};

/** The route of the destination of `packet`. */
export const routeIpv6 = (mapping: MappingBehaviour, config: NodeConfig, packet: Uint8Array): Ipv6Route => {
  if (config.pods.some((pod) => sameAddress(pod, 0, packet, IPV6.DESTINATION))) return { kind: 'on-link' };
  const entry = routesBesidePods(config).find(({ net }) => mapping.contains(net, packet, IPV6.DESTINATION));
  return entry?.route ?? { kind: 'none' };
};
