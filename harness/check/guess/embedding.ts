/** Finds where an overlay writes IPv4 addresses into IPv6 prefixes, from pairs of both. */
import { Ipv4Address, Ipv4Prefix, Ipv6Address, Ipv6Prefix } from '../../address/index.ts';
import type { TunnelPacket } from './sample.ts';

export interface NodeEvidence {
  readonly ipv4: Ipv4Address;
  readonly prefix: Ipv6Prefix;
  readonly packets: number;
}

export interface EmbeddingGuess {
  readonly domainPrefix: Ipv6Prefix;
  readonly ipv4Prefix: Ipv4Prefix;
  /** Packets in which at least one outer address is embedded in the inner one of the same end. */
  readonly packets: number;
  /** The nodes seen, those with most packets first. */
  readonly nodes: readonly NodeEvidence[];
}

interface Flow {
  readonly pairs: readonly (readonly [ipv4: number, ipv6: bigint])[];
  packets: number;
}

/** Lengths of common IPv4 prefixes: those that operators use come first, because several lengths may fit the same packets. */
const COMMON_LENGTHS = [0, 8, 12, 10, 16, 24, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23];
const SHORTEST_PREFIX = 12;
const LONGEST_NODE_PREFIX = 64;
/** So many bits that agree are no accident: chance agrees in one bit of two. */
const LEAST_BITS = 24;
const LEAST_SHARE = 0.6;
/** A guess that explains nearly as many packets as the best one is as good. */
const AS_GOOD = 0.98;

/** Undefined where no place for the IPv4 address explains most of the packets. */
export function guessEmbedding(packets: readonly TunnelPacket[]): EmbeddingGuess | undefined {
  const flows = flowsOf(packets);
  let best: Candidate | undefined;
  for (const ipv4Length of COMMON_LENGTHS) {
    const embeddedBits = 32 - ipv4Length;
    for (let prefixLength = SHORTEST_PREFIX; prefixLength + embeddedBits <= LONGEST_NODE_PREFIX; prefixLength++) {
      const found = candidate(flows, prefixLength, ipv4Length);
      if (found === undefined || found.packets < packets.length * LEAST_SHARE) continue;
      if (best === undefined || found.packets * AS_GOOD > best.packets) best = found;
    }
  }
  return best === undefined ? undefined : describe(best, flows);
}

interface Candidate {
  readonly prefixLength: number;
  readonly ipv4Length: number;
  readonly prefix: bigint;
  readonly common: number;
  readonly packets: number;
}

function flowsOf(packets: readonly TunnelPacket[]): readonly Flow[] {
  const flows = new Map<string, Flow>();
  for (const { source, destination, innerSource, innerDestination } of packets) {
    const key = `${source} ${destination} ${innerSource} ${innerDestination}`;
    const known = flows.get(key);
    if (known === undefined) {
      const pairs = [
        [source, innerSource],
        [destination, innerDestination],
      ] as const;
      flows.set(key, { pairs, packets: 1 });
    } else known.packets++;
  }
  return [...flows.values()];
}

/** The IPv4 prefix and the IPv6 prefix that most packets have in common, with the bits between them embedded at this place. */
function candidate(flows: readonly Flow[], prefixLength: number, ipv4Length: number): Candidate | undefined {
  const counts = new Map<string, { packets: number; nodes: Set<number>; prefix: bigint; common: number }>();
  for (const { pairs, packets } of flows) {
    const counted = new Set<string>();
    for (const [ipv4, ipv6] of pairs) {
      if (embedded(ipv6, prefixLength, ipv4Length) !== suffixOf(ipv4, ipv4Length)) continue;
      const prefix = ipv6 >> BigInt(64 - prefixLength);
      const common = commonOf(ipv4, ipv4Length);
      const key = `${prefix} ${common}`;
      const entry = counts.get(key) ?? { packets: 0, nodes: new Set<number>(), prefix, common };
      counts.set(key, entry);
      entry.nodes.add(ipv4);
      if (!counted.has(key)) entry.packets += packets;
      counted.add(key);
    }
  }
  let best: Candidate | undefined;
  for (const { packets, nodes, prefix, common } of counts.values()) {
    if (nodes.size * (32 - ipv4Length) < LEAST_BITS || packets <= (best?.packets ?? 0)) continue;
    best = { prefixLength, ipv4Length, prefix, common, packets };
  }
  return best;
}

const suffixOf = (ipv4: number, ipv4Length: number): bigint => BigInt(ipv4) & ((1n << BigInt(32 - ipv4Length)) - 1n);

const embedded = (ipv6: bigint, prefixLength: number, ipv4Length: number): bigint =>
  (ipv6 >> BigInt(LONGEST_NODE_PREFIX - prefixLength - (32 - ipv4Length))) & ((1n << BigInt(32 - ipv4Length)) - 1n);

const commonOf = (ipv4: number, ipv4Length: number): number =>
  ipv4Length === 0 ? 0 : Math.floor(ipv4 / 2 ** (32 - ipv4Length));

function describe(
  { prefixLength, ipv4Length, prefix, common, packets }: Candidate,
  flows: readonly Flow[],
): EmbeddingGuess {
  const domainPrefix = Ipv6Prefix.of(Ipv6Address.fromBigInt(prefix << BigInt(128 - prefixLength)), prefixLength);
  const ipv4Prefix = Ipv4Prefix.of(Ipv4Address.fromNumber(common * 2 ** (32 - ipv4Length)), ipv4Length);
  const nodeLength = prefixLength + 32 - ipv4Length;
  const nodes = new Map<number, number>();
  for (const flow of flows) {
    for (const [ipv4, ipv6] of flow.pairs) {
      const fits =
        embedded(ipv6, prefixLength, ipv4Length) === suffixOf(ipv4, ipv4Length) &&
        ipv6 >> BigInt(64 - prefixLength) === prefix &&
        commonOf(ipv4, ipv4Length) === common;
      if (fits) nodes.set(ipv4, (nodes.get(ipv4) ?? 0) + flow.packets);
    }
  }
  return {
    domainPrefix,
    ipv4Prefix,
    packets,
    nodes: [...nodes]
      .toSorted(([, left], [, right]) => right - left)
      .map(([ipv4, count]) => {
        const bits = (prefix << BigInt(32 - ipv4Length)) | suffixOf(ipv4, ipv4Length);
        const address = Ipv6Address.fromBigInt(bits << BigInt(128 - nodeLength));
        return { ipv4: Ipv4Address.fromNumber(ipv4), prefix: Ipv6Prefix.of(address, nodeLength), packets: count };
      }),
  };
}
