import { ETHER_TYPE } from '../packet/ether-types.ts';
import { ethernetEtherType, ETHERNET } from '../packet/ethernet.ts';
import { ICMPV6_TYPE } from '../packet/icmpv6-types.ts';
import { ipv4HeaderLengthBytes, ipv4Protocol } from '../packet/ipv4.ts';
import { IPV6, ipv6NextHeader } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { mayCarryIpv6At } from './framing.ts';

const ICMPV6_CONTROL: ReadonlySet<number> = new Set([
  ICMPV6_TYPE.MULTICAST_LISTENER_QUERY,
  ICMPV6_TYPE.MULTICAST_LISTENER_REPORT,
  ICMPV6_TYPE.MULTICAST_LISTENER_DONE,
  ICMPV6_TYPE.MULTICAST_LISTENER_REPORT_V2,
  ICMPV6_TYPE.ROUTER_SOLICITATION,
  ICMPV6_TYPE.ROUTER_ADVERTISEMENT,
  ICMPV6_TYPE.NEIGHBOR_SOLICITATION,
  ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT,
]);

/** Link-layer protocols such as LLDP and spanning tree speak to these sixteen groups, which no bridge forwards (IEEE 802.1Q, table 8-1). */
const LINK_GROUPS = [0x01, 0x80, 0xc2, 0x00, 0x00] as const;

const isForLinkGroup = (frame: Uint8Array): boolean =>
  LINK_GROUPS.every((byte, index) => frame[index] === byte) && (frame[5] ?? 0xff) < 0x10;

/**
 * Whether a frame is what a node says of its own accord to find its neighbours and groups: ARP, IGMP, neighbour and multicast
 * listener discovery, native or through the tunnel, and what link layers say among themselves. Only asked of frames that carry no mark:
 * a stimulus is never control traffic.
 */
export const isControlTraffic = (frame: Uint8Array): boolean => {
  if (frame.length < ETHERNET.HEADER_LENGTH) return false;
  const etherType = ethernetEtherType(frame);
  if (etherType === ETHER_TYPE.ARP || isForLinkGroup(frame)) return true;
  if (etherType === ETHER_TYPE.IPV6) {
    const at = ETHERNET.HEADER_LENGTH;
    if (frame.length < at + IPV6.HEADER_LENGTH) return false;
    return isIpv6Control(frame, at) || carriesControl(frame, at + IPV6.HEADER_LENGTH, ipv6NextHeader(frame, at));
  }
  if (etherType !== ETHER_TYPE.IPV4 || frame.length < ETHERNET.HEADER_LENGTH + 20) return false;
  const protocol = ipv4Protocol(frame, ETHERNET.HEADER_LENGTH);
  if (protocol === PROTOCOL.IGMP) return true;
  const payloadAt = ETHERNET.HEADER_LENGTH + ipv4HeaderLengthBytes(frame, ETHERNET.HEADER_LENGTH);
  return carriesControl(frame, payloadAt, protocol);
};

const carriesControl = (frame: Uint8Array, at: number, protocol: number): boolean => {
  // The one header that a tunnel itself puts there (RFC 2473 section 4.1.1).
  if (protocol === PROTOCOL.DESTINATION_OPTIONS)
    return carriesControl(frame, at + ((frame[at + 1] ?? 0) + 1) * 8, frame[at] ?? PROTOCOL.NO_NEXT_HEADER);
  const carriedAt = mayCarryIpv6At(frame, at, protocol);
  return carriedAt >= 0 && isIpv6Control(frame, carriedAt);
};

const isIpv6Control = (frame: Uint8Array, at: number): boolean => {
  if (frame.length < at + IPV6.HEADER_LENGTH + 1 || (frame[at] ?? 0) >> 4 !== 6) return false;
  let nextHeader = ipv6NextHeader(frame, at);
  let position = at + IPV6.HEADER_LENGTH;
  // Multicast listener reports carry a Router Alert in a Hop-by-Hop header (RFC 3810 section 5).
  if (nextHeader === PROTOCOL.HOP_BY_HOP) {
    nextHeader = frame[position] ?? PROTOCOL.NO_NEXT_HEADER;
    position += ((frame[position + 1] ?? 0) + 1) * 8;
  }
  return nextHeader === PROTOCOL.ICMPV6 && ICMPV6_CONTROL.has(frame[position] ?? 255);
};
