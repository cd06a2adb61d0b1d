/**
 * What the fast path needs to know of a node, laid out once. Everything here only sorts packets into those that take the fast path and
 * those that do not: wherever the ordinary path would do more than forward, the answer is the ordinary path.
 */
import { IPV6, IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import type { PortName } from '../../wire/wire.ts';
import type { NodeConfig } from '../config.ts';
import { isConfigured } from '../config.ts';
import type { Ipv4Net } from '../ipv4/net.ts';
import { LIMITED_BROADCAST, subnetBroadcast } from '../ipv4/net.ts';
import { setTrafficClass } from '../ipv6/packet.ts';
import { addressKey, type Ipv6Net } from '../ipv6/prefix.ts';
import { routesBesidePods } from '../ipv6/route.ts';
import type { ReferenceNode } from '../node.ts';
import { ECT_1, NOT_ECT } from '../tunnel/ecn.ts';
import { Ipv4Nets, Ipv6Nets, wordAt } from './words.ts';

/** An IPv4 route; the address of the next hop is the destination's where `gateway` is undefined. */
export interface Hop {
  readonly port: PortName;
  readonly ownMac: Uint8Array;
  readonly mtuBytes: number;
  readonly gateway: number | undefined;
}

/** What becomes of an IPv6 destination: into the tunnel, to a neighbour on the pod link, or the ordinary path. */
export type Way =
  | { readonly kind: 'tunnel'; readonly toRelay: boolean }
  | { readonly kind: 'pods'; readonly neighbour: string }
  | { readonly kind: 'ordinary' };

export interface FastPlan {
  readonly ways: readonly Way[];
  readonly destinations: Ipv6Nets;
  readonly nodePrefix: Ipv6Nets;
  /** By index in {@link FastPlan.ipv4Routes}; undefined for what is unreachable. */
  readonly hops: readonly (Hop | undefined)[];
  readonly ipv4Routes: readonly Ipv4Nets[];
  /** No tunnel packet comes from there or goes there. */
  readonly refusedPeers: Ipv4Nets;
  readonly refusedEmbedded: Ipv4Nets;
  readonly ownAddresses: Ipv4Nets;
  /** Outer TOS by the Traffic Class of the inner packet. */
  readonly outerTos: Uint8Array;
  /** Traffic Class that leaves the tunnel, by the inner one and the outer ECN field; negative for the ordinary path. */
  readonly innerTrafficClass: Int16Array;
  readonly podMtuBytes: number;
}

const ORDINARY: Way = { kind: 'ordinary' };
const host = (address: number): Ipv4Net => ({ address, length: 32 });

/** Whether the fast path knows all that this configuration asks for. */
const isPlain = ({
  encapsulation,
  mapping,
  second,
  beside,
  ipv6Underlay,
  tunnelSubnet,
  routesIntoTunnel,
}: NodeConfig): boolean =>
  encapsulation.kind === 'protocol-41' &&
  (mapping.kind === '6rd' || mapping.kind === '6to4' || mapping.kind === '6in4') &&
  second === undefined &&
  beside === undefined &&
  ipv6Underlay === undefined &&
  tunnelSubnet === undefined &&
  routesIntoTunnel.length === 0;

/** Undefined for a node all of whose packets take the ordinary path. */
export const planFor = (node: ReferenceNode): FastPlan | undefined => {
  const { config, behaviour } = node;
  if (!isPlain(config)) return undefined;
  const addresses = config.localAddresses.map(({ address }) => address);
  const broadcasts = config.localAddresses.flatMap(
    ({ address, prefixLength }) => subnetBroadcast(address, prefixLength) ?? [],
  );
  const { neverUsable, privateBlocks } = behaviour.sanity;
  const special = [...neverUsable, ...(config.switches.privateV4 === 'deny' ? privateBlocks : [])];
  const own = [...addresses, ...broadcasts, LIMITED_BROADCAST].map(host);
  return {
    ...ipv6Ways(config),
    ...ipv4Ways(config),
    nodePrefix: new Ipv6Nets([config.nodePrefix]),
    refusedPeers: new Ipv4Nets([...(isConfigured(config) ? neverUsable : special), ...own]),
    refusedEmbedded: new Ipv4Nets(special),
    ownAddresses: new Ipv4Nets(addresses.map(host)),
    outerTos: outerTosOf(node),
    innerTrafficClass: innerTrafficClassOf(node),
    podMtuBytes: Math.max(behaviour.forwarding.podLinkBytes(node), IPV6_MINIMUM_MTU),
  };
};

/** The node's own addresses first, because a packet for the node is not forwarded, then pods, then all other routes. */
const ipv6Ways = (config: NodeConfig): Pick<FastPlan, 'destinations' | 'ways'> => {
  const { overlayAddress, nativeAddress, gateway, nodePrefix } = config;
  const single = (bytes: Uint8Array): Ipv6Net => ({ bytes, length: 128 });
  const entries: { readonly net: Ipv6Net; readonly way: Way }[] = [
    ...[overlayAddress, nativeAddress, gateway, nodePrefix.bytes].map((bytes) => ({
      net: single(bytes),
      way: ORDINARY,
    })),
    ...config.pods.map((bytes) => ({
      net: single(bytes),
      way: { kind: 'pods', neighbour: addressKey(bytes) } as const,
    })),
    ...routesBesidePods(config).map(({ net, route }) => {
      if (route.kind === 'tunnel' || route.kind === 'relay')
        return { net, way: { kind: 'tunnel', toRelay: route.kind === 'relay' } as const };
      if (route.kind === 'gateway')
        return { net, way: { kind: 'pods', neighbour: addressKey(route.gateway) } as const };
      return { net, way: ORDINARY };
    }),
  ];
  return { destinations: new Ipv6Nets(entries.map(({ net }) => net)), ways: entries.map(({ way }) => way) };
};

/** The order in which the first match is what the ordinary path finds: the longest prefix, of routes the last, of subnets the first. */
const ipv4Ways = ({ localAddresses, underlayRoutes, ports }: NodeConfig): Pick<FastPlan, 'hops' | 'ipv4Routes'> => {
  const hop = (port: PortName, gateway: number | undefined): Hop | undefined => {
    const facts = ports.get(port);
    return facts && { port, ownMac: facts.mac, mtuBytes: facts.mtuBytes, gateway: gateway && gateway | 0 };
  };
  const entries = [
    ...underlayRoutes
      .map(({ net, gateway, port }) => ({ net, hop: gateway === undefined ? undefined : hop(port, gateway) }))
      .toReversed(),
    ...localAddresses.map(({ port, address, prefixLength }) => ({
      net: { address, length: prefixLength },
      hop: hop(port, undefined),
    })),
  ].toSorted((left, right) => right.net.length - left.net.length);
  return { hops: entries.map((entry) => entry.hop), ipv4Routes: entries.map(({ net }) => new Ipv4Nets([net])) };
};

/** Asks the ordinary path once for every Traffic Class. */
const outerTosOf = ({ behaviour, config, identifications }: ReferenceNode): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, trafficClass) => {
    const inner = new Uint8Array(IPV6.HEADER_LENGTH);
    setTrafficClass(inner, trafficClass);
    const route = { port: 'U', nextHop: 0 } as const;
    return behaviour.outer.tos({ config, ecn: behaviour.ecn, inner, destination: 0, route, identifications });
  });

/** What is worth a line of log takes the ordinary path, as does what is discarded. */
const innerTrafficClassOf = ({ behaviour, config }: ReferenceNode): Int16Array =>
  Int16Array.from({ length: 1024 }, (_, index) => {
    const trafficClass = index >>> 2;
    const [inner, outer] = [trafficClass & 3, index & 3];
    if (inner === NOT_ECT ? outer !== NOT_ECT : outer === ECT_1 && inner !== ECT_1) return -1;
    const summary = { port: 'U', source: 0, destination: 0, tos: outer, ttl: 0, framing: 'protocol-41' } as const;
    return behaviour.ecn.decapsulated(behaviour.ecn, config, trafficClass, summary) ?? -1;
  });

/** The route to an address, as a signed word. */
export const hopTo = ({ ipv4Routes, hops }: FastPlan, address: number): Hop | undefined => {
  for (let index = 0; index < ipv4Routes.length; index++) {
    if (ipv4Routes[index]?.has(address) === true) return hops[index];
  }
  return undefined;
};

/** Whether an IPv6 address is one that no check has to look at: not `::/8`, fe00::/8 or ff00::/8. */
export const isOrdinaryFirstByte = (byte: number): boolean => byte !== 0 && byte < 0xfe;

export const macWords = (mac: Uint8Array): readonly [number, number] => [wordAt(mac, 0), wordAt(mac, 2)];
