import { ETHER_TYPE } from '../packet/ether-types.ts';
import { ethernetEtherType, ETHERNET } from '../packet/ethernet.ts';
import { ICMPV4 } from '../packet/icmpv4.ts';
import { ICMPV4_TYPE } from '../packet/icmpv4-types.ts';
import { ICMPV6_TYPE } from '../packet/icmpv6-types.ts';
import { IPV4, ipv4HeaderLengthBytes, ipv4Protocol } from '../packet/ipv4.ts';
import { IPV6, ipv6NextHeader } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { UDP } from '../packet/udp.ts';
import { concat } from '../packet/bytes.ts';
import { fragmentKey } from './datagrams.ts';

const AT = ETHERNET.HEADER_LENGTH;
const REASSEMBLY_TIME_EXCEEDED = 1;

export interface ReassemblyTimeout {
  /** The datagram that stayed incomplete, as `fragmentKey` names it; undefined for an inner packet. */
  readonly key: string | undefined;
}

/**
 * What a frame says of a datagram that stayed incomplete, if it does: ICMPv4 Time Exceeded or, through the tunnel, ICMPv6 Time Exceeded,
 * both with code 1 (RFC 792, RFC 4443 section 3.3). A node says so a minute after a case has left fragments behind, and is right.
 */
export const reassemblyTimeoutIn = (frame: Uint8Array): ReassemblyTimeout | undefined => {
  if (frame.length < AT + IPV4.MINIMUM_HEADER_LENGTH || ethernetEtherType(frame) !== ETHER_TYPE.IPV4) return undefined;
  const at = AT + ipv4HeaderLengthBytes(frame, AT);
  const protocol = ipv4Protocol(frame, AT);
  if (protocol === PROTOCOL.ICMPV4) {
    if (!says(frame, at, ICMPV4_TYPE.TIME_EXCEEDED)) return undefined;
    const asReceived = concat(frame.subarray(0, AT), frame.subarray(at + ICMPV4.HEADER_LENGTH));
    return { key: fragmentKey(asReceived) };
  }
  const innerAt = protocol === PROTOCOL.UDP ? at + UDP.HEADER_LENGTH : at;
  if (frame.length < innerAt + IPV6.HEADER_LENGTH || ipv6NextHeader(frame, innerAt) !== PROTOCOL.ICMPV6)
    return undefined;
  return says(frame, innerAt + IPV6.HEADER_LENGTH, ICMPV6_TYPE.TIME_EXCEEDED) ? { key: undefined } : undefined;
};

const says = (frame: Uint8Array, at: number, type: number): boolean =>
  frame[at] === type && frame[at + 1] === REASSEMBLY_TIME_EXCEEDED;
