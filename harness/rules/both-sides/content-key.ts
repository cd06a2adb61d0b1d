import { readUint8 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { contentFingerprint } from '../fingerprint.ts';
import { checksumFieldAt, type UpperLayer } from '../upper-layer.ts';

/** An IPv6 packet at [at, end) of a frame. */
export interface InnerPacket {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
}

const DIRECTLY_BEHIND: UpperLayer = { protocol: 0, at: 0 };

/**
 * Stands for what a packet is: its addresses and everything behind them but the checksum of an upper layer directly behind the header, which
 * a network card may have had to fill in. `seed` makes independent keys.
 */
export function contentKey({ bytes, at, end }: InnerPacket, seed: number): number {
  const nextHeader = readUint8(bytes, at + IPV6.NEXT_HEADER);
  const from = at + IPV6.SOURCE;
  DIRECTLY_BEHIND.protocol = nextHeader;
  DIRECTLY_BEHIND.at = at + IPV6.HEADER_LENGTH;
  const fieldAt = checksumFieldAt(DIRECTLY_BEHIND, end);
  if (fieldAt === -1) return contentFingerprint(bytes, from, end - from, seed ^ nextHeader);
  const before = contentFingerprint(bytes, from, fieldAt - from, seed ^ nextHeader);
  return contentFingerprint(bytes, fieldAt + 2, end - fieldAt - 2, before);
}
