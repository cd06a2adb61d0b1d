/** Reading and building whole IPv6 packets; every packet here is an array that starts with its IPv6 header. */
import { zeroed } from '../../packet/arena.ts';
import { readUint16, writeUint16, writeUint32 } from '../../packet/bytes.ts';
import { internetChecksum, pseudoHeaderSum } from '../../packet/checksum.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';

export const DEFAULT_HOP_LIMIT = 64;

export const trafficClassOf = (packet: Uint8Array): number => (readUint16(packet, 0) >>> 4) & 0xff;

/** Changes eight bits that lie across the first two bytes. */
export const setTrafficClass = (packet: Uint8Array, trafficClass: number): void => {
  packet[0] = ((packet[0] ?? 0) & 0xf0) | (trafficClass >>> 4);
  packet[1] = ((packet[1] ?? 0) & 0x0f) | ((trafficClass & 0x0f) << 4);
};

export interface Ipv6Fields {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly nextHeader: number;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  readonly payload: Uint8Array;
}

export const buildIpv6 = (fields: Ipv6Fields): Uint8Array => {
  const packet = zeroed(IPV6.HEADER_LENGTH + fields.payload.length);
  writeUint32(packet, 0, 0x60000000);
  setTrafficClass(packet, fields.trafficClass ?? 0);
  writeUint16(packet, IPV6.PAYLOAD_LENGTH, fields.payload.length);
  packet[IPV6.NEXT_HEADER] = fields.nextHeader;
  packet[IPV6.HOP_LIMIT] = fields.hopLimit ?? DEFAULT_HOP_LIMIT;
  packet.set(fields.source, IPV6.SOURCE);
  packet.set(fields.destination, IPV6.DESTINATION);
  packet.set(fields.payload, IPV6.HEADER_LENGTH);
  return packet;
};

/** The checksum over the pseudo-header of `packet` and its bytes from `at` to the end (RFC 8200 section 8.1). */
export const upperLayerChecksum = (packet: Uint8Array, at: number, protocol: number): number => {
  const lengthBytes = packet.length - at;
  const pseudo = pseudoHeaderSum(packet, IPV6.SOURCE, packet, IPV6.DESTINATION, 16, protocol, lengthBytes);
  return internetChecksum(packet, at, packet.length, pseudo);
};

/** An ICMPv6 message with its checksum in an IPv6 header. */
export const buildIcmpv6 = (fields: Omit<Ipv6Fields, 'nextHeader'>): Uint8Array => {
  const packet = buildIpv6({ ...fields, nextHeader: PROTOCOL.ICMPV6 });
  writeUint16(packet, IPV6.HEADER_LENGTH + 2, 0);
  writeUint16(packet, IPV6.HEADER_LENGTH + 2, upperLayerChecksum(packet, IPV6.HEADER_LENGTH, PROTOCOL.ICMPV6));
  return packet;
};

export interface UpperLayer {
  readonly protocol: number;
  /** Where it starts; the end of the packet when a header on the way is cut off. */
  readonly offset: number;
  /** Where the Next Header field stands that names it. */
  readonly nextHeaderAt: number;
  readonly fragmented: boolean;
  /** A fragment that is not the first: what stands at `offset` is no header. */
  readonly laterFragment: boolean;
}

/** Walks the extension headers (RFC 8200 section 4) without judging what they say. */
export const upperLayerOf = (packet: Uint8Array): UpperLayer => {
  let protocol = packet[IPV6.NEXT_HEADER] ?? PROTOCOL.NO_NEXT_HEADER;
  let offset: number = IPV6.HEADER_LENGTH;
  let nextHeaderAt: number = IPV6.NEXT_HEADER;
  let fragmented = false;
  while (isExtension(protocol) && offset + 8 <= packet.length) {
    if (protocol === PROTOCOL.FRAGMENT) fragmented = true;
    if (protocol === PROTOCOL.FRAGMENT && (readUint16(packet, offset + 2) & 0xfff8) !== 0) {
      return {
        protocol: packet[offset] ?? 0,
        offset: offset + 8,
        nextHeaderAt: offset,
        fragmented,
        laterFragment: true,
      };
    }
    nextHeaderAt = offset;
    const lengthBytes = extensionLength(packet, offset, protocol);
    protocol = packet[offset] ?? PROTOCOL.NO_NEXT_HEADER;
    offset += lengthBytes;
  }
  return { protocol, offset: Math.min(offset, packet.length), nextHeaderAt, fragmented, laterFragment: false };
};

export interface FragmentHeader {
  readonly at: number;
  /** Where the Next Header field stands that names it. */
  readonly nextHeaderAt: number;
}

/** The first Fragment header of a packet, if it has one. */
export const fragmentHeaderOf = (packet: Uint8Array): FragmentHeader | undefined => {
  let protocol = packet[IPV6.NEXT_HEADER];
  let nextHeaderAt: number = IPV6.NEXT_HEADER;
  let at: number = IPV6.HEADER_LENGTH;
  while (protocol !== undefined && isExtension(protocol) && at + 8 <= packet.length) {
    if (protocol === PROTOCOL.FRAGMENT) return { at, nextHeaderAt };
    nextHeaderAt = at;
    const lengthBytes = extensionLength(packet, at, protocol);
    protocol = packet[at];
    at += lengthBytes;
  }
  return undefined;
};

const isExtension = (protocol: number): boolean =>
  protocol === PROTOCOL.HOP_BY_HOP ||
  protocol === PROTOCOL.ROUTING ||
  protocol === PROTOCOL.FRAGMENT ||
  protocol === PROTOCOL.DESTINATION_OPTIONS ||
  protocol === PROTOCOL.AH;

const extensionLength = (packet: Uint8Array, offset: number, protocol: number): number => {
  const length = packet[offset + 1] ?? 0;
  if (protocol === PROTOCOL.FRAGMENT) return 8;
  // RFC 4302 section 2.2: the Authentication Header counts in 4-byte units, minus 2.
  return protocol === PROTOCOL.AH ? (length + 2) * 4 : (length + 1) * 8;
};
