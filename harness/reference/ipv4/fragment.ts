/** Fragmentation of outer packets (RFC 791 section 3.2). */
import { readUint16, writeUint16 } from '../../packet/bytes.ts';
import { internetChecksum } from '../../packet/checksum.ts';
import { IPV4, IPV4_FLAG } from '../../packet/ipv4.ts';

export interface FragmentBehaviour {
  /** Payload bytes of every fragment but the last: a multiple of 8. */
  pieceLengthBytes(mtuBytes: number): number;
  /** The word of flags and offset. */
  flagsAndOffset(offsetBytes: number, isLast: boolean): number;
  identification(ofPacket: number, index: number): number;
  tos(ofPacket: number, index: number): number;
  checksum(header: Uint8Array, ofPacket: number): number;
}

export const fragment: FragmentBehaviour = {
  pieceLengthBytes: (mtuBytes) => (mtuBytes - IPV4.MINIMUM_HEADER_LENGTH) & ~7,
  flagsAndOffset: (offsetBytes, isLast) => (isLast ? 0 : IPV4_FLAG.MORE_FRAGMENTS) | (offsetBytes >>> 3),
  identification: (ofPacket) => ofPacket,
  tos: (ofPacket) => ofPacket,
  checksum: (header) => internetChecksum(header),
};

/** The packet itself when it fits. The packets of this node have no options, so every header is 20 bytes long. */
export const fragmentForMtu = (behaviour: FragmentBehaviour, packet: Uint8Array, mtuBytes: number): Uint8Array[] => {
  if (packet.length <= mtuBytes) return [packet];
  const header: number = IPV4.MINIMUM_HEADER_LENGTH;
  const piece = Math.max(8, behaviour.pieceLengthBytes(mtuBytes));
  const fragments: Uint8Array[] = [];
  for (let offset = 0; header + offset < packet.length; offset += piece) {
    const end = Math.min(header + offset + piece, packet.length);
    const part = new Uint8Array(header + end - header - offset);
    part.set(packet.subarray(0, header));
    part.set(packet.subarray(header + offset, end), header);
    part[IPV4.TOS] = behaviour.tos(packet[IPV4.TOS] ?? 0, fragments.length);
    writeUint16(part, IPV4.TOTAL_LENGTH, part.length);
    writeUint16(
      part,
      IPV4.IDENTIFICATION,
      behaviour.identification(readUint16(packet, IPV4.IDENTIFICATION), fragments.length),
    );
    writeUint16(part, IPV4.FLAGS_FRAGMENT_OFFSET, behaviour.flagsAndOffset(offset, end === packet.length));
    writeUint16(part, IPV4.HEADER_CHECKSUM, 0);
    const checksum = behaviour.checksum(part.subarray(0, header), readUint16(packet, IPV4.HEADER_CHECKSUM));
    writeUint16(part, IPV4.HEADER_CHECKSUM, checksum);
    fragments.push(part);
  }
  return fragments;
};
