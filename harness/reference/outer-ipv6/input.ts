/** IPv6 on an underlay port: the outer side of a tunnel, and nothing else (RFC 2473 section 3.3). */
import { readUint32 } from '../../packet/bytes.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { PortName } from '../../wire/wire.ts';
import { fragmentHeaderOf, trafficClassOf, upperLayerChecksum, upperLayerOf } from '../ipv6/packet.ts';
import { sameAddress } from '../ipv6/prefix.ts';
import { isMulticast, isUnspecified } from '../ipv6/special.ts';
import type { OuterSummary, ReferenceNode } from '../node.ts';
import { framingProtocol } from '../tunnel/framing.ts';
import { openUdpOverIpv6 } from '../tunnel/udp.ts';
import { ONLY_ENDPOINT } from './encapsulate.ts';
import { receiveUnderlayNeighbour } from './neighbours.ts';
import type { Ipv6Underlay } from './underlay.ts';
import { isUnderlayAddress, routeUnderlay } from './underlay.ts';

/** A frame's payload with EtherType 0x86dd. */
export const receiveFromIpv6Underlay = (
  node: ReferenceNode,
  underlay: Ipv6Underlay,
  port: PortName,
  payload: Uint8Array,
): void => {
  const packet = node.behaviour.forwarding.packetOf(payload);
  if (packet === undefined || isMulticast(packet, IPV6.SOURCE)) return;
  const isOwn = isUnderlayAddress(underlay, packet, IPV6.DESTINATION);
  if (!isOwn && !isMulticast(packet, IPV6.DESTINATION)) return;
  if (isUnderlayAddress(underlay, packet, IPV6.SOURCE)) return;
  const fragment = fragmentHeaderOf(packet);
  const whole = fragment ? node.underlayReassembly.add(packet, fragment, { via: 'self' }) : packet;
  if (whole) dispatch(node, underlay, port, whole, isOwn);
};

const dispatch = (
  node: ReferenceNode,
  underlay: Ipv6Underlay,
  port: PortName,
  packet: Uint8Array,
  isOwn: boolean,
): void => {
  const { protocol, offset } = upperLayerOf(packet);
  if (protocol === PROTOCOL.ICMPV6) {
    receiveIcmpv6(node, underlay, port, packet, offset);
    return;
  }
  if (!isOwn || isUnspecified(packet, IPV6.SOURCE)) return;
  const both = node.config.switches.dualFraming === 'yes';
  if (protocol !== framingProtocol(node.config) && !(both && protocol === PROTOCOL.IPV6)) return;
  const outer: OuterSummary = {
    port,
    source: 0,
    destination: 0,
    ipv6: {
      source: packet.slice(IPV6.SOURCE, IPV6.SOURCE + 16),
      destination: packet.slice(IPV6.DESTINATION, IPV6.DESTINATION + 16),
    },
    tos: trafficClassOf(packet),
    ttl: packet[IPV6.HOP_LIMIT] ?? 0,
    framing: protocol === PROTOCOL.UDP ? node.config.encapsulation.kind : 'protocol-41',
  };
  const content = protocol === PROTOCOL.UDP ? behindUdp(node, packet, offset) : packet.subarray(offset);
  if (content) node.paths.decapsulate(content, outer, packet);
};

const behindUdp = ({ behaviour, config }: ReferenceNode, packet: Uint8Array, at: number): Uint8Array | undefined => {
  const content = openUdpOverIpv6(behaviour.udp, config, packet, at);
  return content && config.encapsulation.kind === 'gue' ? behaviour.gue.open(behaviour.gue, content) : content;
};

const receiveIcmpv6 = (
  node: ReferenceNode,
  underlay: Ipv6Underlay,
  port: PortName,
  packet: Uint8Array,
  at: number,
): void => {
  if (packet.length < at + 8 || upperLayerChecksum(packet, at, PROTOCOL.ICMPV6) !== 0) return;
  if (packet[at] !== ICMPV6_TYPE.PACKET_TOO_BIG) {
    if (at === IPV6.HEADER_LENGTH) receiveUnderlayNeighbour(node, underlay, port, packet);
    return;
  }
  // RFC 2473 section 8.2: an error about a packet of this tunnel; RFC 8201 section 4: never below 1280.
  const quote = packet.subarray(at + 8);
  const isOurs =
    quote.length >= IPV6.HEADER_LENGTH &&
    sameAddress(underlay.address, 0, quote, IPV6.SOURCE) &&
    sameAddress(underlay.remote, 0, quote, IPV6.DESTINATION);
  const hop = routeUnderlay(underlay, underlay.remote);
  if (!isOurs || hop === undefined || node.config.switches.mtuMode !== 'dynamic') return;
  node.pathMtus.lowerTo(ONLY_ENDPOINT, node.config.ports.get(hop.port)?.mtuBytes ?? 0, readUint32(packet, at + 4));
};
