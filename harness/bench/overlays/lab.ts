import { Ipv4Address, Ipv4Prefix, Ipv6Address, Ipv6Prefix, sixRdMap } from '../../address/index.ts';
import { macOfIpv4 } from '../../lab/mac-plan.ts';
import { MacAddress } from '../../packet/mac-address.ts';

/** One node of the cluster; node 1 encapsulates in the trials, node 2 decapsulates, the others are entries of tables. */
export interface LabNode {
  readonly number: number;
  readonly ipv4: Ipv4Address;
  readonly ipv6: Ipv6Address;
  readonly linkLocal: Ipv6Address;
  readonly mac: MacAddress;
  /** Prefix of its pods: that of the 6rd overlay, in all IPv6 overlays, so that only the way there differs. */
  readonly podPrefix: Ipv6Prefix;
  /** Prefix of its pods where they have IPv4, e.g. `172.16.2.0/24`. */
  readonly podPrefix4: string;
}

export interface LabPod {
  readonly node: LabNode;
  readonly index: number;
  readonly ipv6: Ipv6Address;
  readonly mac: MacAddress;
  /** Where it is, with IPv4. */
  readonly ipv4: Ipv4Address;
  /** Under which address others know it where a proxy stands in front of it. */
  readonly serviceIpv4: Ipv4Address;
}

/** What the 4096 prefixes of 172.16.0.0/12 allow, less one for the last. */
export const MAXIMUM_NODES = 4000;
export const MAXIMUM_PODS_PER_NODE = 200;

const UNDERLAY = Ipv4Address.parse('10.0.0.0').toNumber();
const UNDERLAY6 = Ipv6Address.parse('fd00:6::').toBigInt();
const LINK_LOCAL = Ipv6Address.parse('fe80::').toBigInt();
const PODS4 = Ipv4Address.parse('172.16.0.0').toNumber();
const SERVICES4 = Ipv4Address.parse('100.64.0.0').toNumber();
const FIRST_POD = 0x10;

/** The mapping of the profile `overlay`. */
export const DOMAIN = {
  domainPrefix: Ipv6Prefix.parse('fd5a:1234:5600::/40'),
  ipv4Prefix: Ipv4Prefix.parse('10.0.0.0/8'),
};
const map = sixRdMap(DOMAIN);

export const labNode = (number: number): LabNode => {
  const ipv4 = Ipv4Address.fromNumber(UNDERLAY + number);
  return {
    number,
    ipv4,
    ipv6: Ipv6Address.fromBigInt(UNDERLAY6 + BigInt(number)),
    linkLocal: Ipv6Address.fromBigInt(LINK_LOCAL + BigInt(number)),
    mac: macOfIpv4(ipv4),
    podPrefix: map.nodePrefix(ipv4),
    podPrefix4: `${Ipv4Address.fromNumber(PODS4 + number * 256).toString()}/24`,
  };
};

export const labPod = (node: LabNode, index: number): LabPod => {
  const place = node.number * 256 + FIRST_POD + index;
  return {
    node,
    index,
    ipv6: node.podPrefix.at(FIRST_POD + index),
    mac: MacAddress.fromBytes(
      Uint8Array.of(0x02, 0x70, (node.number >> 8) & 0xff, node.number & 0xff, index >> 8, index & 0xff),
    ),
    ipv4: Ipv4Address.fromNumber(PODS4 + place),
    serviceIpv4: Ipv4Address.fromNumber(SERVICES4 + place),
  };
};

/** Numbers `first` to `last`, both included. */
export const labNodes = (first: number, last: number): LabNode[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => labNode(first + index));

export const podsOf = (node: LabNode, count: number): LabPod[] =>
  Array.from({ length: count }, (_, index) => labPod(node, index));
