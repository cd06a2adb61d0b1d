import type { Ipv6Address } from '../address/ipv6-address.ts';
import { zeroed } from '../packet/arena.ts';
import { writeUint16, writeUint32 } from '../packet/bytes.ts';
import { internetChecksum, pseudoHeaderSum } from '../packet/checksum.ts';
import { IPV6 } from '../packet/ipv6.ts';
import { unsigned } from '../packet/layer.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { UDP } from '../packet/udp.ts';

/** Ports of the UDP datagram that an ordinary inner packet carries. */
export const INNER_UDP = { sourcePort: 41000, destinationPort: 41001 } as const;

const UDP_AT = IPV6.HEADER_LENGTH;
export const ORDINARY_OVERHEAD_BYTES = IPV6.HEADER_LENGTH + UDP.HEADER_LENGTH;
/** More does not fit into Payload Length. */
export const ORDINARY_MAXIMUM_BYTES = IPV6.HEADER_LENGTH + 0xffff;

/** Bytes that differ from their neighbours, so that a shifted or repeated piece shows. */
const PATTERN = Uint8Array.from({ length: 0x10000 }, (_, index) => (index * 7 + (index >> 8) * 13) & 0xff);

export interface OrdinaryFields {
  readonly source: Ipv6Address;
  readonly destination: Ipv6Address;
  readonly hopLimit: number;
  readonly trafficClass: number;
  readonly flowLabel: number;
  /** The whole packet, at least the two headers. */
  readonly lengthBytes: number;
  /** First bytes of the payload, cut to fit; a pattern follows. */
  readonly tag: Uint8Array;
}

/**
 * IPv6 with a UDP datagram in it (RFC 8200, RFC 768), written in one go: almost every stimulus is one, and a case may send thousands.
 */
export const ordinaryPacket = (fields: OrdinaryFields): Uint8Array => {
  const { lengthBytes, source, destination } = fields;
  const packet = zeroed(lengthBytes);
  const payloadLength = lengthBytes - IPV6.HEADER_LENGTH;
  const trafficClass = unsigned('trafficClass', fields.trafficClass, 8);
  const flowLabel = unsigned('flowLabel', fields.flowLabel, 20);
  writeUint32(packet, IPV6.VERSION_CLASS_FLOW, (6 << 28) | (trafficClass << 20) | flowLabel);
  writeUint16(packet, IPV6.PAYLOAD_LENGTH, payloadLength);
  packet[IPV6.NEXT_HEADER] = PROTOCOL.UDP;
  packet[IPV6.HOP_LIMIT] = unsigned('hopLimit', fields.hopLimit, 8);
  packet.set(source.bytes, IPV6.SOURCE);
  packet.set(destination.bytes, IPV6.DESTINATION);
  writeUint16(packet, UDP_AT + UDP.SOURCE_PORT, INNER_UDP.sourcePort);
  writeUint16(packet, UDP_AT + UDP.DESTINATION_PORT, INNER_UDP.destinationPort);
  writeUint16(packet, UDP_AT + UDP.LENGTH, payloadLength);
  writeFilling(packet, ORDINARY_OVERHEAD_BYTES, fields.tag);
  const pseudo = pseudoHeaderSum(source.bytes, 0, destination.bytes, 0, 16, PROTOCOL.UDP, payloadLength);
  // A computed zero is sent as all ones, because zero says "no checksum" (RFC 768).
  writeUint16(packet, UDP_AT + UDP.CHECKSUM, internetChecksum(packet, UDP_AT, lengthBytes, pseudo) || 0xffff);
  return packet;
};

/** The tag, then the pattern, up to the end of the packet. */
const writeFilling = (packet: Uint8Array, at: number, tag: Uint8Array): void => {
  const lengthBytes = packet.length - at;
  if (lengthBytes > tag.length) packet.set(PATTERN.subarray(tag.length, lengthBytes), at + tag.length);
  packet.set(lengthBytes < tag.length ? tag.subarray(0, lengthBytes) : tag, at);
};

/** The same as a payload of its own. */
export const filled = (tag: Uint8Array, lengthBytes: number): Uint8Array => {
  const bytes = zeroed(lengthBytes);
  writeFilling(bytes, 0, tag);
  return bytes;
};
