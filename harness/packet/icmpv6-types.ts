/** ICMPv6 types and codes (RFC 4443, RFC 4861, RFC 2710, RFC 3810; IANA registry). */
export const ICMPV6_TYPE = {
  DESTINATION_UNREACHABLE: 1,
  PACKET_TOO_BIG: 2,
  TIME_EXCEEDED: 3,
  PARAMETER_PROBLEM: 4,
  ECHO_REQUEST: 128,
  ECHO_REPLY: 129,
  MULTICAST_LISTENER_QUERY: 130,
  MULTICAST_LISTENER_REPORT: 131,
  MULTICAST_LISTENER_DONE: 132,
  ROUTER_SOLICITATION: 133,
  ROUTER_ADVERTISEMENT: 134,
  NEIGHBOR_SOLICITATION: 135,
  NEIGHBOR_ADVERTISEMENT: 136,
  REDIRECT: 137,
  ROUTER_RENUMBERING: 138,
  NODE_INFORMATION_QUERY: 139,
  NODE_INFORMATION_RESPONSE: 140,
  INVERSE_NEIGHBOR_SOLICITATION: 141,
  INVERSE_NEIGHBOR_ADVERTISEMENT: 142,
  MULTICAST_LISTENER_REPORT_V2: 143,
  MULTICAST_ROUTER_ADVERTISEMENT: 151,
  MULTICAST_ROUTER_SOLICITATION: 152,
  MULTICAST_ROUTER_TERMINATION: 153,
  RPL_CONTROL: 155,
  EXTENDED_ECHO_REQUEST: 160,
  EXTENDED_ECHO_REPLY: 161,
} as const;

/** Codes of Destination Unreachable (RFC 4443 section 3.1). */
export const ICMPV6_UNREACHABLE = {
  NO_ROUTE: 0,
  ADMINISTRATIVELY_PROHIBITED: 1,
  BEYOND_SCOPE: 2,
  ADDRESS: 3,
  PORT: 4,
  SOURCE_POLICY: 5,
  REJECT_ROUTE: 6,
} as const;

/** Codes of Time Exceeded (RFC 4443 section 3.3). */
export const ICMPV6_TIME_EXCEEDED = { HOP_LIMIT: 0, REASSEMBLY: 1 } as const;

/** Codes of Parameter Problem (RFC 4443 section 3.4, RFC 7112). */
export const ICMPV6_PARAMETER_PROBLEM = {
  ERRONEOUS_FIELD: 0,
  UNRECOGNIZED_NEXT_HEADER: 1,
  UNRECOGNIZED_OPTION: 2,
  INCOMPLETE_HEADER_CHAIN: 3,
} as const;

const TYPE_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [ICMPV6_TYPE.DESTINATION_UNREACHABLE, 'Destination Unreachable'],
  [ICMPV6_TYPE.PACKET_TOO_BIG, 'Packet Too Big'],
  [ICMPV6_TYPE.TIME_EXCEEDED, 'Time Exceeded'],
  [ICMPV6_TYPE.PARAMETER_PROBLEM, 'Parameter Problem'],
  [ICMPV6_TYPE.ECHO_REQUEST, 'Echo Request'],
  [ICMPV6_TYPE.ECHO_REPLY, 'Echo Reply'],
  [ICMPV6_TYPE.MULTICAST_LISTENER_QUERY, 'Multicast Listener Query'],
  [ICMPV6_TYPE.MULTICAST_LISTENER_REPORT, 'Multicast Listener Report'],
  [ICMPV6_TYPE.MULTICAST_LISTENER_DONE, 'Multicast Listener Done'],
  [ICMPV6_TYPE.ROUTER_SOLICITATION, 'Router Solicitation'],
  [ICMPV6_TYPE.ROUTER_ADVERTISEMENT, 'Router Advertisement'],
  [ICMPV6_TYPE.NEIGHBOR_SOLICITATION, 'Neighbor Solicitation'],
  [ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT, 'Neighbor Advertisement'],
  [ICMPV6_TYPE.REDIRECT, 'Redirect'],
  [ICMPV6_TYPE.ROUTER_RENUMBERING, 'Router Renumbering'],
  [ICMPV6_TYPE.NODE_INFORMATION_QUERY, 'Node Information Query'],
  [ICMPV6_TYPE.NODE_INFORMATION_RESPONSE, 'Node Information Response'],
  [ICMPV6_TYPE.INVERSE_NEIGHBOR_SOLICITATION, 'Inverse Neighbor Solicitation'],
  [ICMPV6_TYPE.INVERSE_NEIGHBOR_ADVERTISEMENT, 'Inverse Neighbor Advertisement'],
  [ICMPV6_TYPE.MULTICAST_LISTENER_REPORT_V2, 'Multicast Listener Report v2'],
  [ICMPV6_TYPE.MULTICAST_ROUTER_ADVERTISEMENT, 'Multicast Router Advertisement'],
  [ICMPV6_TYPE.MULTICAST_ROUTER_SOLICITATION, 'Multicast Router Solicitation'],
  [ICMPV6_TYPE.MULTICAST_ROUTER_TERMINATION, 'Multicast Router Termination'],
  [ICMPV6_TYPE.RPL_CONTROL, 'RPL Control'],
  [ICMPV6_TYPE.EXTENDED_ECHO_REQUEST, 'Extended Echo Request'],
  [ICMPV6_TYPE.EXTENDED_ECHO_REPLY, 'Extended Echo Reply'],
]);

const CODE_NAMES: ReadonlyMap<number, readonly string[]> = new Map<number, readonly string[]>([
  [
    ICMPV6_TYPE.DESTINATION_UNREACHABLE,
    [
      'no route',
      'administratively prohibited',
      'beyond scope of source address',
      'address unreachable',
      'port unreachable',
      'source address failed policy',
      'reject route',
    ],
  ],
  [ICMPV6_TYPE.TIME_EXCEEDED, ['hop limit exceeded in transit', 'fragment reassembly time exceeded']],
  [
    ICMPV6_TYPE.PARAMETER_PROBLEM,
    ['erroneous header field', 'unrecognized next header', 'unrecognized option', 'incomplete header chain'],
  ],
]);

/** The name of a type, or `type` and its number. */
export function icmpv6TypeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `type ${type}`;
}

/** The meaning of a code under its type, or `code` and its number. */
export function icmpv6CodeName(type: number, code: number): string {
  return CODE_NAMES.get(type)?.[code] ?? `code ${code}`;
}

/** Error messages are those with the highest bit of the type clear (RFC 4443 section 2.1). */
export function icmpv6IsError(type: number): boolean {
  return type < 128;
}
