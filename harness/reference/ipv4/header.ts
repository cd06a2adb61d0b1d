/** Building IPv4 packets (RFC 791 section 3.1). */
import { zeroed } from '../../packet/arena.ts';
import { writeUint16, writeUint32 } from '../../packet/bytes.ts';
import { internetChecksum } from '../../packet/checksum.ts';
import { IPV4 } from '../../packet/ipv4.ts';

export interface OuterHeader {
  /** The first byte. */
  readonly versionAndIhl: number;
  readonly tos: number;
  readonly totalLength: number;
  readonly identification: number;
  /** The 16-bit word of flags and fragment offset. */
  readonly flagsAndOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly source: number;
  readonly destination: number;
  /** A multiple of 4 bytes. */
  readonly options: Uint8Array;
}

/** Writes the header with its checksum field zero, then the payload behind it. */
export const layOut = (header: OuterHeader, payload: Uint8Array): Uint8Array => {
  const headerLengthBytes = IPV4.MINIMUM_HEADER_LENGTH + header.options.length;
  const packet = zeroed(headerLengthBytes + payload.length);
  packet[IPV4.VERSION_IHL] = header.versionAndIhl;
  packet[IPV4.TOS] = header.tos;
  writeUint16(packet, IPV4.TOTAL_LENGTH, header.totalLength);
  writeUint16(packet, IPV4.IDENTIFICATION, header.identification);
  writeUint16(packet, IPV4.FLAGS_FRAGMENT_OFFSET, header.flagsAndOffset);
  packet[IPV4.TTL] = header.ttl;
  packet[IPV4.PROTOCOL] = header.protocol;
  writeUint32(packet, IPV4.SOURCE, header.source);
  writeUint32(packet, IPV4.DESTINATION, header.destination);
  packet.set(header.options, IPV4.OPTIONS);
  packet.set(payload, headerLengthBytes);
  return packet;
};

export interface PlainIpv4 {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly identification: number;
  readonly tos?: number;
  readonly payload: Uint8Array;
}

/** A packet that the node sends on its own behalf, outside the tunnel. */
export const buildIpv4 = (fields: PlainIpv4): Uint8Array => {
  const packet = layOut(
    {
      versionAndIhl: 0x45,
      tos: fields.tos ?? 0,
      totalLength: IPV4.MINIMUM_HEADER_LENGTH + fields.payload.length,
      identification: fields.identification,
      flagsAndOffset: 0,
      ttl: 64,
      protocol: fields.protocol,
      source: fields.source,
      destination: fields.destination,
      options: new Uint8Array(0),
    },
    fields.payload,
  );
  writeUint16(packet, IPV4.HEADER_CHECKSUM, internetChecksum(packet, 0, IPV4.MINIMUM_HEADER_LENGTH));
  return packet;
};
