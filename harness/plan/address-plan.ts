import type { Ipv4Address } from '../address/ipv4-address.ts';
import { Ipv4Prefix } from '../address/ipv4-prefix.ts';
import type { Ipv6Prefix } from '../address/ipv6-prefix.ts';
import type { EmbeddingMap } from '../address/mapping/embedding-map.ts';
import { sixRdMap } from '../address/mapping/six-rd.ts';
import { sixToFourMap } from '../address/mapping/six-to-four.ts';
import { overheadBytes, type Profile } from '../profile/index.ts';
import { PlanError } from './plan-error.ts';

/** RFC 8200 section 5. */
const IPV6_MINIMUM_MTU_BYTES = 1280;
const SUBNET_LENGTH = 64;

/** Which addresses an overlay gives to whom; nothing in it has to be stored anywhere. */
export interface AddressPlan {
  readonly domainPrefix: Ipv6Prefix;
  /** What all nodes' IPv4 addresses have in common, and is therefore not embedded. */
  readonly ipv4Prefix: Ipv4Prefix;
  readonly embeddedBits: number;
  readonly nodePrefixLength: number;
  /** Number of /64 that each node can give to links of pods. */
  readonly subnetsPerNode: bigint;
  readonly addressesPerNode: bigint;
  /** IPv4 addresses that can be a node. */
  readonly maximumNodes: number;
  readonly underlayMtuBytes: number;
  readonly overheadBytes: number;
  readonly podMtuBytes: number;
  readonly nodes: readonly PlannedNode[];
}

export interface PlannedNode {
  readonly ipv4: Ipv4Address;
  readonly prefix: Ipv6Prefix;
}

export interface AddressPlanInput {
  readonly profile: Profile;
  readonly underlayMtuBytes: number;
  readonly nodes: readonly Ipv4Address[];
}

/** @throws PlanError for a profile that embeds nothing, a node outside the underlay, and an underlay too small for IPv6 */
export const planAddresses = ({ profile, underlayMtuBytes, nodes }: AddressPlanInput): AddressPlan => {
  const { map, ipv4Prefix } = mapOf(profile);
  const overhead = overheadBytes(profile);
  const podMtuBytes = underlayMtuBytes - overhead;
  if (podMtuBytes < IPV6_MINIMUM_MTU_BYTES)
    throw new PlanError(
      `expected an underlay MTU of at least ${String(IPV6_MINIMUM_MTU_BYTES + overhead)} (IPv6 needs ${String(IPV6_MINIMUM_MTU_BYTES)}, RFC 8200 section 5, and the encapsulation adds ${String(overhead)}), found ${String(underlayMtuBytes)}`,
    );
  const embeddedBits = 32 - ipv4Prefix.length;
  const nodePrefixLength = map.domainPrefix.length + embeddedBits;
  return {
    domainPrefix: map.domainPrefix,
    ipv4Prefix,
    embeddedBits,
    nodePrefixLength,
    subnetsPerNode: 1n << BigInt(SUBNET_LENGTH - nodePrefixLength),
    addressesPerNode: 1n << BigInt(128 - nodePrefixLength),
    // The first and the last address of the whole underlay are no host's.
    maximumNodes: embeddedBits < 2 ? 2 ** embeddedBits : 2 ** embeddedBits - 2,
    underlayMtuBytes,
    overheadBytes: overhead,
    podMtuBytes,
    nodes: nodes.map((ipv4) => {
      if (!ipv4Prefix.contains(ipv4))
        throw new PlanError(`expected a node in the underlay ${ipv4Prefix.toString()}, found ${ipv4.toString()}`);
      return { ipv4, prefix: map.nodePrefix(ipv4) };
    }),
  };
};

const mapOf = ({ mapping, text }: Profile): { map: EmbeddingMap; ipv4Prefix: Ipv4Prefix } => {
  if (mapping.kind === '6rd') return { map: sixRdMap(mapping), ipv4Prefix: mapping.ipv4Prefix };
  if (mapping.kind === '6to4') return { map: sixToFourMap(), ipv4Prefix: Ipv4Prefix.parse('0.0.0.0/0') };
  throw new PlanError(
    `expected a profile that embeds IPv4 addresses in IPv6 prefixes (6rd:..., 6to4, overlay), found ${text}`,
  );
};
