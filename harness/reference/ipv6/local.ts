/** Packets for the node itself (RFC 8200 section 4, RFC 4443 section 4, RFC 4861). */
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { NodeConfig } from '../config.ts';
import { receiveNeighbourMessage, solicitedNode } from '../link/neighbour-discovery.ts';
import { receiveRouterSolicitation } from '../link/router-advertisement.ts';
import type { Arrival, Link, ReferenceNode } from '../node.ts';
import type { UpperLayer } from './packet.ts';
import { buildIcmpv6, fragmentHeaderOf, trafficClassOf, upperLayerChecksum, upperLayerOf } from './packet.ts';
import { sameAddress } from './prefix.ts';
import { isLinkLocal, isMulticast } from './special.ts';

export interface LocalBehaviour {
  isOwnAddress(config: NodeConfig, packet: Uint8Array, at: number, arrival: Arrival): boolean;
  /** Whether a packet for the node is taken in whatever its hop limit: the consumer does not lower it (RFC 4213 section 3.3). */
  consumes(packet: Uint8Array, arrival: Arrival): boolean;
  /** Sends an answer of the node. */
  reply(node: ReferenceNode, packet: Uint8Array, arrival: Arrival): void;
}

const linkOf = (arrival: Arrival): Link => (arrival.via === 'tunnel' ? 'tunnel' : 'pods');

/** The subnet-router anycast address (RFC 4291 section 2.6.1): the prefix itself. */
const isAnycast = (config: NodeConfig, bytes: Uint8Array, at: number): boolean =>
  sameAddress(config.nodePrefix.bytes, 0, bytes, at);

/** The node's address on a point-to-point tunnel with a subnet of its own. */
const isFirstOfTunnelSubnet = ({ tunnelSubnet }: NodeConfig, bytes: Uint8Array, at: number): boolean =>
  tunnelSubnet !== undefined &&
  bytes[at + 15] === 1 &&
  sameAddress(tunnelSubnet.bytes, 0, withLastByte(bytes, at, 0), 0);

const withLastByte = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
  const address = bytes.slice(at, at + 16);
  address[15] = value;
  return address;
};

const joinedGroups = (config: NodeConfig): Uint8Array[] => {
  const scopes = [1, 2].map((last) => Uint8Array.of(0xff, 2, ...Array<number>(13).fill(0), last));
  const own = [config.gateway, config.overlayAddress, config.nativeAddress, config.tunnelLinkLocal];
  return [...scopes, ...own.flatMap((address) => (address ? [solicitedNode(address)] : []))];
};

const GROUPS = new WeakMap<NodeConfig, readonly Uint8Array[]>();

const isJoinedGroup = (config: NodeConfig, bytes: Uint8Array, at: number): boolean => {
  let groups = GROUPS.get(config);
  if (!groups) {
    groups = joinedGroups(config);
    GROUPS.set(config, groups);
  }
  return isMulticast(bytes, at) && groups.some((group) => sameAddress(group, 0, bytes, at));
};

export const local: LocalBehaviour = {
  isOwnAddress: (config, packet, at, arrival) => {
    // A link-local address belongs to one link, a global one to the node.
    const linkLocal = arrival.via === 'tunnel' ? config.tunnelLinkLocal : config.gateway;
    const isatap = config.mapping.kind === 'isatap' ? config.mapping.address : undefined;
    const own = [config.overlayAddress, config.nativeAddress, isatap, config.second?.overlayAddress, linkLocal];
    if (own.some((address) => address !== undefined && sameAddress(address, 0, packet, at))) return true;
    if (isFirstOfTunnelSubnet(config, packet, at)) return true;
    return isAnycast(config, packet, at) || isJoinedGroup(config, packet, at);
  },
  consumes: () => true,
  reply: (node, packet, arrival) => {
    node.paths.originate(packet, linkOf(arrival), false);
  },
};

const NEIGHBOUR_MESSAGES: ReadonlySet<number> = new Set([
  ICMPV6_TYPE.NEIGHBOR_SOLICITATION,
  ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT,
]);

/** `wasFragmented` says that the packet came with a Fragment header, which neighbour messages must not have (RFC 6980). */
export const receiveLocal = (
  node: ReferenceNode,
  packet: Uint8Array,
  arrival: Arrival,
  wasFragmented = false,
): void => {
  if (isMulticast(packet, IPV6.SOURCE) || !passesRoutingHeaders(node, packet, arrival)) return;
  const fragment = fragmentHeaderOf(packet);
  if (fragment) {
    const whole = node.ownReassembly.add(packet, fragment, arrival);
    if (whole) receiveLocal(node, whole, arrival, true);
    return;
  }
  const upper = upperLayerOf(packet);
  if (upper.protocol === PROTOCOL.ICMPV6) receiveIcmpv6(node, packet, upper.offset, arrival, wasFragmented);
  else if (!isAnycast(node.config, packet, IPV6.DESTINATION)) refuseUpperLayer(node, packet, upper, arrival);
};

/** No service listens here. Only an address of this node alone answers for that; others may share an anycast address. */
const refuseUpperLayer = (node: ReferenceNode, packet: Uint8Array, upper: UpperLayer, arrival: Arrival): void => {
  if (upper.protocol === PROTOCOL.TCP || upper.protocol === PROTOCOL.NO_NEXT_HEADER) return;
  const error =
    upper.protocol === PROTOCOL.UDP
      ? { type: 1, code: 4, parameter: 0 }
      : { type: 4, code: 1, parameter: upper.nextHeaderAt };
  node.paths.reportError(error, packet, arrival);
};

/** RFC 5095: a Type 0 routing header is an unknown one; RFC 8200 section 4.4: unknown with segments left is refused. */
const passesRoutingHeaders = (node: ReferenceNode, packet: Uint8Array, arrival: Arrival): boolean => {
  let protocol = packet[IPV6.NEXT_HEADER];
  let at: number = IPV6.HEADER_LENGTH;
  while (
    protocol === PROTOCOL.HOP_BY_HOP ||
    protocol === PROTOCOL.DESTINATION_OPTIONS ||
    protocol === PROTOCOL.ROUTING
  ) {
    if (protocol === PROTOCOL.ROUTING && (packet[at + 3] ?? 0) !== 0) {
      node.paths.reportError({ type: 4, code: 0, parameter: at + 2 }, packet, arrival);
      return false;
    }
    protocol = packet[at];
    at += ((packet[at + 1] ?? 0) + 1) * 8;
  }
  return true;
};

const receiveIcmpv6 = (
  node: ReferenceNode,
  packet: Uint8Array,
  at: number,
  arrival: Arrival,
  wasFragmented: boolean,
): void => {
  if (packet.length < at + 8 || upperLayerChecksum(packet, at, PROTOCOL.ICMPV6) !== 0) return;
  const type = packet[at] ?? 0;
  const isPlain = at === IPV6.HEADER_LENGTH && !wasFragmented;
  if (NEIGHBOUR_MESSAGES.has(type)) {
    if (isPlain) receiveNeighbourMessage(node, packet, linkOf(arrival));
  } else if (type === ICMPV6_TYPE.ROUTER_SOLICITATION) {
    if (isPlain && arrival.via === 'pods') receiveRouterSolicitation(node, packet);
  } else if (type === ICMPV6_TYPE.ECHO_REQUEST) echo(node, packet, at, arrival);
};

const echo = (node: ReferenceNode, request: Uint8Array, at: number, arrival: Arrival): void => {
  const asked = request.subarray(IPV6.DESTINATION, IPV6.DESTINATION + 16);
  const { config } = node;
  // RFC 4443 section 4.2: a request to an anycast or multicast address is answered from a unicast address.
  const indirect =
    isMulticast(asked, 0) || (isAnycast(config, asked, 0) && !sameAddress(config.overlayAddress, 0, asked, 0));
  const payload = request.slice(at);
  payload[0] = ICMPV6_TYPE.ECHO_REPLY;
  // RFC 6724 section 5, rule 2: an asker with a link-local address hears from one.
  const own = arrival.via === 'pods' ? config.gateway : config.tunnelLinkLocal;
  const isAmongNeighbours = arrival.via === 'pods' || isLinkLocal(request, IPV6.SOURCE);
  const fromGroup = (isMulticast(asked, 0) && isAmongNeighbours ? own : undefined) ?? config.overlayAddress;
  const reply = buildIcmpv6({
    source: indirect ? fromGroup : asked,
    destination: request.subarray(IPV6.SOURCE, IPV6.SOURCE + 16),
    trafficClass: trafficClassOf(request) & 0xfc,
    payload,
  });
  node.behaviour.local.reply(node, reply, arrival);
};
