import { Ipv6Address } from '../address/ipv6-address.ts';
import { Ipv6Prefix } from '../address/ipv6-prefix.ts';
import { MacAddress } from '../packet/mac-address.ts';
import type { Switches } from '../profile/switches.ts';
import type { TargetSetup } from '../target/setup.ts';
import type { PortName } from '../wire/wire.ts';
import { PORT_NAMES } from '../wire/wire.ts';
import type { Ipv4Net } from './ipv4/net.ts';
import { inNet, parseIpv4, parseIpv4Net, parseIpv4NetAsWritten } from './ipv4/net.ts';
import type { Ipv6Net } from './ipv6/prefix.ts';
import { parseIpv6Net } from './ipv6/prefix.ts';
import type { Ipv6Underlay } from './outer-ipv6/underlay.ts';
import { parseIpv6Underlay } from './outer-ipv6/underlay.ts';

/** 6to4 is 6rd with the domain 2002::/16 and no shared IPv4 bits (RFC 5969 section 1), so both use one arithmetic. */
export interface EmbeddingMapping {
  readonly kind: '6rd' | '6to4';
  readonly domain: Ipv6Net;
  readonly common: Ipv4Net;
  /** RFC 5969 section 3: the node is the BR of the domain, native IPv6 is behind its pod port. */
  readonly isBorderRelay: boolean;
}

export interface IsatapMapping {
  readonly kind: 'isatap';
  readonly prefix: Ipv6Net;
  /** The node's own address on the link. */
  readonly address: Uint8Array;
  /** The potential router list. */
  readonly routers: readonly number[];
  /** Routes through other routers of the link, longest prefix first. */
  readonly routes: readonly { readonly net: Ipv6Net; readonly gateway: Uint8Array }[];
}

export type ReferenceMapping =
  EmbeddingMapping | IsatapMapping | { readonly kind: '6in4'; readonly remote: number } | { readonly kind: 'ip6ip6' };

/** One tunnel between two ends that configuration names. */
export const isConfigured = ({ mapping: { kind } }: Pick<NodeConfig, 'mapping'>): boolean =>
  kind === '6in4' || kind === 'ip6ip6';

/** The mapping where node prefixes embed IPv4 addresses. */
export const embeddingOf = ({ mapping }: Pick<NodeConfig, 'mapping'>): EmbeddingMapping | undefined =>
  mapping.kind === '6rd' || mapping.kind === '6to4' ? mapping : undefined;

export interface LocalIpv4 {
  readonly port: PortName;
  readonly address: number;
  readonly prefixLength: number;
}

export interface UnderlayRouteEntry {
  readonly net: Ipv4Net;
  /** Absent for a route that says `unreachable`. */
  readonly gateway?: number;
  readonly port: PortName;
}

export interface PortConfig {
  readonly mac: Uint8Array;
  readonly mtuBytes: number;
}

/** The set-up in the form that the data path uses: bytes, numbers and offsets. */
export interface NodeConfig {
  readonly mapping: ReferenceMapping;
  readonly encapsulation: TargetSetup['encapsulation'];
  readonly switches: Switches;
  readonly outerTtl: number;
  readonly fixedTos: number;
  readonly staticMtuBytes: number;
  /** Largest outer packet that is put together, where one is configured. */
  readonly reassemblyLimitBytes: number | undefined;
  readonly ports: ReadonlyMap<PortName, PortConfig>;
  /** Outer source of everything the node encapsulates. */
  readonly tunnelAddress: number;
  /** All IPv4 addresses of the node, the tunnel address first. */
  readonly localAddresses: readonly LocalIpv4[];
  readonly underlayRoutes: readonly UnderlayRouteEntry[];
  /** The same in IPv6, for a tunnel with an outer IPv6 header. */
  readonly ipv6Underlay: Ipv6Underlay | undefined;
  readonly nodePrefix: Ipv6Net;
  readonly overlayAddress: Uint8Array;
  readonly tunnelRoutes: readonly Ipv6Net[];
  readonly relay: number | undefined;
  readonly relayRoutes: readonly Ipv6Net[];
  readonly gateway: Uint8Array;
  readonly pods: readonly Uint8Array[];
  readonly nativeAddress: Uint8Array;
  readonly nativePrefix: Ipv6Net;
  readonly nativeRoutes: readonly { readonly net: Ipv6Net; readonly gateway: Uint8Array }[];
  /** The other tunnel of a node with two; only in the configuration of the first. */
  readonly second?: NodeConfig;
  /** The mapping of the other tunnel, in either configuration. */
  readonly beside?: ReferenceMapping;
  /** Destinations whose IPv4 route leads into the tunnel. */
  readonly routesIntoTunnel: readonly Ipv4Net[];
  /** Prefix on-link on a point-to-point tunnel; the node has its first address. */
  readonly tunnelSubnet: Ipv6Net | undefined;
  /** Whether the node chooses the MTU of the pod link. */
  readonly choosesPodMtu: boolean;
  /** Whether what is unusual goes to the log. */
  readonly isLogging: boolean;
  /** Link-local address of a configured tunnel: fe80:: and the IPv4 address (RFC 4213 section 3.7), or of ISATAP (RFC 5214 section 6.2). */
  readonly tunnelLinkLocal: Uint8Array | undefined;
}

/** Throws AddressError or PacketError for text that does not parse. */
export const parseConfig = (setup: TargetSetup): NodeConfig => {
  const localAddresses = parseLocalAddresses(setup);
  const tunnelAddress = parseIpv4(setup.underlay.address);
  const native = Ipv6Address.parse(setup.pods.nativeAddress);
  return {
    mapping: parseMapping(setup),
    encapsulation: setup.encapsulation,
    switches: setup.switches,
    outerTtl: setup.outerTtl,
    fixedTos: setup.fixedTos,
    staticMtuBytes: setup.staticMtuBytes,
    reassemblyLimitBytes: setup.reassemblyLimitBytes,
    ports: parsePorts(setup),
    tunnelAddress,
    localAddresses,
    underlayRoutes: parseUnderlayRoutes(setup, localAddresses),
    ipv6Underlay: parseIpv6Underlay(setup),
    nodePrefix: parseIpv6Net(setup.overlay.nodePrefix),
    overlayAddress: Ipv6Address.parse(setup.overlay.address).bytes,
    tunnelRoutes: setup.overlay.tunnelRoutes.map(parseIpv6Net),
    relay:
      setup.switches.relay === 'configured' && setup.overlay.relay !== undefined
        ? parseIpv4(setup.overlay.relay)
        : undefined,
    relayRoutes: setup.overlay.relayRoutes.map(parseIpv6Net),
    gateway: Ipv6Address.parse(setup.pods.gateway).bytes,
    pods: setup.pods.addresses.map((text) => Ipv6Address.parse(text).bytes),
    nativeAddress: native.bytes,
    nativePrefix: parseIpv6Net(Ipv6Prefix.of(native, setup.pods.nativePrefixLength).toString()),
    nativeRoutes: setup.pods.nativeRoutes.map((route) => ({
      net: parseIpv6Net(route.destination),
      gateway: Ipv6Address.parse(route.gateway).bytes,
    })),
    routesIntoTunnel: (setup.underlay.routesIntoTunnel ?? []).map(parseIpv4Net),
    tunnelSubnet: setup.overlay.tunnelSubnet === undefined ? undefined : parseIpv6Net(setup.overlay.tunnelSubnet),
    choosesPodMtu: setup.pods.mtu === 'chosen',
    isLogging: setup.logging === 'on',
    tunnelLinkLocal: tunnelLinkLocalOf(setup, tunnelAddress),
  };
};

const parseMapping = (setup: TargetSetup): ReferenceMapping => {
  switch (setup.mapping.kind) {
    case '6rd':
      return {
        kind: '6rd',
        domain: parseIpv6Net(setup.mapping.domainPrefix),
        common: parseIpv4NetAsWritten(setup.mapping.ipv4Prefix),
        isBorderRelay: setup.mapping.role === 'br',
      };
    case '6to4':
      return {
        kind: '6to4',
        domain: parseIpv6Net('2002::/16'),
        common: { address: 0, length: 0 },
        isBorderRelay: false,
      };
    case '6in4':
      return { kind: '6in4', remote: parseIpv4(setup.mapping.remote) };
    case 'isatap':
      return {
        kind: 'isatap',
        prefix: parseIpv6Net(setup.mapping.prefix),
        address: Ipv6Address.parse(setup.mapping.address).bytes,
        routers: setup.mapping.routers.map(parseIpv4),
        routes: setup.mapping.routes
          .map(({ destination, gateway }) => ({
            net: parseIpv6Net(destination),
            gateway: Ipv6Address.parse(gateway).bytes,
          }))
          .toSorted((left, right) => right.net.length - left.net.length),
      };
    case 'ip6ip6':
      return { kind: 'ip6ip6' };
  }
};

const parsePorts = (setup: TargetSetup): ReadonlyMap<PortName, PortConfig> => {
  const ports = new Map<PortName, PortConfig>();
  for (const name of PORT_NAMES) {
    const port = setup.ports[name];
    if (port) ports.set(name, { mac: MacAddress.parse(port.macAddress).bytes, mtuBytes: port.mtuBytes });
  }
  return ports;
};

const parseLocalAddresses = (setup: TargetSetup): LocalIpv4[] => {
  const { prefixLength } = setup.underlay;
  const locals: LocalIpv4[] = [setup.underlay.address, ...setup.underlay.secondaryAddresses].map((text) => ({
    port: 'U',
    address: parseIpv4(text),
    prefixLength,
  }));
  const second = setup.ports.U2;
  if (second?.address !== undefined) {
    locals.push({ port: 'U2', address: parseIpv4(second.address), prefixLength: second.prefixLength ?? 32 });
  }
  return locals;
};

const parseUnderlayRoutes = (setup: TargetSetup, locals: readonly LocalIpv4[]): UnderlayRouteEntry[] =>
  setup.underlay.routes.map((route) => {
    const net = parseIpv4Net(route.destination);
    if ('unreachable' in route) return { net, port: 'U' };
    const gateway = parseIpv4(route.gateway);
    const attached = locals.find((local) => inNet({ address: local.address, length: local.prefixLength }, gateway));
    return { net, gateway, port: route.port ?? attached?.port ?? 'U' };
  });

const tunnelLinkLocalOf = ({ mapping, underlay }: TargetSetup, tunnelAddress: number): Uint8Array | undefined => {
  if (mapping.kind === '6in4' || mapping.kind === 'ip6ip6') return linkLocalOf(tunnelAddress);
  const identified = mapping.kind === 'isatap' ? mapping.address : underlay.ipv6?.address;
  if (identified === undefined) return undefined;
  const address = linkLocalOf(tunnelAddress);
  address.set(Ipv6Address.parse(identified).bytes.subarray(8), 8);
  return address;
};

const linkLocalOf = (address: number): Uint8Array =>
  Uint8Array.of(0xfe, 0x80, ...Array<number>(10).fill(0), address >>> 24, address >>> 16, address >>> 8, address);
