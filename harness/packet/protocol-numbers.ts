/** Assigned Internet Protocol Numbers (IANA registry), also used as IPv6 Next Header values, that the codec knows. */
export const PROTOCOL = {
  HOP_BY_HOP: 0,
  ICMPV4: 1,
  IGMP: 2,
  IPV4: 4,
  TCP: 6,
  UDP: 17,
  /** IPv6 in IPv4 or IPv6: the protocol 41 of the overlay (RFC 4213 section 3.5). */
  IPV6: 41,
  ROUTING: 43,
  FRAGMENT: 44,
  GRE: 47,
  ESP: 50,
  AH: 51,
  ICMPV6: 58,
  NO_NEXT_HEADER: 59,
  DESTINATION_OPTIONS: 60,
  /** Ethernet in IP (RFC 8986 section 10.1). */
  ETHERNET: 143,
  /** "Use for experimentation and testing" (RFC 3692). */
  EXPERIMENT: 253,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [PROTOCOL.HOP_BY_HOP, 'Hop-by-Hop Options'],
  [PROTOCOL.ICMPV4, 'ICMPv4'],
  [PROTOCOL.IGMP, 'IGMP'],
  [PROTOCOL.IPV4, 'IPv4'],
  [PROTOCOL.TCP, 'TCP'],
  [PROTOCOL.UDP, 'UDP'],
  [PROTOCOL.IPV6, 'IPv6'],
  [PROTOCOL.ROUTING, 'Routing'],
  [PROTOCOL.FRAGMENT, 'Fragment'],
  [PROTOCOL.GRE, 'GRE'],
  [PROTOCOL.ESP, 'ESP'],
  [PROTOCOL.AH, 'AH'],
  [PROTOCOL.ICMPV6, 'ICMPv6'],
  [PROTOCOL.NO_NEXT_HEADER, 'No Next Header'],
  [PROTOCOL.DESTINATION_OPTIONS, 'Destination Options'],
  [PROTOCOL.ETHERNET, 'Ethernet'],
]);

/** The name of a protocol, or `protocol` and its number. */
export function protocolName(protocol: number): string {
  return NAMES.get(protocol) ?? `protocol ${protocol}`;
}
