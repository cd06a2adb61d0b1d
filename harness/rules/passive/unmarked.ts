/** Tunnel packets that do not say so: recognised by what they carry. */
import { readUint16, readUint8 } from '../../packet/bytes.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import type { Dissection } from '../dissection.ts';
import type { Facts } from '../facts.ts';

/**
 * Whether bytes[at, end) are exactly one IPv6 packet of this overlay. Chance is ruled out by the version, a Payload Length that fits to the
 * byte, and an address of the overlay (of the node, for a configured tunnel).
 */
export function isOverlayPacket(bytes: Uint8Array, at: number, end: number, facts: Facts): boolean {
  if (at + IPV6.HEADER_LENGTH > end || end > bytes.length || readUint8(bytes, at) >>> 4 !== 6) return false;
  if (at + IPV6.HEADER_LENGTH + readUint16(bytes, at + IPV6.PAYLOAD_LENGTH) !== end) return false;
  const { embedded, nodePrefix } = facts;
  if (embedded !== undefined) return embedded.contains(bytes, at + IPV6.DESTINATION);
  return nodePrefix?.contains(bytes, at + IPV6.SOURCE) ?? false;
}

/** An unfragmented IPv4 packet that carries an overlay packet directly behind its header, under whatever protocol number. */
export function isUnmarkedTunnelPacket(packet: Dissection, facts: Facts): boolean {
  if (packet.ipv4At < 0 || packet.framing !== 'none' || packet.isFragment) return false;
  const at = packet.ipv4At + Math.max(packet.ipv4HeaderLengthBytes, IPV4.MINIMUM_HEADER_LENGTH);
  return isOverlayPacket(packet.bytes, at, packet.ipv4EndAt, facts);
}
