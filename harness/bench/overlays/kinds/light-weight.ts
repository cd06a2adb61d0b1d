import type { LabNode } from '../lab.ts';
import { DEVICE, ip, NOTHING, type Overlay } from '../overlay.ts';

/** One device for all nodes; the route to the pods of a node holds its endpoint. */
const lightWeight = (
  facts: Pick<Overlay, 'id' | 'title' | 'driver'>,
  type: string,
  encap: (node: LabNode) => string,
): Overlay => {
  const endpoint = (node: LabNode): string => `encap ${encap(node)} dev ${DEVICE}`;
  return {
    ...facts,
    inner: 'ipv6',
    pods: 'routed',
    setUp: () => [ip(`link add ${DEVICE} type ${type} external`, `link set ${DEVICE} up`)],
    nodeEntries: (other) => [ip(`route add ${other.podPrefix.toString()} ${endpoint(other)}`)],
    podEntries: () => [],
    moveToNewAddress: () => NOTHING,
    moveWithAddress: (pod, to) => ({ changes: [ip(`route replace ${pod.ipv6.toString()}/128 ${endpoint(to)}`)] }),
  };
};

export const gre = lightWeight(
  { id: 'gre', title: 'GRE', driver: 'ip_gre, external; a route per node holds the endpoint' },
  'gre',
  ({ ipv4 }) => `ip dst ${ipv4.toString()} ttl 64`,
);

export const ip6ip6 = lightWeight(
  { id: 'ip6ip6', title: 'IPv6 in IPv6', driver: 'ip6_tunnel, external; a route per node holds the endpoint' },
  'ip6tnl mode ip6ip6',
  ({ ipv6 }) => `ip6 dst ${ipv6.toString()} hoplimit 64`,
);
