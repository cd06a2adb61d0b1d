import { Ipv6Prefix } from '../../../address/index.ts';
import {
  build,
  ethernet,
  ipv6,
  routeInformationOption,
  routerAdvertisement,
  sourceLinkLayerAddressOption,
} from '../../../packet/index.ts';
import type { LabNode } from '../lab.ts';
import { NOTHING, UNDERLAY_DEVICE, type Advertisements, type Overlay } from '../overlay.ts';

const ALL_NODES = { address: 'ff02::1', mac: '33:33:00:00:00:01' };
/** Of a route (RFC 4191 section 2.3): that of a default router by default (RFC 4861 section 6.2.1). */
const LIFETIME_SECONDS = 1800;

/** The advertisement by which a node tells all others of a prefix of its pods. It offers no default route: router lifetime 0. */
export const advertisement = (node: LabNode, prefix: Ipv6Prefix): Uint8Array =>
  build(
    ethernet({ source: node.mac, destination: ALL_NODES.mac }),
    ipv6({ source: node.linkLocal, destination: ALL_NODES.address, hopLimit: 255 }),
    routerAdvertisement({
      routerLifetimeSeconds: 0,
      options: [
        sourceLinkLayerAddressOption(node.mac),
        routeInformationOption({ prefix, routeLifetimeSeconds: LIFETIME_SECONDS }),
      ],
    }),
  );

const advertise = (node: LabNode, prefix: Ipv6Prefix): Advertisements => ({
  tool: 'advertise',
  frames: [advertisement(node, prefix)],
  routes: [prefix.toString()],
});

/** Native IPv6 where each node advertises the prefix of its pods, and the others learn the route. */
export const advertisedRoutes: Overlay = {
  id: 'native-ra',
  title: 'native IPv6, routes learned from advertisements',
  driver: 'no tunnel; router advertisements with route information (RFC 4191), one per node',
  inner: 'ipv6',
  pods: 'routed',
  setUp: () => [
    {
      tool: 'sh',
      // A router listens to advertisements only with 2.
      lines: Object.entries({ accept_ra: 2, accept_ra_rt_info_min_plen: 0, accept_ra_rt_info_max_plen: 128 }).map(
        ([name, value]) => `echo ${String(value)} >/proc/sys/net/ipv6/conf/${UNDERLAY_DEVICE}/${name}`,
      ),
    },
  ],
  nodeEntries: (other) => [advertise(other, other.podPrefix)],
  podEntries: () => [],
  moveToNewAddress: () => NOTHING,
  moveWithAddress: (pod, to) => ({ changes: [advertise(to, Ipv6Prefix.of(pod.ipv6, 128))] }),
};
