import type { LabNode, LabPod } from '../lab.ts';
import { DEVICE, ip, UNDERLAY_DEVICE, type Change, type Overlay } from '../overlay.ts';

export const BRIDGE = 'pods';
const PORT = 4789;

const forwarding = (verb: string, pod: LabPod, to: LabNode): Change => ({
  tool: 'bridge',
  lines: [`fdb ${verb} ${pod.mac.toString()} dev ${DEVICE} dst ${to.ipv4.toString()}`],
});
/** Answers solicitations for the pod on this side, so that none has to cross. */
const neighbour = (pod: LabPod): string =>
  `${pod.ipv6.toString()} lladdr ${pod.mac.toString()} dev ${DEVICE} nud permanent`;

/** One link for all pods: each node is told of each pod behind which node it is, and its MAC address. */
export const vxlan: Overlay = {
  id: 'vxlan',
  title: 'VXLAN',
  driver: 'vxlan behind a bridge, no learning; a forwarding and a neighbour entry per pod; nodes do not route',
  inner: 'ipv6',
  pods: 'bridged',
  setUp: ({ ipv4 }) => [
    ip(
      `link add ${DEVICE} type vxlan id 41 local ${ipv4.toString()} dev ${UNDERLAY_DEVICE} dstport ${String(PORT)} nolearning proxy`,
      `link add ${BRIDGE} type bridge`,
      `link set ${DEVICE} master ${BRIDGE}`,
      `link set ${DEVICE} up`,
      `link set ${BRIDGE} up`,
    ),
  ],
  nodeEntries: () => [],
  podEntries: (pod) => [ip(`neigh add ${neighbour(pod)}`), forwarding('add', pod, pod.node)],
  moveToNewAddress: (pod, moved) => ({
    changes: [
      ip(`neigh del ${neighbour(pod)}`, `neigh add ${neighbour(moved)}`),
      {
        tool: 'bridge',
        lines: [...linesOf(forwarding('del', pod, pod.node)), ...linesOf(forwarding('add', moved, moved.node))],
      },
    ],
  }),
  moveWithAddress: (pod, to) => ({ changes: [forwarding('replace', pod, to)] }),
};

const linesOf = (change: Change): readonly string[] => (change.tool === 'advertise' ? [] : change.lines);
