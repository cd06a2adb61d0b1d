import { ip, NOTHING, UNDERLAY_DEVICE, type Overlay } from '../overlay.ts';

/** Native IPv6 with a route for the pods of each node: the fastest way, and the measure of the others. */
export const nativeRoutes: Overlay = {
  id: 'native',
  title: 'native IPv6, a route per node',
  driver: 'no tunnel; ip -6 route, one per node',
  inner: 'ipv6',
  pods: 'routed',
  setUp: () => [],
  nodeEntries: ({ podPrefix, ipv6 }) => [
    ip(`route add ${podPrefix.toString()} via ${ipv6.toString()} dev ${UNDERLAY_DEVICE}`),
  ],
  podEntries: () => [],
  moveToNewAddress: () => NOTHING,
  moveWithAddress: (pod, to) => ({
    changes: [ip(`route replace ${pod.ipv6.toString()}/128 via ${to.ipv6.toString()} dev ${UNDERLAY_DEVICE}`)],
  }),
};
