import { foldSum, onesComplementSum } from '../packet/checksum.ts';
import { ICMPV6, icmpv6Checksum, icmpv6Code, icmpv6Parameter, icmpv6Type } from '../packet/icmpv6.ts';
import { IPV6, ipv6NextHeader, ipv6PayloadLength, ipv6PseudoHeaderSum, readIpv6Header } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import type { Icmpv6Message, SeenFrame, TunnelPacket } from './context.ts';

const ERROR_TYPES_END = 128;

/** The packet cut to what its Payload Length says; a view, as far as the bytes go. */
export const ipv6PacketIn = (bytes: Uint8Array): Uint8Array =>
  bytes.length < IPV6.HEADER_LENGTH ? bytes : bytes.subarray(0, IPV6.HEADER_LENGTH + ipv6PayloadLength(bytes, 0));

/** The ICMPv6 message directly behind the IPv6 header of `packet`, or undefined when there is none. */
export const icmpv6In = (
  packet: Uint8Array,
  frame: SeenFrame,
  tunnel: TunnelPacket | undefined,
): Icmpv6Message | undefined => {
  const at = IPV6.HEADER_LENGTH;
  if (packet.length < at + ICMPV6.HEADER_LENGTH || ipv6NextHeader(packet, 0) !== PROTOCOL.ICMPV6) return undefined;
  const message = ipv6PacketIn(packet);
  const sum = onesComplementSum(
    message,
    at,
    message.length,
    ipv6PseudoHeaderSum(message, 0, PROTOCOL.ICMPV6, message.length - at),
  );
  return {
    frame,
    tunnel,
    type: icmpv6Type(message, at),
    code: icmpv6Code(message, at),
    parameter: icmpv6Parameter(message, at),
    // A packet with a right checksum sums up to all ones; an ICMPv6 checksum of zero is not "none" (RFC 8200 section 8.1).
    checksumGood: foldSum(sum) === 0xffff && icmpv6Checksum(message, at) !== 0,
    body: message.subarray(at + ICMPV6.HEADER_LENGTH),
    header: readIpv6Header(message, 0),
    packet: message,
  };
};

export const isIcmpv6Error = (message: Icmpv6Message): boolean => message.type < ERROR_TYPES_END;
