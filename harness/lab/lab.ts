import { Ipv4Address } from '../address/ipv4-address.ts';
import { Ipv6Address } from '../address/ipv6-address.ts';
import { Ipv6Prefix } from '../address/ipv6-prefix.ts';
import { isatapMap } from '../address/mapping/isatap.ts';
import { sixRdMap } from '../address/mapping/six-rd.ts';
import { sixToFourMap } from '../address/mapping/six-to-four.ts';
import type { EmbeddingMap } from '../address/mapping/embedding-map.ts';
import type { MacAddress } from '../packet/mac-address.ts';
import type { Mapping, Profile } from '../profile/index.ts';
import { macOfIpv4, macOfIpv6 } from './mac-plan.ts';
import { underlayPlan, withDutAt, withSecondTunnel, withSegmentLength, type UnderlayPlan } from './underlay-plan.ts';

/** Of every link, unless a case asks for another one. */
export const LAB_MTU_BYTES = 1500;

/** A node of the overlay as the tester plays it. */
export interface LabNode {
  readonly ipv4: Ipv4Address;
  readonly nodePrefix: Ipv6Prefix;
  /** The n-th pod of the node (0 is the usual one). */
  readonly pod: (index?: number) => Ipv6Address;
}

/** All addresses of one set-up: the DUT is N1, the tester is everything else. */
export interface Lab {
  readonly profile: Profile;
  readonly underlay: UnderlayPlan;
  /** How node prefixes embed IPv4 addresses. Undefined for a configured tunnel, which embeds nothing, and for ISATAP. */
  readonly map: EmbeddingMap | undefined;
  /** The ISATAP link: N1 and N2 are routers on it, with their pods behind them; N3 is a host, and a stranger to what is behind. */
  readonly isatap: IsatapLink | undefined;
  readonly n1: LabNode;
  readonly n2: LabNode;
  readonly n3: LabNode;
  /** The node with a given IPv4 address; throws AddressError where the mapping has no prefix for it. */
  readonly node: (ipv4: Ipv4Address) => LabNode;
  /** The DUT's own overlay address. */
  readonly overlayAddress: Ipv6Address;
  /** Pods of the DUT that exist, i.e. that answer neighbour discovery on P. */
  readonly pods: readonly Ipv6Address[];
  /** In the node prefix of the DUT, but no pod. */
  readonly unassignedPod: Ipv6Address;
  /** Link-local address of the DUT on P. */
  readonly podGateway: Ipv6Address;
  /** Native IPv6 beside the overlay: on-link on P, and behind a router on P. */
  readonly native: {
    readonly dutAddress: Ipv6Address;
    readonly onLinkPrefix: Ipv6Prefix;
    readonly host: Ipv6Address;
    readonly router: Ipv6Address;
    readonly routedPrefix: Ipv6Prefix;
  };
  /** Outside the overlay; reached through the relay where one is configured, natively by a border relay, otherwise not at all. */
  readonly outsidePrefix: Ipv6Prefix;
  readonly macs: { readonly dut: { readonly P: MacAddress; readonly U: MacAddress; readonly U2: MacAddress } };
  readonly macOf: (address: Ipv4Address | Ipv6Address) => MacAddress;
  /** The IPv4 next hop of the DUT for an outer destination under the lab's routes; undefined for `unreachable`. */
  readonly nextHop: (destination: Ipv4Address) => Ipv4Address | undefined;
  readonly subnetBroadcast: Ipv4Address;
}

/** RFC 5214: what the interface identifiers of one link embed. */
export interface IsatapLink {
  readonly map: EmbeddingMap;
  /** The address of a node on the link, global or link-local; `universal` sets the u bit whatever the IPv4 address is. */
  readonly addressOf: (ipv4: Ipv4Address, scope: 'global' | 'link-local', universal?: boolean) => Ipv6Address;
  /** The potential router list of the DUT. */
  readonly routers: readonly Ipv4Address[];
  /** The DUT's routes through the link: to N2's pods, to a network by a next hop of N2 with the u bit, and by one that is no ISATAP address. */
  readonly routes: readonly { readonly destination: Ipv6Prefix; readonly gateway: Ipv6Address }[];
  readonly behindUniversal: Ipv6Prefix;
  readonly behindOther: Ipv6Prefix;
}

const CONFIGURED_PREFIXES = ['2001:db8:1::/64', '2001:db8:2::/64', '2001:db8:3::/64'] as const;
/** Beside another lab: the DUT has the same prefix if that is a configured tunnel too, the remote ends have others. */
const SECOND_CONFIGURED_PREFIXES = ['2001:db8:1::/64', '2001:db8:12::/64', '2001:db8:13::/64'] as const;
const FIRST_POD = 0x10n;
/** Enough that suites which provoke many errors have pods of their own: errors to one pod may be rate-limited. */
const POD_COUNT = 12;

/** How addresses embed IPv4 addresses; undefined where nothing is embedded, or in the interface identifier alone. */
export const mapOf = (mapping: Mapping): EmbeddingMap | undefined => {
  if (mapping.kind === '6rd') return sixRdMap({ domainPrefix: mapping.domainPrefix, ipv4Prefix: mapping.ipv4Prefix });
  return mapping.kind === '6to4' ? sixToFourMap() : undefined;
};

/** Pods live in subnet 1 of a node prefix that has subnets (6to4: a /48), and directly in a /64. */
const podIn = (nodePrefix: Ipv6Prefix, index: number): Ipv6Address => {
  const subnet = nodePrefix.length < 64 ? 1n << 64n : 0n;
  return nodePrefix.at(subnet + FIRST_POD + BigInt(index));
};

/** Stimuli ask for the same nodes and pods over and over, so each is worked out once. */
const labNode = (ipv4: Ipv4Address, nodePrefix: Ipv6Prefix): LabNode => {
  const pods = new Map<number, Ipv6Address>();
  const pod = (index = 0): Ipv6Address => {
    const known = pods.get(index) ?? podIn(nodePrefix, index);
    pods.set(index, known);
    return known;
  };
  return { ipv4, nodePrefix, pod };
};

export interface LabOptions {
  /** MAC addresses of the DUT as its node says. */
  readonly dutMacs: { readonly P: MacAddress; readonly U: MacAddress; readonly U2: MacAddress };
  /** Prefix length of the underlay segment, 24 unless a case varies it. */
  readonly underlayPrefixLength?: number;
  /** The DUT's own IPv4 address, where a case varies it. */
  readonly dutIpv4?: Ipv4Address;
  /** The lab of another tunnel of the same nodes, whose underlay this one shares. */
  readonly beside?: Lab;
}

/** Lays out the lab for a profile; the same profile always gives the same addresses. */
export const createLab = (profile: Profile, options: LabOptions): Lab => {
  const map = mapOf(profile.mapping);
  const { beside } = options;
  const usual =
    beside === undefined
      ? underlayPlan(profile.mapping)
      : withSecondTunnel(beside.underlay, beside.profile.mapping, profile.mapping);
  const planned = options.dutIpv4 === undefined ? usual : withDutAt(usual, options.dutIpv4);
  const length = options.underlayPrefixLength;
  const underlay = length === undefined ? planned : withSegmentLength(planned, length);
  const { segment } = underlay;
  const configured = (beside === undefined ? CONFIGURED_PREFIXES : SECOND_CONFIGURED_PREFIXES).map((text) =>
    Ipv6Prefix.parse(text),
  );
  // A DUT in the place of N2 has the prefix of N2, so that two DUTs can stand at the two ends of one tunnel.
  const isN2 = underlay.dut.equals(usual.n2);
  const owners = isN2 ? [underlay.n2, underlay.dut, underlay.n3] : [underlay.dut, underlay.n2, underlay.n3];
  const prefixOf = (ipv4: Ipv4Address): Ipv6Prefix => {
    if (map !== undefined) return map.nodePrefix(ipv4);
    const index = owners.findIndex((known) => known.equals(ipv4));
    return configured[index] ?? Ipv6Prefix.of(Ipv6Address.parse('2001:db8:4::'), 64);
  };
  const nodes = new Map<number, LabNode>();
  const node = (ipv4: Ipv4Address): LabNode => {
    const known = nodes.get(ipv4.toNumber()) ?? labNode(ipv4, prefixOf(ipv4));
    nodes.set(ipv4.toNumber(), known);
    return known;
  };
  const macs = new WeakMap<Ipv4Address | Ipv6Address, MacAddress>();
  const macOf = (address: Ipv4Address | Ipv6Address): MacAddress => {
    const known = macs.get(address) ?? (address instanceof Ipv4Address ? macOfIpv4(address) : macOfIpv6(address));
    macs.set(address, known);
    return known;
  };
  const n1 = node(underlay.dut);
  const n2 = node(underlay.n2);
  return {
    profile,
    underlay,
    map,
    isatap: isatapLink(profile.mapping, n2),
    n1,
    n2,
    n3: node(underlay.n3),
    node,
    overlayAddress: n1.nodePrefix.at(1),
    pods: Array.from({ length: POD_COUNT }, (_, index) => n1.pod(index)),
    unassignedPod: n1.pod(0xdead),
    podGateway: Ipv6Address.parse('fe80::1'),
    native: {
      dutAddress: Ipv6Address.parse('fd00:98::1'),
      onLinkPrefix: Ipv6Prefix.parse('fd00:98::/64'),
      host: Ipv6Address.parse('fd00:98::5'),
      router: Ipv6Address.parse('fe80::99'),
      routedPrefix: Ipv6Prefix.parse('fd00:99::/48'),
    },
    outsidePrefix: outsidePrefix(map),
    macs: { dut: options.dutMacs },
    macOf,
    nextHop: (destination) => nextHop(underlay, destination),
    subnetBroadcast: segment.at((1 << (32 - segment.length)) - 1),
  };
};

const UNIVERSAL_BIT = 1n << 57n;
const LINK_LOCAL_PREFIX = Ipv6Prefix.parse('fe80::/64');

const BEHIND_UNIVERSAL = Ipv6Prefix.parse('2001:db8:42::/64');
const BEHIND_OTHER = Ipv6Prefix.parse('2001:db8:43::/64');

const isatapLink = (mapping: Mapping, n2: LabNode): IsatapLink | undefined => {
  if (mapping.kind !== 'isatap') return undefined;
  const map = isatapMap(mapping.prefix);
  const addressOf: IsatapLink['addressOf'] = (ipv4, scope, universal) => {
    const identifier = BigInt.asUintN(64, map.nodePrefix(ipv4).address.toBigInt());
    const chosen =
      universal === undefined ? identifier : (identifier & ~UNIVERSAL_BIT) | (universal ? UNIVERSAL_BIT : 0n);
    return (scope === 'global' ? mapping.prefix : LINK_LOCAL_PREFIX).at(chosen);
  };
  return {
    map,
    addressOf,
    routers: [n2.ipv4],
    behindUniversal: BEHIND_UNIVERSAL,
    behindOther: BEHIND_OTHER,
    routes: [
      { destination: n2.nodePrefix, gateway: addressOf(n2.ipv4, 'link-local', false) },
      { destination: BEHIND_UNIVERSAL, gateway: addressOf(n2.ipv4, 'link-local', true) },
      { destination: BEHIND_OTHER, gateway: LINK_LOCAL_PREFIX.at(BigInt(n2.ipv4.toNumber())) },
    ],
  };
};

/** Documentation prefixes (RFC 3849, RFC 9637), of which a domain leaves at least one alone. */
const OUTSIDE_PREFIXES = [Ipv6Prefix.parse('2001:db8:ffff::/48'), Ipv6Prefix.parse('3fff:fff::/48')] as const;

const outsidePrefix = (map: EmbeddingMap | undefined): Ipv6Prefix => {
  const [usual, other] = OUTSIDE_PREFIXES;
  return map?.domainPrefix.contains(usual.address) === true ? other : usual;
};

const nextHop = (underlay: UnderlayPlan, destination: Ipv4Address): Ipv4Address | undefined => {
  if (underlay.segment.contains(destination) || underlay.secondSegment.contains(destination)) return destination;
  if (underlay.unroutable?.contains(destination) === true) return undefined;
  return underlay.behindB?.contains(destination) === true ? underlay.gatewayB : underlay.gatewayA;
};
