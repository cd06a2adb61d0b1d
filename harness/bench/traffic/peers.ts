import { isUnusableTunnelEndpoint } from '../../address/index.ts';
import type { Ipv4Address } from '../../address/ipv4-address.ts';
import type { Ipv6Address } from '../../address/ipv6-address.ts';
import type { Lab } from '../../lab/index.ts';
import type { SeededRandom } from '../../random.ts';

/** The far end of one flow: a pod, and the node that it is on. */
export interface Peer {
  readonly node: Ipv4Address;
  readonly pod: Ipv6Address;
}

/** Draws for each node, after which a domain counts as too small. */
const DRAWS_PER_NODE = 20;

/**
 * `count` different far ends. Where addresses embed those of nodes each is on a node of its own, drawn from the whole domain; a
 * configured tunnel and an ISATAP link have the pods of N2. Undefined where the domain has not as many.
 */
export const drawPeers = (lab: Lab, count: number, random: SeededRandom): readonly Peer[] | undefined => {
  const { map, n2, underlay } = lab;
  if (map === undefined) return Array.from({ length: count }, (_, index) => ({ node: n2.ipv4, pod: n2.pod(index) }));
  const { ipv4Prefix } = map;
  const size = 2 ** (32 - ipv4Prefix.length);
  const nodes = new Map<number, Ipv4Address>();
  for (let draws = 0; nodes.size < count && draws < count * DRAWS_PER_NODE; draws += 1) {
    const node = ipv4Prefix.at(random.int(size));
    // Behind one router: neighbours and routes are another measurement, and a case of `run` (stateless.per-packet-next-hop).
    const isBehindRouter = lab.nextHop(node)?.equals(underlay.gatewayA) === true;
    if (isBehindRouter && !isUnusableTunnelEndpoint(node, lab.profile.switches.privateV4))
      nodes.set(node.toNumber(), node);
  }
  if (nodes.size < count) return undefined;
  return [...nodes.values()].map((node) => ({ node, pod: lab.node(node).pod() }));
};

/** Whether every peer of the profile is a node of its own. */
export const hasManyNodes = ({ map }: Lab): boolean => map !== undefined;
