import type { Profile } from '../profile/index.ts';
import type { AddressPlan, PlannedNode } from './address-plan.ts';

/** What makes a Linux machine this node of the overlay, with the sit driver: commands for a shell, one a line. */
export const linuxNodeCommands = (profile: Profile, plan: AddressPlan, node: PlannedNode): readonly string[] => {
  const { encapsulation, mapping } = profile;
  const isUdp = encapsulation.kind === 'fou' || encapsulation.kind === 'gue';
  const port = isUdp ? String(encapsulation.port) : '';
  const udp = isUdp
    ? ` encap ${encapsulation.kind} encap-sport auto encap-dport ${port} ${profile.switches.udpChecksum === 'on' ? 'encap-csum' : 'noencap-csum'}`
    : '';
  const map =
    mapping.kind === '6rd'
      ? ` 6rd-prefix ${plan.domainPrefix.toString()} 6rd-relay_prefix ${plan.ipv4Prefix.toString()}`
      : ' 6rd-prefix 2002::/16 6rd-relay_prefix 0.0.0.0/0';
  const tos = { zero: '0', copy: 'inherit', fixed: String(profile.fixedTos) }[profile.switches.tos];
  return [
    `modprobe sit${isUdp ? ' && modprobe fou' : ''}`,
    ...(isUdp ? [`ip fou add port ${port} ${encapsulation.kind === 'gue' ? 'gue' : 'ipproto 41'}`] : []),
    `ip link add overlay type sit mode ip6ip local ${node.ipv4.toString()}${map} ttl ${String(profile.outerTtl)} tos ${tos}${udp}`,
    `ip link set overlay mtu ${String(plan.podMtuBytes)} up`,
    `ip -6 addr add ${node.prefix.at(1).toString()}/128 dev overlay nodad`,
    `ip -6 route add ${plan.domainPrefix.toString()} dev overlay`,
    `ip -6 route add unreachable ${node.prefix.toString()}`,
    `sysctl -w net.ipv6.conf.all.forwarding=1`,
  ];
};
