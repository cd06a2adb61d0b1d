/** Special IPv6 blocks, told apart in place: the hot-path form of what `harness/address/special-blocks.ts` lists. */
import { readUint16, readUint8 } from '../packet/bytes.ts';
import { readInt32 } from './int32.ts';

/** ff00::/8 */
export function isMulticastAt(bytes: Uint8Array, at: number): boolean {
  return readUint8(bytes, at) === 0xff;
}

/** fe80::/10 */
export function isLinkLocalAt(bytes: Uint8Array, at: number): boolean {
  return (readUint16(bytes, at) & 0xffc0) === 0xfe80;
}

/** fec0::/10 */
export function isSiteLocalAt(bytes: Uint8Array, at: number): boolean {
  return (readUint16(bytes, at) & 0xffc0) === 0xfec0;
}

/** ::/16, which holds ::, ::1 and the IPv4-compatible and IPv4-mapped addresses. */
export function isLowBlockAt(bytes: Uint8Array, at: number): boolean {
  return readUint16(bytes, at) === 0;
}

/** ::a.b.c.d other than :: and ::1 (RFC 4291 section 2.5.5.1). */
export function isIpv4CompatibleAt(bytes: Uint8Array, at: number): boolean {
  return (
    readInt32(bytes, at) === 0 &&
    readInt32(bytes, at + 4) === 0 &&
    readInt32(bytes, at + 8) === 0 &&
    (readInt32(bytes, at + 12) & ~1) !== 0
  );
}

/** The last four bytes of an IPv6 address as a signed number. */
export function lowInt32At(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + 12);
}
