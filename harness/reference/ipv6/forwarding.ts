/** Forwarding between pods and tunnel (RFC 8200 section 3, RFC 4291 section 2.5, RFC 4443). */
import { copyOf } from '../../packet/arena.ts';
import { readUint16 } from '../../packet/bytes.ts';
import { IPV6, IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import type { NodeConfig } from '../config.ts';
import { isConfigured } from '../config.ts';
import type { Arrival, ReferenceNode } from '../node.ts';
import type { MappingBehaviour } from '../tunnel/mapping.ts';
import { tunnelTo } from '../tunnel/second.ts';
import type { Reaction } from '../tunnel/reaction.ts';
import type { Icmpv6Error } from './icmpv6-error.ts';
import { processHopByHop } from './hop-by-hop.ts';
import type { Ipv6Route } from './route.ts';
import { routeIpv6 } from './route.ts';
import { isLinkLocal, isLoopback, isMulticast, isUnspecified } from './special.ts';
import { refuse } from './unreachable.ts';
import { initialMtuBytes } from '../tunnel/mtu.ts';

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
  /** Whether a packet from a point-to-point tunnel for somebody else on that very link goes back into it. */
  readonly returnsToLink: boolean;
  /** MTU of the pod link. */
  podLinkBytes(node: ReferenceNode): number;
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
    {
      // RFC 4443 section 3.1: the destination is beyond the scope of the source.
      name: 'link-local-source',
      violated: (packet) => isLinkLocal(packet, IPV6.SOURCE),
      error: { type: 1, code: 2, parameter: 0 },
    },
    { name: 'loopback-destination', violated: (packet) => isLoopback(packet, IPV6.DESTINATION) },
    { name: 'unspecified-destination', violated: (packet) => isUnspecified(packet, IPV6.DESTINATION) },
    { name: 'link-local-destination', violated: (packet) => isLinkLocal(packet, IPV6.DESTINATION) },
    { name: 'multicast-destination', violated: (packet) => isMulticast(packet, IPV6.DESTINATION) },
  ],
  expired: (hopLimit) => hopLimit <= 1,
  lowered: (hopLimit) => hopLimit - 1,
  rewritten: (packet, hopLimit) => {
    const copy = copyOf(packet);
    copy[IPV6.HOP_LIMIT] = hopLimit;
    return copy;
  },
  route: routeIpv6,
  returnsToLink: false,
  podLinkBytes: ({ config, behaviour }) => {
    const given = config.ports.get('P')?.mtuBytes ?? IPV6_MINIMUM_MTU;
    if (!config.choosesPodMtu) return given;
    return Math.min(given, initialMtuBytes(behaviour, config));
  },
  // A configured tunnel is a link like any other; a multipoint one would become an open relay.
  mayReturn: (config) => isConfigured(config) || config.switches.hairpin === 'relay',
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
      refuse(node, 'no-route', packet, arrival);
      break;
    case 'own-prefix':
      refuse(node, behaviour.forwarding.unassigned(node, packet, arrival), packet, arrival);
      break;
    case 'tunnel-subnet':
      // RFC 4443 section 3.1: the other end of the link would only send it back.
      if (arrival.via === 'tunnel' && !behaviour.forwarding.returnsToLink)
        refuse(node, 'address-unreachable', packet, arrival);
      else node.paths.encapsulate(leaving, packet, arrival, false);
      break;
    case 'tunnel':
    case 'relay':
      if (
        arrival.via === 'tunnel' &&
        !behaviour.forwarding.mayReturn(tunnelTo(node, packet, IPV6.DESTINATION).config, packet)
      )
        return;
      node.paths.encapsulate(leaving, packet, arrival, route.kind === 'relay');
      break;
    case 'on-link':
    case 'gateway':
      toPodLink(node, leaving, packet, arrival, route);
      break;
  }
};

const toPodLink = (
  node: ReferenceNode,
  leaving: Uint8Array,
  original: Uint8Array,
  arrival: Arrival,
  route: Ipv6Route & { kind: 'on-link' | 'gateway' },
): void => {
  const mtuBytes = Math.max(node.behaviour.forwarding.podLinkBytes(node), IPV6_MINIMUM_MTU);
  if (leaving.length > mtuBytes) {
    node.paths.reportError({ type: 2, code: 0, parameter: mtuBytes }, original, arrival);
    return;
  }
  const nextHop = route.kind === 'gateway' ? route.gateway : leaving.subarray(IPV6.DESTINATION, IPV6.DESTINATION + 16);
  node.paths.deliverToPods(leaving, nextHop, () => {
    refuse(node, 'address-unreachable', original, arrival);
  });
};
