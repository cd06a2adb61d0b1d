import type { AddressPlan } from './address-plan.ts';

/** What is asked of a cluster. */
export interface ClusterSize {
  readonly nodes: number;
  readonly podsPerNode: number;
  /** How often one pod comes, goes or moves. */
  readonly movesPerPodPerHour: number;
}

/** What one way of giving addresses to pods can hold, and what it costs to keep it true. */
export interface Scheme {
  readonly name: 'static IPv4 prefixes' | 'shared IPv4 pool' | 'stateless IPv6';
  readonly description: string;
  readonly maximumNodes: number;
  /** Of one node; undefined where only the sum is limited. */
  readonly maximumPodsPerNode: number | undefined;
  readonly maximumPods: number;
  readonly fits: boolean;
  /** Routes and the like that every node must hold for the other nodes and their pods. */
  readonly entriesPerNode: number;
  /** Changes of these that all nodes together must take in, per second. */
  readonly updatesPerSecond: number;
}

/** Above this a number of addresses is as good as without limit, and exact counting ends (2^53). */
const COUNTABLE = Number.MAX_SAFE_INTEGER;

/**
 * The three ways beside each other, each with the addresses of the underlay's IPv4 prefix for its pods: an IPv4 prefix per node, any
 * pod anywhere in one pool, and IPv6 with the node's address inside.
 */
export const compareSchemes = (plan: AddressPlan, size: ClusterSize): readonly Scheme[] => [
  staticPrefixes(plan, size),
  sharedPool(plan, size),
  stateless(plan, size),
];

/**
 * Each node gets the smallest prefix that holds its pods, and a pod that moves gets another address: no update for it, one route per
 * node, and what a node does not use nobody else can.
 */
const staticPrefixes = ({ embeddedBits }: AddressPlan, size: ClusterSize): Scheme => {
  // Network, broadcast and the node's own address are no pods.
  const hostBits = Math.ceil(Math.log2(size.podsPerNode + 3));
  const maximumNodes = hostBits > embeddedBits ? 0 : 2 ** (embeddedBits - hostBits);
  const maximumPodsPerNode = 2 ** hostBits - 3;
  return {
    name: 'static IPv4 prefixes',
    description: `a /${String(32 - hostBits)} for each node`,
    maximumNodes,
    maximumPodsPerNode,
    maximumPods: maximumNodes * maximumPodsPerNode,
    fits: size.nodes <= maximumNodes,
    entriesPerNode: Math.max(0, size.nodes - 1),
    updatesPerSecond: 0,
  };
};

/** Any pod may have any address, so every node must know where each pod is. */
const sharedPool = ({ embeddedBits }: AddressPlan, size: ClusterSize): Scheme => {
  const pods = size.nodes * size.podsPerNode;
  const maximumPods = Math.max(0, 2 ** embeddedBits - 2);
  return {
    name: 'shared IPv4 pool',
    description: 'one address per pod, wherever it runs',
    maximumNodes: maximumPods,
    maximumPodsPerNode: undefined,
    maximumPods,
    fits: pods <= maximumPods,
    entriesPerNode: pods - size.podsPerNode,
    updatesPerSecond: (size.nodes * pods * size.movesPerPodPerHour) / 3600,
  };
};

/** The node's address is in the pod's: one route for all of them, and nothing to tell anybody. */
const stateless = (plan: AddressPlan, size: ClusterSize): Scheme => {
  const perNode = plan.addressesPerNode > BigInt(COUNTABLE) ? Infinity : Number(plan.addressesPerNode);
  return {
    name: 'stateless IPv6',
    description: `a /${String(plan.nodePrefixLength)} for each node, which follows from its IPv4 address`,
    maximumNodes: plan.maximumNodes,
    maximumPodsPerNode: perNode,
    maximumPods: perNode,
    fits: size.nodes <= plan.maximumNodes && size.podsPerNode <= perNode,
    entriesPerNode: 1,
    updatesPerSecond: 0,
  };
};
