import type { Ipv4Address } from '../harness/address/index.ts';
import type { Lab, LabNode } from '../harness/lab/index.ts';

const FIRST_OFFSET = 30;
const LAST_OFFSET = 250;

/**
 * Up to `count` nodes on the DUT's own segment, N2 first. Each is its own next hop, so that a case that does not ask about next
 * hops does not depend on them. A configured tunnel has only N2.
 */
export const onLinkNodes = (lab: Lab, count: number): readonly LabNode[] => {
  const { map, underlay } = lab;
  const nodes = [lab.n2];
  if (map === undefined) return nodes;
  const taken = [
    underlay.dut,
    underlay.dutSecondary,
    underlay.n2,
    underlay.n3,
    underlay.relay,
    underlay.unassigned,
    underlay.gatewayA,
    underlay.gatewayB,
  ];
  const isFree = (address: Ipv4Address): boolean =>
    map.ipv4Prefix.contains(address) && !taken.some((other) => other.equals(address));
  for (let offset = FIRST_OFFSET; nodes.length < count && offset < LAST_OFFSET; offset += 1) {
    const address = underlay.segment.at(offset);
    if (isFree(address)) nodes.push(lab.node(address));
  }
  return nodes;
};
