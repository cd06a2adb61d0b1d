import { namedByIpv4 } from '../lab/index.ts';
import { concat } from '../packet/bytes.ts';
import { ETHERNET } from '../packet/ethernet.ts';
import { ICMPV4_TYPE } from '../packet/icmpv4-types.ts';
import { ICMPV6_TYPE } from '../packet/icmpv6-types.ts';
import { IPV6, ipv6NextHeader, ipv6Source } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { fragmentKey } from './datagrams.ts';
import { mayCarryIpv6At } from './framing.ts';
import { isIpv4Frame, isIpv6Frame, outerPacketIn } from './outer-packet.ts';

const AT = ETHERNET.HEADER_LENGTH;
const REASSEMBLY_TIME_EXCEEDED = 1;
const ICMP_HEADER_BYTES = 8;

export interface ReassemblyTimeout {
  /** The datagram that stayed incomplete, as `fragmentKey` names it; undefined for an inner packet. */
  readonly key: string | undefined;
}

/**
 * What a frame says of a datagram that stayed incomplete, if it does: ICMPv4 Time Exceeded (ICMPv6, where the underlay is IPv6) or, through the tunnel, ICMPv6 Time Exceeded,
 * both with code 1 (RFC 792, RFC 4443 section 3.3). A node says so a minute after a case has left fragments behind, and is right.
 */
export const reassemblyTimeoutIn = (frame: Uint8Array): ReassemblyTimeout | undefined => {
  const packet = isFromUnderlay(frame) ? outerPacketIn(frame) : undefined;
  if (packet === undefined) return undefined;
  const { protocol, payload } = packet;
  if (protocol === PROTOCOL.ICMPV4 || protocol === PROTOCOL.ICMPV6) {
    const type = protocol === PROTOCOL.ICMPV4 ? ICMPV4_TYPE.TIME_EXCEEDED : ICMPV6_TYPE.TIME_EXCEEDED;
    if (!says(payload, 0, type)) return undefined;
    const asReceived = concat(frame.subarray(0, AT), payload.subarray(ICMP_HEADER_BYTES));
    return { key: fragmentKey(asReceived) };
  }
  const innerAt = mayCarryIpv6At(payload, 0, protocol);
  if (
    innerAt < 0 ||
    payload.length < innerAt + IPV6.HEADER_LENGTH ||
    ipv6NextHeader(payload, innerAt) !== PROTOCOL.ICMPV6
  )
    return undefined;
  return says(payload, innerAt + IPV6.HEADER_LENGTH, ICMPV6_TYPE.TIME_EXCEEDED) ? { key: undefined } : undefined;
};

/** IPv4, or IPv6 of an address of the underlay: what a pod is told natively is about packets of its own. */
const isFromUnderlay = (frame: Uint8Array): boolean =>
  isIpv4Frame(frame) || (isIpv6Frame(frame) && namedByIpv4(ipv6Source(frame, AT)) !== undefined);

const says = (frame: Uint8Array, at: number, type: number): boolean =>
  frame[at] === type && frame[at + 1] === REASSEMBLY_TIME_EXCEEDED;
