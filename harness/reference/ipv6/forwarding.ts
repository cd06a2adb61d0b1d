/** Forwarding between pods and tunnel (RFC 8200 section 3, RFC 4291 section 2.5, RFC 4443). */
import { readUint16 } from '../../packet/bytes.ts';
import { IPV6, IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import type { NodeConfig } from '../config.ts';
import type { Arrival, ReferenceNode } from '../node.ts';
import type { MappingBehaviour } from '../tunnel/mapping.ts';
import type { Reaction } from '../tunnel/reaction.ts';
import type { Icmpv6Error } from './icmpv6-error.ts';
import { processHopByHop } from './hop-by-hop.ts';
import type { Ipv6Route } from './route.ts';
import { routeIpv6 } from './route.ts';
import { isLinkLocal, isLoopback, isMulticast, isUnspecified } from './special.ts';

export interface ForwardingCheck {
  readonly name: string;
  readonly violated: (packet: Uint8Array) => boolean;
  /** What the source is told; nothing unless there is something to say. */
  readonly error?: Icmpv6Error;
}

export interface ForwardingBehaviour {
  /** The packet in an Ethernet payload, without padding; undefined when it is cut off or no IPv6. */
  packetOf(payload: Uint8Array): Uint8Array | undefined;
  /** Whether a destination is the node itself. */
  isLocal(node: ReferenceNode, packet: Uint8Array, arrival: Arrival): boolean;
  readonly checks: readonly ForwardingCheck[];
  expired(hopLimit: number, arrival: Arrival): boolean;
  lowered(hopLimit: number, arrival: Arrival): number;
  /** The packet that leaves for the one that came. */
  rewritten(packet: Uint8Array, hopLimit: number, arrival: Arrival): Uint8Array;
  route(mapping: MappingBehaviour, config: NodeConfig, packet: Uint8Array): Ipv6Route;
  /** Whether a packet from the tunnel may go back into it. */
  mayReturn(config: NodeConfig, packet: Uint8Array): boolean;
  /** Code of Destination Unreachable, undefined for silence. */
  unreachableCode(reaction: Reaction): number | undefined;
  /** What becomes of a destination in the own prefix that is no pod. */
  unassigned(node: ReferenceNode, original: Uint8Array, arrival: Arrival): Reaction;
}

export const forwarding: ForwardingBehaviour = {
  packetOf: (payload) => {
    if (payload.length < IPV6.HEADER_LENGTH || (payload[0] ?? 0) >>> 4 !== 6) return undefined;
    const lengthBytes = IPV6.HEADER_LENGTH + readUint16(payload, IPV6.PAYLOAD_LENGTH);
    return lengthBytes > payload.length ? undefined : payload.subarray(0, lengthBytes);
  },
  isLocal: (node, packet, arrival) => node.behaviour.local.isOwnAddress(node.config, packet, IPV6.DESTINATION, arrival),
  checks: [
    { name: 'multicast-source', violated: (packet) => isMulticast(packet, IPV6.SOURCE) },
    { name: 'loopback-source', violated: (packet) => isLoopback(packet, IPV6.SOURCE) },
    { name: 'unspecified-source', violated: (packet) => isUnspecified(packet, IPV6.SOURCE) },
    { name: 'link-local-source', violated: (packet) => isLinkLocal(packet, IPV6.SOURCE) },
    { name: 'loopback-destination', violated: (packet) => isLoopback(packet, IPV6.DESTINATION) },
    { name: 'unspecified-destination', violated: (packet) => isUnspecified(packet, IPV6.DESTINATION) },
    { name: 'link-local-destination', violated: (packet) => isLinkLocal(packet, IPV6.DESTINATION) },
    { name: 'multicast-destination', violated: (packet) => isMulticast(packet, IPV6.DESTINATION) },
  ],
  expired: (hopLimit) => hopLimit <= 1,
  lowered: (hopLimit) => hopLimit - 1,
  rewritten: (packet, hopLimit) => {
    const copy = packet.slice();
    copy[IPV6.HOP_LIMIT] = hopLimit;
    return copy;
  },
  route: routeIpv6,
  // A configured tunnel is a link like any other; a multipoint one would become an open relay.
  mayReturn: (config) => config.mapping.kind === '6in4' || config.switches.hairpin === 'relay',
  unreachableCode: (reaction) => ({ silent: undefined, 'no-route': 0, 'address-unreachable': 3 })[reaction],
  unassigned: () => 'address-unreachable',
};

/** A packet that is not for the node itself. */
export const forward = (node: ReferenceNode, packet: Uint8Array, arrival: Arrival): void => {
  const { behaviour, config } = node;
  const failed = behaviour.forwarding.checks.find((check) => check.violated(packet));
  if (failed) {
    if (failed.error) node.paths.reportError(failed.error, packet, arrival);
    return;
  }
  const refuse = (reaction: Reaction): void => {
    const code = behaviour.forwarding.unreachableCode(reaction);
    if (code !== undefined) node.paths.reportError({ type: 1, code, parameter: 0 }, packet, arrival);
  };
  if (config.switches.hopByHop === 'process') {
    const verdict = processHopByHop(packet);
    if (verdict !== 'pass') {
      if (verdict !== 'drop') node.paths.reportError(verdict, packet, arrival);
      return;
    }
  }
  const hopLimit = packet[IPV6.HOP_LIMIT] ?? 0;
  if (behaviour.forwarding.expired(hopLimit, arrival)) {
    node.paths.reportError({ type: 3, code: 0, parameter: 0 }, packet, arrival);
    return;
  }
  const route = behaviour.forwarding.route(behaviour.mapping, config, packet);
  const leaving = behaviour.forwarding.rewritten(packet, behaviour.forwarding.lowered(hopLimit, arrival), arrival);
  switch (route.kind) {
    case 'none':
      refuse('no-route');
      break;
    case 'own-prefix':
      refuse(behaviour.forwarding.unassigned(node, packet, arrival));
      break;
    case 'tunnel':
    case 'relay':
      if (arrival.via === 'tunnel' && !behaviour.forwarding.mayReturn(config, packet)) return;
      node.paths.encapsulate(leaving, packet, arrival, route.kind === 'relay');
      break;
    case 'on-link':
    case 'gateway':
      toPodLink(node, leaving, packet, arrival, route, refuse);
      break;
  }
};

const toPodLink = (
  node: ReferenceNode,
  leaving: Uint8Array,
  original: Uint8Array,
  arrival: Arrival,
  route: Ipv6Route & { kind: 'on-link' | 'gateway' },
  refuse: (reaction: Reaction) => void,
): void => {
  const mtuBytes = Math.max(node.config.ports.get('P')?.mtuBytes ?? IPV6_MINIMUM_MTU, IPV6_MINIMUM_MTU);
  if (leaving.length > mtuBytes) {
    node.paths.reportError({ type: 2, code: 0, parameter: mtuBytes }, original, arrival);
    return;
  }
  const nextHop = route.kind === 'gateway' ? route.gateway : leaving.subarray(IPV6.DESTINATION, IPV6.DESTINATION + 16);
  node.paths.deliverToPods(leaving, nextHop, () => {
    refuse('address-unreachable');
  });
};
