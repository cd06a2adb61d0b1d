/** The IPv6 side of the underlay: addresses and routes of a node whose tunnel has an outer IPv6 header. */
import { Ipv6Address } from '../../address/ipv6-address.ts';
import type { TargetSetup } from '../../target/setup.ts';
import type { PortName } from '../../wire/wire.ts';
import type { Ipv6Net } from '../ipv6/prefix.ts';
import { matchesPrefix, parseIpv6Net, sameAddress } from '../ipv6/prefix.ts';

interface LocalIpv6 {
  readonly port: PortName;
  readonly address: Uint8Array;
  readonly net: Ipv6Net;
}

export interface Ipv6Underlay {
  /** Entry point of the tunnel: outer source of everything the node encapsulates. */
  readonly address: Uint8Array;
  readonly remote: Uint8Array;
  readonly locals: readonly LocalIpv6[];
  readonly routes: readonly { readonly net: Ipv6Net; readonly gateway?: Uint8Array; readonly port: PortName }[];
}

/** Throws AddressError for text that does not parse; undefined for a tunnel with an outer IPv4 header. */
export const parseIpv6Underlay = ({ mapping, underlay, ports }: TargetSetup): Ipv6Underlay | undefined => {
  const { ipv6 } = underlay;
  if (mapping.kind !== 'ip6ip6' || ipv6 === undefined) return undefined;
  const local = (port: PortName, text: string, length: number): LocalIpv6 => {
    const { bytes } = Ipv6Address.parse(text);
    return { port, address: bytes, net: { bytes, length } };
  };
  const own = [ipv6.address, ...ipv6.secondaryAddresses].map((text) => local('U', text, ipv6.prefixLength));
  const second = ports.U2;
  const locals =
    second?.ipv6Address === undefined ? own : [...own, local('U2', second.ipv6Address, second.ipv6PrefixLength ?? 128)];
  return {
    address: Ipv6Address.parse(ipv6.address).bytes,
    remote: Ipv6Address.parse(mapping.remote).bytes,
    locals,
    routes: ipv6.routes.map((route) => {
      const net = parseIpv6Net(route.destination);
      if ('unreachable' in route) return { net, port: 'U' };
      return { net, gateway: Ipv6Address.parse(route.gateway).bytes, port: route.port ?? 'U' };
    }),
  };
};

export interface UnderlayHop {
  readonly port: PortName;
  readonly nextHop: Uint8Array;
}

/** The longest prefix wins, of two with one length the later; undefined for nothing, or `unreachable`. */
export const routeUnderlay = ({ locals, routes }: Ipv6Underlay, destination: Uint8Array): UnderlayHop | undefined => {
  let best = -1;
  let hop: UnderlayHop | undefined;
  for (const { net, port } of locals) {
    if (net.length <= best || !matchesPrefix(net, destination, 0)) continue;
    best = net.length;
    hop = { port, nextHop: destination };
  }
  for (const { net, gateway, port } of routes) {
    if (net.length < best || !matchesPrefix(net, destination, 0)) continue;
    best = net.length;
    hop = gateway && { port, nextHop: gateway };
  }
  return hop;
};

export const isUnderlayAddress = ({ locals }: Ipv6Underlay, bytes: Uint8Array, at: number): boolean =>
  locals.some(({ address }) => sameAddress(address, 0, bytes, at));
