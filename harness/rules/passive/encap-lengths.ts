/** Outer Total Length against the inner Payload Length. */
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { Dissection } from '../dissection.ts';
import { always, type PassiveRule } from '../rule.ts';
import { isLeftToCard, mayBeUnfinished } from '../unfinished.ts';

/** What Total Length has to be, for the header length that the packet claims (a wrong one is charged elsewhere). */
function expectedTotalLength(packet: Dissection): number {
  return packet.ipv6EndAt - packet.ipv4At;
}

/**
 * Whether the lengths can be compared: an unfragmented packet with its whole inner packet, so that a Total Length beyond the end of
 * the frame is a wrong length and not a capture cut short. A Payload Length of 0 before Hop-by-Hop options may be a jumbogram (RFC 2675).
 */
function isComparable(packet: Dissection): boolean {
  if (packet.isFragment || !packet.ipv6Complete) return false;
  return packet.ipv6PayloadLength !== 0 || packet.nextHeader !== PROTOCOL.HOP_BY_HOP;
}

/** A "first fragment" that holds its inner packet completely, so that nothing is left for a second one. */
export function isWholeInFirstFragment(packet: Dissection): boolean {
  return (
    packet.moreFragments &&
    packet.fragmentOffset === 0 &&
    packet.ipv6At >= 0 &&
    packet.ipv6Complete &&
    packet.ipv6EndAt <= packet.ipv4EndAt
  );
}

export const noLinkPadding: PassiveRule = {
  requirement: 'encap.no-link-padding',
  scope: 'inner',
  appliesTo: always,
  judge(packet, facts, report) {
    if (!isComparable(packet) || (packet.ipv4TotalLength === 0 && mayBeUnfinished(packet, facts))) return false;
    const surplusBytes = packet.ipv4EndAt - packet.ipv6EndAt;
    // A Total Length beyond the frame claims bytes that nobody sent: that is encap.total-length alone.
    if (surplusBytes > 0 && packet.ipv4EndAt <= packet.bytes.length) {
      report(
        `an outer payload that ends with the inner packet of ${IPV6.HEADER_LENGTH + packet.ipv6PayloadLength} bytes`,
        `${surplusBytes} more bytes behind it`,
        { offset: packet.ipv6EndAt, lengthBytes: surplusBytes, field: 'ipv4.payload' },
      );
    }
    return true;
  },
};

export const totalLength: PassiveRule = {
  requirement: 'encap.total-length',
  scope: 'inner',
  appliesTo: always,
  judge(packet, facts, report) {
    if (!isComparable(packet)) return false;
    if (packet.ipv4TotalLength === 0 && isLeftToCard(packet, facts, 'TOTAL_LENGTH')) return false;
    const expected = expectedTotalLength(packet);
    if (packet.ipv4TotalLength !== expected) {
      report(
        `Total Length ${expected} for an inner Payload Length of ${packet.ipv6PayloadLength}`,
        `Total Length ${packet.ipv4TotalLength}`,
        { offset: packet.ipv4At + IPV4.TOTAL_LENGTH, lengthBytes: 2, field: 'ipv4.totalLength' },
      );
    }
    return true;
  },
};
