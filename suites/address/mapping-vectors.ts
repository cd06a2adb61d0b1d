import { ipv4BlockOf, Ipv4Address, Ipv6Address, Ipv6Prefix } from '../../harness/address/index.ts';
import type { Lab } from '../../harness/lab/index.ts';
import { isBorderRelay, type Profile } from '../../harness/profile/index.ts';
import type { SeededRandom } from '../../harness/random.ts';

/** A node and an address of its overlay prefix. */
export interface Remote {
  readonly ipv4: Ipv4Address;
  readonly overlay: Ipv6Address;
}

/** A 6rd domain, and a node of it whose overlay address is known without any arithmetic of ours. */
export interface MappingVector {
  readonly name: string;
  /** Domain prefix and common IPv4 prefix, as a profile spells them. */
  readonly domain: string;
  readonly remote?: Remote;
  /** The DUT's address, where the common prefix has no room for the usual one. */
  readonly dutIpv4?: string;
}

const vector = (name: string, domain: string, ipv4: string, overlay: string): MappingVector => ({
  name,
  domain,
  remote: { ipv4: Ipv4Address.parse(ipv4), overlay: Ipv6Address.parse(overlay) },
});

/**
 * Lengths on and off octet borders, an embedded field that crosses a 32-bit word, and no common bits at all. V7, a domain of one
 * node, is missing: with all 32 bits in common nobody is left to send to, which no test bed with a peer can show. The domain of
 * two nodes, {@link TWO_NODE_DOMAIN}, is the nearest that it can.
 */
export const LITERAL_VECTORS: readonly MappingVector[] = [
  vector('V1', 'fd5a:1234:5600::/40+10.0.0.0/8', '10.0.9.7', 'fd5a:1234:5600:907::10'),
  vector('V2', '2001:db8::/32+0.0.0.0/0', '203.0.113.77', '2001:db8:cb00:714d::10'),
  vector('V3', '2001:db8:8000::/33+192.0.0.0/8', '192.0.113.77', '2001:db8:8038:a680::10'),
  vector('V4', '2001:db8:a000::/37+100.64.0.0/10', '100.101.3.4', '2001:db8:a4a0:6080::10'),
  vector('V5', '2001:db8:0:ff00::/56+10.0.0.0/24', '10.0.0.9', '2001:db8:0:ff09::10'),
  vector('V6', '2001:d00::/27+0.0.0.0/0', '198.51.100.200', '2001:d18:c66c:9900::10'),
  vector('V8', '2002::/16+0.0.0.0/0', '10.0.0.2', '2002:a00:2::1'),
  vector('V9', '2001:db8::/32+10.0.0.0/8', '10.100.100.1', '2001:db8:6464:100::1'),
  vector('V10', '2001:db8:a5a5:5a00::/56+192.168.1.0/24', '192.168.1.155', '2001:db8:a5a5:5a9b::10'),
];

const DOMAIN_BITS = Ipv6Address.parse('fd5a:9db6:b6db:6db7::');
const domain = (length: number, common: string): string => `${Ipv6Prefix.of(DOMAIN_BITS, length).toString()}+${common}`;

/** The pairs of lengths that no literal vector has; a run picks some of them by its seed. */
export const MATRIX: readonly MappingVector[] = [
  { name: '/48 with 16 common bits', domain: domain(48, '10.0.0.0/16') },
  { name: '/28 without common bits', domain: domain(28, '0.0.0.0/0') },
  { name: '/36 with 10 common bits', domain: domain(36, '10.0.0.0/10') },
  { name: '/44 with 12 common bits', domain: domain(44, '172.16.0.0/12') },
  { name: '/33 with 1 common bit', domain: domain(33, '128.0.0.0/1') },
  { name: '/37 with 5 common bits', domain: domain(37, '192.0.0.0/5') },
];

/** One embedded bit, which is the last one before the subnet. */
export const TWO_NODE_DOMAIN: MappingVector = {
  name: '/63 with 31 common bits',
  domain: domain(63, '10.0.0.2/31'),
  dutIpv4: '10.0.0.3',
};

/** For cases about addresses embedded in prefixes, which configured tunnels and ISATAP have none of. */
export const embeddingOnly = ({ mapping }: Profile): string | undefined =>
  mapping.kind === '6rd' || mapping.kind === '6to4' ? undefined : 'the prefixes of nodes embed no addresses';

/** The profile with another 6rd domain and all its options. */
export const profileTextWith = (profile: Profile, domainText: string): string =>
  [`${isBorderRelay(profile) ? '6rd-br' : '6rd'}:${domainText}`, ...profile.text.split(',').slice(1)].join(',');

const DRAWS_PER_NODE = 10;

/** Up to `count` different nodes of the lab's domain, which the DUT has a route to and which are nobody special. */
export const randomRemotes = (lab: Lab, random: SeededRandom, count: number): readonly Remote[] => {
  const common = lab.map?.ipv4Prefix;
  if (common === undefined) return [];
  const found = new Map<string, Remote>();
  for (let draw = 0; draw < count * DRAWS_PER_NODE && found.size < count; draw += 1) {
    const ipv4 = common.at(random.int(2 ** (32 - common.length)));
    if (isOrdinaryNode(lab, ipv4)) found.set(ipv4.toString(), { ipv4, overlay: lab.node(ipv4).pod(random.int(256)) });
  }
  return [...found.values()];
};

const isOrdinaryNode = ({ underlay, subnetBroadcast, nextHop }: Lab, ipv4: Ipv4Address): boolean => {
  const nobody = [underlay.dut, underlay.dutSecondary, underlay.unassigned, underlay.segment.address, subnetBroadcast];
  const special = ipv4BlockOf(ipv4);
  return (
    !nobody.some((address) => address.equals(ipv4)) &&
    !underlay.secondSegment.contains(ipv4) &&
    nextHop(ipv4) !== undefined &&
    (special === undefined || special.tunnelEndpoint === 'private')
  );
};
