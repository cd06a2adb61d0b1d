/** Splitting IPv4 packets into fragments of any sizes, legal or not. */
import { concat, readUint16, writeUint16 } from './bytes.ts';
import { internetChecksum } from './checksum.ts';
import { IPV4, IPV4_FLAG, ipv4FragmentOffset, ipv4HeaderLengthBytes } from './ipv4.ts';
import { PacketError } from './packet-error.ts';

/**
 * Split a packet (from its IPv4 header on) into fragments (RFC 791 section 3.2).
 *
 * `pieceLengthsBytes` are the payload lengths of the fragments but the last, each a multiple of eight and at least
 * eight; the last fragment carries the rest, which must not be empty. A Don't Fragment bit is kept as it is. Options
 * are repeated in every fragment. Throws PacketError if the packet cannot be split like that.
 */
export function fragmentIpv4(packet: Uint8Array, pieceLengthsBytes: readonly number[]): Uint8Array[] {
  const headerLength = ipv4HeaderLengthBytes(packet, 0);
  if (packet.length < IPV4.MINIMUM_HEADER_LENGTH || headerLength < IPV4.MINIMUM_HEADER_LENGTH) {
    throw new PacketError('PROTO41_PACKET_BUILD', 'Expected a packet that begins with a whole IPv4 header to split.');
  }
  const header = packet.subarray(0, headerLength);
  const data = packet.subarray(headerLength);
  const total = pieceLengthsBytes.reduce((sum, length) => sum + length, 0);
  if (pieceLengthsBytes.some((length) => length < 8 || length % 8 !== 0) || total >= data.length) {
    throw new PacketError(
      'PROTO41_PACKET_BUILD',
      `Expected pieces of at least 8 bytes, in multiples of 8, that leave a rest of ${data.length} bytes; found ${pieceLengthsBytes.join(', ')}.`,
    );
  }

  let at = 0;
  const pieces = [...pieceLengthsBytes, data.length - total].map((length) => {
    const piece = fragment(header, data.subarray(at, at + length), at, at + length < data.length);
    at += length;
    return piece;
  });
  return pieces;
}

function fragment(header: Uint8Array, data: Uint8Array, offsetBytes: number, more: boolean): Uint8Array {
  const bytes = concat(header, data);
  // A packet that is itself a fragment keeps its place and its own "more" bit on the last piece.
  const flags = readUint16(header, IPV4.FLAGS_FRAGMENT_OFFSET) & 0xe000;
  const offset = ipv4FragmentOffset(header, 0) + offsetBytes / 8;
  writeUint16(bytes, IPV4.FLAGS_FRAGMENT_OFFSET, flags | (more ? IPV4_FLAG.MORE_FRAGMENTS : 0) | (offset & 0x1fff));
  writeUint16(bytes, IPV4.TOTAL_LENGTH, bytes.length);
  writeUint16(bytes, IPV4.HEADER_CHECKSUM, 0);
  writeUint16(bytes, IPV4.HEADER_CHECKSUM, internetChecksum(bytes, 0, header.length));
  return bytes;
}
