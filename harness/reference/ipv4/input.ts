import { readUint16, readUint32 } from '../../packet/bytes.ts';
import { IPV4, IPV4_FLAG } from '../../packet/ipv4.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { ICMPV4_UNREACHABLE } from '../../packet/icmpv4-types.ts';
import type { PortName } from '../../wire/wire.ts';
import type { NodeConfig } from '../config.ts';
import type { OuterSummary, ReferenceNode } from '../node.ts';
import { openUdp } from '../tunnel/udp.ts';
import type { Ipv4Check } from './checks.ts';
import { ihlBytes, ipv4Checks } from './checks.ts';
import { receiveIcmpv4 } from './icmp.ts';
import type { Ipv4Route } from './route.ts';
import { routeIpv4 } from './route.ts';
import { isOwnAddress } from './special.ts';

/** Who takes a datagram that is addressed to the node. */
export type Ipv4Handler = 'tunnel' | 'udp' | 'gre' | 'icmp' | 'none';

export interface Ipv4Behaviour {
  readonly checks: readonly Ipv4Check[];
  /** Where the payload begins. */
  headerLengthBytes(packet: Uint8Array): number;
  /** Where the datagram ends; the rest is link-layer padding. */
  totalLengthBytes(packet: Uint8Array): number;
  /** The own address for which a packet is taken in, undefined for a packet to somebody else. */
  localDestination(config: NodeConfig, packet: Uint8Array): number | undefined;
  handler(config: NodeConfig, protocol: number): Ipv4Handler;
  route(config: NodeConfig, destination: number): Ipv4Route | undefined;
  nextHop(route: Ipv4Route, packet: Uint8Array): number;
  resolve(node: ReferenceNode, nextHop: number, deliver: (mac: Uint8Array) => void, failed: () => void): void;
  /** Called for every packet that a check has discarded; discarding is silent. */
  discarded(node: ReferenceNode, packet: Uint8Array, check: string): void;
}

export const ipv4: Ipv4Behaviour = {
  checks: ipv4Checks,
  headerLengthBytes: ihlBytes,
  totalLengthBytes: (packet) => readUint16(packet, IPV4.TOTAL_LENGTH),
  localDestination: (config, packet) => {
    const destination = readUint32(packet, IPV4.DESTINATION);
    return isOwnAddress(config, destination) ? destination : undefined;
  },
  handler: (config, protocol) => {
    if (protocol === PROTOCOL.ICMPV4) return 'icmp';
    const both = config.switches.dualFraming === 'yes';
    const { kind } = config.encapsulation;
    if (protocol === PROTOCOL.IPV6) return kind === 'protocol-41' || both ? 'tunnel' : 'none';
    if (protocol === PROTOCOL.GRE) return kind === 'gre' ? 'gre' : 'none';
    return protocol === PROTOCOL.UDP ? 'udp' : 'none';
  },
  route: routeIpv4,
  nextHop: (route) => route.nextHop,
  resolve: (node, nextHop, deliver, failed) => {
    node.arp.resolve(nextHop, deliver, failed);
  },
  discarded: () => undefined,
};

/** A frame's payload with EtherType 0x0800. */
export const receiveIpv4 = (node: ReferenceNode, port: PortName, arrived: Uint8Array): void => {
  const { ipv4: behaviour } = node.behaviour;
  if (arrived.length < IPV4.MINIMUM_HEADER_LENGTH) return;
  const failed = behaviour.checks.find((check) => check.violated(arrived, node));
  if (failed) {
    behaviour.discarded(node, arrived, failed.name);
    return;
  }
  // No IPv4 forwarding: what is for somebody else, a group or everybody ends here (RFC 4213 section 3.6).
  const packet = arrived.subarray(0, behaviour.totalLengthBytes(arrived));
  const destination = behaviour.localDestination(node.config, packet);
  if (destination === undefined) return;
  const isFragment = (readUint16(packet, IPV4.FLAGS_FRAGMENT_OFFSET) & (IPV4_FLAG.MORE_FRAGMENTS | 0x1fff)) !== 0;
  const datagram = isFragment ? node.reassembly.add(packet) : packet;
  if (datagram) dispatch(node, port, datagram, destination);
};

const dispatch = (node: ReferenceNode, port: PortName, datagram: Uint8Array, destination: number): void => {
  const protocol = datagram[IPV4.PROTOCOL] ?? 0;
  const payload = datagram.subarray(node.behaviour.ipv4.headerLengthBytes(datagram));
  const outer: OuterSummary = {
    port,
    source: readUint32(datagram, IPV4.SOURCE),
    destination,
    tos: datagram[IPV4.TOS] ?? 0,
    ttl: datagram[IPV4.TTL] ?? 0,
    framing: 'protocol-41',
  };
  switch (node.behaviour.ipv4.handler(node.config, protocol)) {
    case 'tunnel':
      node.paths.decapsulate(payload, outer, datagram);
      break;
    case 'udp':
      receiveUdp(node, payload, outer, datagram);
      break;
    case 'gre':
      receiveGre(node, payload, outer, datagram);
      break;
    case 'icmp':
      receiveIcmpv4(node, payload, outer);
      break;
    case 'none':
      refuse(node, ICMPV4_UNREACHABLE.PROTOCOL, datagram);
      break;
  }
};

const receiveUdp = (node: ReferenceNode, payload: Uint8Array, outer: OuterSummary, datagram: Uint8Array): void => {
  const inner = openUdp(node.behaviour.udp, node.config, payload, datagram);
  if (inner === 'other-port') {
    refuse(node, ICMPV4_UNREACHABLE.PORT, datagram);
    return;
  }
  const framing = node.config.encapsulation.kind === 'gue' ? 'gue' : 'fou';
  const { gue } = node.behaviour;
  const opened = inner && framing === 'gue' ? gue.open(gue, inner) : inner;
  if (opened) node.paths.decapsulate(opened, { ...outer, framing }, datagram);
};

const receiveGre = (node: ReferenceNode, payload: Uint8Array, outer: OuterSummary, datagram: Uint8Array): void => {
  const { gre } = node.behaviour;
  const inner = gre.open(gre, payload);
  if (inner) node.paths.decapsulate(inner, { ...outer, framing: 'gre' }, datagram);
};

/** Datagrams that fit no tunnel are answered only by a node that answers unknown protocols (RFC 4213 section 3.6). */
const refuse = (node: ReferenceNode, code: number, datagram: Uint8Array): void => {
  if (node.config.switches.mismatchIcmp === 'protocol-unreachable') node.paths.refuseIpv4(code, datagram);
};
