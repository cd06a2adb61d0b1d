import type { LabPod } from '../lab.ts';
import { ip, UNDERLAY_DEVICE, type Move, type Overlay } from '../overlay.ts';

const CHAIN = 'ip proxy pods';

const rule = (service: LabPod, place: LabPod): string =>
  `ip daddr ${service.serviceIpv4.toString()} dnat to ${place.ipv4.toString()}`;

/** A rule has to be replaced by its number, which the node has in mind. */
const replaced = (pod: LabPod, moved: LabPod): Move => ({
  prepare: {
    tool: 'sh',
    lines: [
      `nft -a list chain ${CHAIN} | sed -n 's/.*daddr ${pod.serviceIpv4.toString().replaceAll('.', '\\.')} .*handle //p' >/run/handle.$NODE`,
    ],
  },
  changes: [
    {
      tool: 'sh',
      lines: [`read -r handle </run/handle.$NODE`, `nft replace rule ${CHAIN} handle $handle ${rule(pod, moved)}`],
    },
  ],
});

/**
 * IPv4 natively, with a route per node. Pods are known by an address that they keep; a rule for each rewrites it to where the pod
 * is. The rules are one list, which the first packet of each flow goes through.
 */
export const ipv4Proxy: Overlay = {
  id: 'ipv4-proxy',
  title: 'IPv4, a proxy rule per pod',
  driver: 'nftables; a route per node and a dnat rule per pod',
  inner: 'ipv4',
  pods: 'routed',
  setUp: () => [
    {
      tool: 'nft',
      lines: ['add table ip proxy', `add chain ${CHAIN} { type nat hook prerouting priority dstnat; }`],
    },
  ],
  nodeEntries: ({ podPrefix4, ipv4 }) => [ip(`route add ${podPrefix4} via ${ipv4.toString()} dev ${UNDERLAY_DEVICE}`)],
  podEntries: (pod) => [{ tool: 'nft', lines: [`add rule ${CHAIN} ${rule(pod, pod)}`] }],
  moveToNewAddress: replaced,
  moveWithAddress: () => ({ impossible: 'where it is is its address; the one it is known by stays in any case' }),
};
