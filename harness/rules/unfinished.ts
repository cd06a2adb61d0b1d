/**
 * Packets that were captured on their sender before its network card had finished them: checksums that are the sum of the pseudo-header
 * alone, and many segments in one packet that the card was to cut. On a virtual Ethernet nobody ever finishes them.
 */
import { readUint16 } from '../packet/bytes.ts';
import { foldSum, onesComplementSum } from '../packet/checksum.ts';
import { ipv6PseudoHeaderSum } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import type { Dissection } from './dissection.ts';
import type { Facts } from './facts.ts';
import { checksumFieldAt, createUpperLayer, findUpperLayer, type UpperLayer } from './upper-layer.ts';

/** What cannot be judged in such packets, each as a sentence that follows a number of them. */
export const LEFT_TO_CARD = {
  HEADER_CHECKSUM: 'have an IPv4 header checksum of 0, which the network card may have had to fill in',
  TOTAL_LENGTH: 'have a Total Length of 0, which the network card may have had to fill in',
  UDP_CHECKSUM: 'have a UDP checksum that the network card had yet to finish: whether it is right is not judged',
  SEGMENTS:
    'may be several segments that the network card had yet to cut apart: DF is not judged by their size (turn TSO, GSO and GRO off)',
} as const;

/** Whether the frame may have been captured before the network card filled in what the sender left to it. */
export function mayBeUnfinished(packet: Dissection, facts: Facts): boolean {
  return facts.capturedBeforeOffload ?? !packet.fromDut;
}

/** Whether the frame may be such a one; then it is counted that this was not judged in it. */
export function isLeftToCard(packet: Dissection, facts: Facts, what: keyof typeof LEFT_TO_CARD): boolean {
  if (!mayBeUnfinished(packet, facts)) return false;
  const reason = LEFT_TO_CARD[what];
  facts.leftToCard.set(reason, (facts.leftToCard.get(reason) ?? 0) + 1);
  return true;
}

const INNER: UpperLayer = createUpperLayer();

/**
 * Whether the packet may be several segments: TCP or UDP whose checksum is the sum of the pseudo-header alone, as in everything that is
 * to be cut, or was not captured.
 */
export function mayBeSegments(packet: Pick<Dissection, 'bytes' | 'ipv6At' | 'ipv6EndAt'>): boolean {
  const { bytes, ipv6At, ipv6EndAt } = packet;
  if (!findUpperLayer(bytes, ipv6At, Math.min(ipv6EndAt, bytes.length), INNER)) return ipv6EndAt > bytes.length;
  if (INNER.protocol !== PROTOCOL.TCP && INNER.protocol !== PROTOCOL.UDP) return false;
  return checksumFieldAt(INNER, bytes.length) === -1 || isSumOfPseudoHeader(packet);
}

/** Of the packet whose upper layer has just been found. */
function isSumOfPseudoHeader({
  bytes,
  ipv6At,
  ipv6EndAt,
}: Pick<Dissection, 'bytes' | 'ipv6At' | 'ipv6EndAt'>): boolean {
  const fieldAt = checksumFieldAt(INNER, Math.min(ipv6EndAt, bytes.length));
  if (fieldAt === -1) return false;
  return (
    readUint16(bytes, fieldAt) === foldSum(ipv6PseudoHeaderSum(bytes, ipv6At, INNER.protocol, ipv6EndAt - INNER.at))
  );
}

/**
 * Whether bytes[start, end) will add up to all ones once the inner checksum is filled in. Linux computes an outer checksum so, from the inner
 * one that is still to come: an upper layer with a right checksum adds up to the complement of its pseudo-header.
 *
 * @param sum of the outer pseudo-header
 */
export function addsUpOnceFinished(packet: Dissection, start: number, end: number, sum: number): boolean {
  const { bytes, ipv6At, ipv6EndAt } = packet;
  if (ipv6At < 0 || ipv6EndAt !== end || !findUpperLayer(bytes, ipv6At, end, INNER)) return false;
  if (!isSumOfPseudoHeader(packet)) return false;
  const pseudo = foldSum(ipv6PseudoHeaderSum(bytes, ipv6At, INNER.protocol, end - INNER.at));
  return foldSum(onesComplementSum(bytes, start, INNER.at, sum) + (~pseudo & 0xffff)) === 0xffff;
}
