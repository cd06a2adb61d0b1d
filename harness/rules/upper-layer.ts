import { foldSum, internetChecksum } from '../packet/checksum.ts';
import { readUint16, readUint8 } from '../packet/bytes.ts';
import { IPV6, ipv6PseudoHeaderSum } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';

const MOST_HEADERS = 8;
/** Where the checksum stands in the headers that have one (RFC 768, RFC 9293, RFC 4443). */
const CHECKSUM_AT: Readonly<Record<number, number>> = {
  [PROTOCOL.UDP]: 6,
  [PROTOCOL.TCP]: 16,
  [PROTOCOL.ICMPV6]: 2,
};

/** What stands behind the extension headers of an IPv6 packet; overwritten by every walk. */
export interface UpperLayer {
  /** The next header there; 44 for a piece of a packet. */
  protocol: number;
  at: number;
}

export const createUpperLayer = (): UpperLayer => ({ protocol: 0, at: 0 });

/** Goes to the upper layer of the packet at [at, end), or to its Fragment header. False where there is neither. */
export function findUpperLayer(bytes: Uint8Array, at: number, end: number, out: UpperLayer): boolean {
  out.protocol = readUint8(bytes, at + IPV6.NEXT_HEADER);
  out.at = at + IPV6.HEADER_LENGTH;
  for (let headers = 0; headers < MOST_HEADERS && out.at <= end; headers++) {
    const isExtension =
      out.protocol === PROTOCOL.HOP_BY_HOP ||
      out.protocol === PROTOCOL.ROUTING ||
      out.protocol === PROTOCOL.DESTINATION_OPTIONS;
    if (!isExtension) return true;
    if (out.at + 8 > end) return false;
    out.protocol = readUint8(bytes, out.at);
    out.at += (readUint8(bytes, out.at + 1) + 1) * 8;
  }
  return false;
}

/** Offset of the checksum field of an upper layer in the bytes; -1 where there is none. */
export function checksumFieldAt({ protocol, at }: UpperLayer, end: number): number {
  const offset = CHECKSUM_AT[protocol];
  return offset === undefined || at + offset + 2 > end ? -1 : at + offset;
}

/**
 * Whether the checksum of an upper layer holds; `unfinished` is the sum of the pseudo-header alone, which a sender leaves behind when the
 * network card is to do the rest; `none` is a protocol without a checksum, or a UDP checksum of 0.
 */
export type ChecksumState = 'right' | 'wrong' | 'unfinished' | 'none';

/** @param ipv6At of the header whose addresses count */
export function checksumState(bytes: Uint8Array, ipv6At: number, layer: UpperLayer, end: number): ChecksumState {
  const fieldAt = checksumFieldAt(layer, end);
  if (fieldAt === -1) return 'none';
  const checksum = readUint16(bytes, fieldAt);
  if (checksum === 0 && layer.protocol === PROTOCOL.UDP) return 'none';
  const sum = ipv6PseudoHeaderSum(bytes, ipv6At, layer.protocol, end - layer.at);
  if (internetChecksum(bytes, layer.at, end, sum) === 0) return 'right';
  return checksum === foldSum(sum) ? 'unfinished' : 'wrong';
}

const LAYER = createUpperLayer();

/** Type of the ICMPv6 message that an IPv6 packet at [at, end) carries behind its extension headers; -1 if it is no such packet. */
export function icmpv6TypeIn(bytes: Uint8Array, at: number, end: number): number {
  if (!findUpperLayer(bytes, at, end, LAYER)) return -1;
  if (LAYER.protocol === PROTOCOL.FRAGMENT) {
    if (LAYER.at + 8 > end || readUint16(bytes, LAYER.at + 2) >>> 3 !== 0) return -1;
    LAYER.protocol = readUint8(bytes, LAYER.at);
    LAYER.at += 8;
  }
  return LAYER.protocol === PROTOCOL.ICMPV6 && LAYER.at + 8 <= end ? readUint8(bytes, LAYER.at) : -1;
}
