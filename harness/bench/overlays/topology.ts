import type { LabNode, LabPod } from './lab.ts';
import { labNode, labPod } from './lab.ts';
import type { OverlayGuest } from './guest.ts';
import { UNDERLAY_DEVICE } from './overlay.ts';

/** The two nodes of the trials: pods of A send to pods of B. */
export const A = labNode(1);
export const B = labNode(2);
export const POD_OF_A = labPod(A, 0);
export const POD_OF_B = labPod(B, 0);
/** MAC addresses of the machine's ports, which are those of the nodes towards their pods. */
export const PORT_MACS = { A: '02:41:00:00:00:01', B: '02:41:00:00:00:02' } as const;
/** Beside every overlay the two nodes have native IPv6 between these prefixes: what each trial is compared with. */
export const REFERENCE = {
  source: '2001:db8:a::10',
  destination: '2001:db8:b::10',
  prefixOfB: '2001:db8:b::/64',
  gatewayOfB: '2001:db8:b::1/64',
} as const;

const UNDERLAY_MTU_BYTES = 1500;

/** A node forwards, and says nothing of itself: no autoconfiguration, no duplicate address detection, no reports twice. */
const QUIET = `
set_to() { value=$1; shift; for name in "$@"; do echo "$value" >"/proc/sys/net/$name"; done; }
for scope in all default; do
  set_to 0 "ipv6/conf/$scope/accept_ra" "ipv6/conf/$scope/autoconf" "ipv6/conf/$scope/accept_dad" \
    "ipv6/conf/$scope/dad_transmits" "ipv6/conf/$scope/router_solicitations" \
    "ipv6/conf/$scope/mldv1_unsolicited_report_interval" "ipv6/conf/$scope/mldv2_unsolicited_report_interval"
  set_to 1 "ipv6/conf/$scope/forwarding"
done
set_to 1 ipv6/conf/default/addr_gen_mode ipv4/ip_forward
ip link set lo up
`;

const quiet = (names: readonly string[]): string =>
  `cat >/run/quiet <<'END'${QUIET}END\nfor node in ${names.join(' ')}; do ip netns exec $node sh -e /run/quiet || exit 1; done\n`;

const batch = (flags: string, lines: readonly string[]): string =>
  `ip ${flags} -batch - <<'END' || exit 1\n${lines.join('\n')}\nEND\n`;

/** Addresses of a node on its underlay, and its name on the link. */
const underlay = (node: LabNode): string[] => [
  `link set ${UNDERLAY_DEVICE} address ${node.mac.toString()} mtu ${String(UNDERLAY_MTU_BYTES)}`,
  `link set ${UNDERLAY_DEVICE} up`,
  `addr add ${node.ipv4.toString()}/8 dev ${UNDERLAY_DEVICE}`,
  `addr add ${node.ipv6.toString()}/64 dev ${UNDERLAY_DEVICE} nodad`,
  `addr add ${node.linkLocal.toString()}/64 dev ${UNDERLAY_DEVICE} nodad`,
];

/** Nothing has to be resolved between the two nodes while something is measured. */
const known = (node: LabNode): string[] =>
  [node.ipv4, node.ipv6, node.linkLocal].map(
    (address) => `neigh add ${address.toString()} lladdr ${node.mac.toString()} dev ${UNDERLAY_DEVICE} nud permanent`,
  );

const podPort = (port: string, pod: LabPod): string[] => [
  `link set ${port} up`,
  `addr add ${pod.node.podPrefix.at(1).toString()}/64 dev ${port} nodad`,
  `addr add ${pod.node.podPrefix4.replace(/\.0\//, '.1/')} dev ${port}`,
  `neigh add ${pod.ipv6.toString()} lladdr ${pod.mac.toString()} dev ${port} nud permanent`,
  `neigh add ${pod.ipv4.toString()} lladdr ${pod.mac.toString()} dev ${port} nud permanent`,
];

/**
 * Makes A and B, which have one link between them and one port each: pods of A are on port P of the machine, pods of B on port U.
 * Every frame is as the stack built it: no offloads on the link.
 */
export const makeTrialNodes = async (guest: OverlayGuest): Promise<void> => {
  const script = [
    batch('', ['netns add A', 'netns add B']),
    quiet(['A', 'B']),
    batch('', [
      `link add ${UNDERLAY_DEVICE} netns A type veth peer name ${UNDERLAY_DEVICE} netns B`,
      'link set eth0 netns A',
      'link set eth1 netns B',
    ]),
    `for node in A B; do ip netns exec $node ethtool -K ${UNDERLAY_DEVICE} tx off gso off tso off gro off >/dev/null || exit 1; done\n`,
    batch('-n A', [
      ...underlay(A),
      ...known(B),
      ...podPort('eth0', POD_OF_A),
      `route add ${REFERENCE.prefixOfB} via ${B.ipv6.toString()} dev ${UNDERLAY_DEVICE}`,
    ]),
    batch('-n B', [
      ...underlay(B),
      ...known(A),
      ...podPort('eth1', POD_OF_B),
      `addr add ${REFERENCE.gatewayOfB} dev eth1 nodad`,
      `neigh add ${REFERENCE.destination} lladdr ${POD_OF_B.mac.toString()} dev eth1 nud permanent`,
    ]),
  ];
  await guest.run(script.join(''), 'the set-up of two nodes');
};

/** Names of the nodes that only listen. */
export const bystanderNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `n${String(index + 1)}`);

const SHARED_LIMIT = 100_000;

/** Makes nodes that are not part of the change that they hear of, on one segment with port U2 of the machine. */
export const makeBystanders = async (guest: OverlayGuest, nodes: readonly LabNode[]): Promise<void> => {
  const names = bystanderNames(nodes.length);
  const script = [
    'modprobe bridge\n',
    // All nodes share one kernel: what it can hold in all must not be what one of them forgets. And one advertisement is as many
    // packets as there are nodes, of which the segment must not lose any.
    `cd /proc/sys/net; for number in 1 2 3; do echo ${String(SHARED_LIMIT)} >ipv6/neigh/default/gc_thresh$number; done\n`,
    `echo ${String(SHARED_LIMIT)} >core/netdev_max_backlog\n`,
    batch(
      '',
      names.map((name) => `netns add ${name}`),
    ),
    // Before there is a link, which would give itself an address some time after it has come up.
    quiet(names),
    batch('', [
      'link add segment type bridge',
      'link set segment up',
      'link set eth2 master segment up',
      ...names.flatMap((name) => [
        `link add ${UNDERLAY_DEVICE} netns ${name} type veth peer name s${name}`,
        `link set s${name} master segment up`,
      ]),
    ]),
    ...nodes.map((node, index) => batch(`-n ${names[index] ?? ''}`, underlay(node))),
  ];
  await guest.run(script.join(''), 'the set-up of other nodes');
};

/** Lets advertisements in at port U of the machine, as if they came from the link between the two nodes. */
export const ADVERTISE_TO_A = `
ip netns exec B tc qdisc add dev eth1 ingress &&
ip netns exec B tc filter add dev eth1 ingress protocol ipv6 flower dst_mac 33:33:00:00:00:01 \
  action mirred egress redirect dev ${UNDERLAY_DEVICE}
`;
