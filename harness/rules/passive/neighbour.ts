/** Neighbor Discovery in the tunnel (RFC 4861, RFC 4213 section 3.8), and its absence on multipoint overlays. */
import { readUint8 } from '../../packet/bytes.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6, ipv6HopLimit } from '../../packet/ipv6.ts';
import { NDP, NDP_HOP_LIMIT, NEIGHBOR_FLAG } from '../../packet/ndp.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { Dissection } from '../dissection.ts';
import { isProfile } from '../facts.ts';
import { isLinkLocalAt, isMulticastAt } from '../ipv6-blocks.ts';
import type { PassiveRule } from '../rule.ts';
import { ipv6Text } from '../text.ts';

/**
 * The type of a Neighbor Discovery message that the node itself sent, or -1. A pod's message of such a type has lost a hop when it is
 * forwarded, and is opaque payload.
 */
export function ownNdType(packet: Dissection): number {
  const { bytes, ipv6At, nextHeader } = packet;
  if (ipv6At < 0 || nextHeader !== PROTOCOL.ICMPV6 || !packet.ipv6Complete || packet.ipv6PayloadLength < 8) return -1;
  if (ipv6HopLimit(bytes, ipv6At) !== NDP_HOP_LIMIT) return -1;
  const type = readUint8(bytes, ipv6At + IPV6.HEADER_LENGTH);
  return type >= ICMPV6_TYPE.ROUTER_SOLICITATION && type <= ICMPV6_TYPE.REDIRECT ? type : -1;
}

/** A solicited Neighbor Advertisement: RFC 3056 section 3.1 leaves it to a 6to4 node to answer, so it is never held against one. */
export function isNbmaExempt(packet: Dissection): boolean {
  if (ownNdType(packet) !== ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT) return false;
  const flags = readUint8(packet.bytes, packet.ipv6At + IPV6.HEADER_LENGTH + NDP.FLAGS);
  return (flags & (NEIGHBOR_FLAG.SOLICITED >>> 24)) !== 0;
}

function optionsAt(type: number): number {
  if (type === ICMPV6_TYPE.ROUTER_SOLICITATION) return NDP.ROUTER_SOLICITATION_OPTIONS;
  if (type === ICMPV6_TYPE.ROUTER_ADVERTISEMENT) return NDP.ROUTER_ADVERTISEMENT_OPTIONS;
  return type === ICMPV6_TYPE.REDIRECT ? NDP.REDIRECT_OPTIONS : NDP.NEIGHBOR_OPTIONS;
}

export const neighbourRules: readonly PassiveRule[] = [
  {
    requirement: 'neighbour.nbma-silent',
    scope: 'inner',
    appliesTo: (facts) => isProfile(facts, '6to4', '6rd', '6rd-br', 'fou', 'gue') && facts.embedded !== undefined,
    judge(packet, facts, report) {
      const { bytes } = packet;
      const destination = packet.ipv6At + IPV6.DESTINATION;
      if (facts.profile.mapping.kind === '6to4' && isNbmaExempt(packet)) return false;
      const type = ownNdType(packet);
      if (isMulticastAt(bytes, destination) || isLinkLocalAt(bytes, destination)) {
        report(
          'no tunnel packet for a multicast or link-local destination',
          `a tunnel packet for the inner destination ${ipv6Text(bytes, destination)}`,
          { offset: destination, lengthBytes: 16, field: 'ipv6.destination' },
        );
      } else if (type !== -1) {
        report(
          'no Neighbor Discovery message of the node in the tunnel',
          `an ICMPv6 message of type ${type} with hop limit 255`,
          {
            offset: packet.ipv6At + IPV6.HEADER_LENGTH,
            lengthBytes: 1,
            field: 'icmpv6.type',
          },
        );
      }
      return true;
    },
  },
  {
    // RFC 4213 section 3.8: no link-layer address options on the tunnel.
    requirement: 'neighbour.no-lla-option',
    scope: 'inner',
    appliesTo: (facts) => isProfile(facts, '6in4'),
    judge(packet, _facts, report) {
      const type = ownNdType(packet);
      if (type === -1) return false;
      const { bytes } = packet;
      let at = packet.ipv6At + IPV6.HEADER_LENGTH + optionsAt(type);
      while (at + 8 <= packet.ipv6EndAt) {
        const option = readUint8(bytes, at);
        const lengthBytes = readUint8(bytes, at + 1) * 8;
        if (lengthBytes === 0) break;
        if (option === 1 || option === 2) {
          report(
            'Neighbor Discovery messages in the tunnel without a Source or Target Link-Layer Address option',
            `an option of type ${option} and ${lengthBytes} bytes in an ICMPv6 message of type ${type}`,
            { offset: at, lengthBytes, field: 'ndp.option' },
          );
        }
        at += lengthBytes;
      }
      return true;
    },
  },
];
