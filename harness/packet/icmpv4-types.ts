/** ICMPv4 types and codes (RFC 792, RFC 1122 section 3.2.2, RFC 1812 section 5.2.7; IANA registry). */
export const ICMPV4_TYPE = {
  ECHO_REPLY: 0,
  DESTINATION_UNREACHABLE: 3,
  SOURCE_QUENCH: 4,
  REDIRECT: 5,
  ECHO_REQUEST: 8,
  ROUTER_ADVERTISEMENT: 9,
  ROUTER_SOLICITATION: 10,
  TIME_EXCEEDED: 11,
  PARAMETER_PROBLEM: 12,
  TIMESTAMP: 13,
  TIMESTAMP_REPLY: 14,
} as const;

/** Codes of Destination Unreachable. */
export const ICMPV4_UNREACHABLE = {
  NET: 0,
  HOST: 1,
  PROTOCOL: 2,
  PORT: 3,
  FRAGMENTATION_NEEDED: 4,
  SOURCE_ROUTE_FAILED: 5,
  NET_UNKNOWN: 6,
  HOST_UNKNOWN: 7,
  SOURCE_HOST_ISOLATED: 8,
  NET_PROHIBITED: 9,
  HOST_PROHIBITED: 10,
  NET_TOS: 11,
  HOST_TOS: 12,
  ADMINISTRATIVELY_PROHIBITED: 13,
  HOST_PRECEDENCE_VIOLATION: 14,
  PRECEDENCE_CUTOFF: 15,
} as const;

const TYPE_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [ICMPV4_TYPE.ECHO_REPLY, 'Echo Reply'],
  [ICMPV4_TYPE.DESTINATION_UNREACHABLE, 'Destination Unreachable'],
  [ICMPV4_TYPE.SOURCE_QUENCH, 'Source Quench'],
  [ICMPV4_TYPE.REDIRECT, 'Redirect'],
  [ICMPV4_TYPE.ECHO_REQUEST, 'Echo Request'],
  [ICMPV4_TYPE.ROUTER_ADVERTISEMENT, 'Router Advertisement'],
  [ICMPV4_TYPE.ROUTER_SOLICITATION, 'Router Solicitation'],
  [ICMPV4_TYPE.TIME_EXCEEDED, 'Time Exceeded'],
  [ICMPV4_TYPE.PARAMETER_PROBLEM, 'Parameter Problem'],
  [ICMPV4_TYPE.TIMESTAMP, 'Timestamp'],
  [ICMPV4_TYPE.TIMESTAMP_REPLY, 'Timestamp Reply'],
]);

const UNREACHABLE_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [ICMPV4_UNREACHABLE.NET, 'net'],
  [ICMPV4_UNREACHABLE.HOST, 'host'],
  [ICMPV4_UNREACHABLE.PROTOCOL, 'protocol'],
  [ICMPV4_UNREACHABLE.PORT, 'port'],
  [ICMPV4_UNREACHABLE.FRAGMENTATION_NEEDED, 'fragmentation needed'],
  [ICMPV4_UNREACHABLE.SOURCE_ROUTE_FAILED, 'source route failed'],
  [ICMPV4_UNREACHABLE.NET_UNKNOWN, 'net unknown'],
  [ICMPV4_UNREACHABLE.HOST_UNKNOWN, 'host unknown'],
  [ICMPV4_UNREACHABLE.SOURCE_HOST_ISOLATED, 'source host isolated'],
  [ICMPV4_UNREACHABLE.NET_PROHIBITED, 'net prohibited'],
  [ICMPV4_UNREACHABLE.HOST_PROHIBITED, 'host prohibited'],
  [ICMPV4_UNREACHABLE.NET_TOS, 'net for TOS'],
  [ICMPV4_UNREACHABLE.HOST_TOS, 'host for TOS'],
  [ICMPV4_UNREACHABLE.ADMINISTRATIVELY_PROHIBITED, 'administratively prohibited'],
  [ICMPV4_UNREACHABLE.HOST_PRECEDENCE_VIOLATION, 'host precedence violation'],
  [ICMPV4_UNREACHABLE.PRECEDENCE_CUTOFF, 'precedence cutoff'],
]);

const ERROR_TYPES: ReadonlySet<number> = new Set<number>([
  ICMPV4_TYPE.DESTINATION_UNREACHABLE,
  ICMPV4_TYPE.SOURCE_QUENCH,
  ICMPV4_TYPE.REDIRECT,
  ICMPV4_TYPE.TIME_EXCEEDED,
  ICMPV4_TYPE.PARAMETER_PROBLEM,
]);

/** The name of a type, or `type` and its number. */
export function icmpv4TypeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `type ${type}`;
}

/** The meaning of a code under its type, or `code` and its number. */
export function icmpv4CodeName(type: number, code: number): string {
  if (type === ICMPV4_TYPE.DESTINATION_UNREACHABLE) return UNREACHABLE_NAMES.get(code) ?? `code ${code}`;
  if (type === ICMPV4_TYPE.TIME_EXCEEDED && code === 0) return 'in transit';
  if (type === ICMPV4_TYPE.TIME_EXCEEDED && code === 1) return 'in reassembly';
  return `code ${code}`;
}

/** Whether messages of the type quote the packet that caused them; no error may be sent about such a message. */
export function icmpv4IsError(type: number): boolean {
  return ERROR_TYPES.has(type);
}
