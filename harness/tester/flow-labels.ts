import { ETHER_TYPE } from '../packet/ether-types.ts';
import { ethernetEtherType, ETHERNET } from '../packet/ethernet.ts';
import { ICMPV6_TYPE } from '../packet/icmpv6-types.ts';
import { ipv4HeaderLengthBytes, ipv4FragmentOffset, ipv4Protocol } from '../packet/ipv4.ts';
import { IPV6, ipv6FlowLabel, ipv6NextHeader } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { mayCarryIpv6At } from './framing.ts';

const ICMP_HEADER_BYTES = 8;
const FLOW_LABEL_END = 4;
const REDIRECT_OPTIONS_AT = 40;
const REDIRECTED_HEADER = 4;
const MAXIMUM_DEPTH = 8;

/** A flow label, and where the IPv6 header that has it starts in the frame. */
export interface FoundFlowLabel {
  readonly label: number;
  readonly at: number;
  /** The header may be cut short: its frame is, or an ICMP error quotes no more. Inside a whole IPv6 packet a short one is payload that looks like a header. */
  readonly mayBeShort: boolean;
}

/**
 * Flow labels of all IPv6 headers in a frame, innermost first: through tunnels, UDP encapsulation and the packets that ICMP
 * errors quote. A header that is cut short counts as long as its first four bytes are there, because an ICMPv4 error may quote
 * no more than eight bytes of the packet (RFC 792).
 */
export const flowLabelsInside = (frame: Uint8Array): FoundFlowLabel[] => {
  if (frame.length < ETHERNET.HEADER_LENGTH) return [];
  const etherType = ethernetEtherType(frame);
  const labels: FoundFlowLabel[] = [];
  if (etherType === ETHER_TYPE.IPV4) walkIpv4(frame, ETHERNET.HEADER_LENGTH, labels, 0, true);
  if (etherType === ETHER_TYPE.IPV6) walkIpv6(frame, ETHERNET.HEADER_LENGTH, labels, 0, true);
  return labels.reverse();
};

const walkIpv4 = (
  bytes: Uint8Array,
  at: number,
  labels: FoundFlowLabel[],
  depth: number,
  mayBeShort: boolean,
): void => {
  if (at + 20 > bytes.length || depth > MAXIMUM_DEPTH) return;
  const payloadAt = at + Math.max(20, ipv4HeaderLengthBytes(bytes, at));
  if (ipv4FragmentOffset(bytes, at) !== 0) return;
  const protocol = ipv4Protocol(bytes, at);
  walkCarried(bytes, payloadAt, protocol, labels, depth, mayBeShort);
  if (protocol === PROTOCOL.ICMPV4) walkIpv4(bytes, payloadAt + ICMP_HEADER_BYTES, labels, depth + 1, true);
};

const walkCarried = (
  bytes: Uint8Array,
  at: number,
  protocol: number,
  labels: FoundFlowLabel[],
  depth: number,
  mayBeShort: boolean,
): void => {
  const carriedAt = mayCarryIpv6At(bytes, at, protocol);
  if (carriedAt >= 0) walkIpv6(bytes, carriedAt, labels, depth + 1, mayBeShort);
};

const walkIpv6 = (
  bytes: Uint8Array,
  at: number,
  labels: FoundFlowLabel[],
  depth: number,
  mayBeShort: boolean,
): void => {
  if (at + FLOW_LABEL_END > bytes.length || depth > MAXIMUM_DEPTH || (bytes[at] ?? 0) >> 4 !== 6) return;
  labels.push({ label: ipv6FlowLabel(bytes, at), at, mayBeShort });
  const payloadAt = at + IPV6.HEADER_LENGTH;
  if (payloadAt > bytes.length) return;
  const nextHeader = ipv6NextHeader(bytes, at);
  // The one header that a tunnel itself puts there (RFC 2473 section 4.1.1).
  const hasOptions = nextHeader === PROTOCOL.DESTINATION_OPTIONS && payloadAt + 8 <= bytes.length;
  const carriedAt = hasOptions ? payloadAt + ((bytes[payloadAt + 1] ?? 0) + 1) * 8 : payloadAt;
  walkCarried(bytes, carriedAt, hasOptions ? (bytes[payloadAt] ?? 0) : nextHeader, labels, depth, false);
  if (nextHeader === PROTOCOL.ICMPV6 && (bytes[payloadAt] ?? 255) < 128)
    walkIpv6(bytes, payloadAt + ICMP_HEADER_BYTES, labels, depth + 1, true);
  if (nextHeader === PROTOCOL.ICMPV6 && bytes[payloadAt] === ICMPV6_TYPE.REDIRECT)
    walkRedirected(bytes, payloadAt + REDIRECT_OPTIONS_AT, labels, depth);
};

/** The packet that a Redirect is about, in its Redirected Header option (RFC 4861 section 4.6.3). */
const walkRedirected = (bytes: Uint8Array, optionsAt: number, labels: FoundFlowLabel[], depth: number): void => {
  for (let at = optionsAt; at + 8 <= bytes.length; at += (bytes[at + 1] ?? 0) * 8) {
    if (bytes[at] === REDIRECTED_HEADER) walkIpv6(bytes, at + 8, labels, depth + 1, true);
    if (bytes[at + 1] === 0) return;
  }
};
