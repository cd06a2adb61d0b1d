import { copyOf } from '../../packet/arena.ts';
import { readUint16, writeUint16 } from '../../packet/bytes.ts';
import { updateChecksum } from '../../packet/checksum.ts';
import { ETHERNET } from '../../packet/ethernet.ts';
import { ipv4HeaderLengthBytes, ipv4Protocol } from '../../packet/ipv4.ts';
import { Ipv6Address } from '../../address/ipv6-address.ts';
import { IPV6, ipv6NextHeader } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { AddressMap } from './address-map.ts';
import type { StrangerPacket } from './packets.ts';

const AT = ETHERNET.HEADER_LENGTH;
const UPPER_CHECKSUM: Readonly<Record<number, number>> = {
  [PROTOCOL.UDP]: 6,
  [PROTOCOL.TCP]: 16,
  [PROTOCOL.ICMPV6]: 2,
};

/** Whether the source and the destination are pods of the node. */
export interface Ends {
  readonly source: boolean;
  readonly destination: boolean;
}

/**
 * The packet with the addresses of the lab and the flow label by which it will be known. Checksums are adjusted by the difference
 * (RFC 1624), so that right ones stay right and wrong ones wrong. Its Ethernet addresses are for the caller to fill in.
 */
export const transplanted = (
  { frame, innerAt, outer }: StrangerPacket,
  map: AddressMap,
  ends: Ends,
  flowLabel: number,
): Uint8Array => {
  const bytes = copyOf(frame);
  const ipv6At = (at: number, isOfNode: boolean): void => {
    bytes.set(map.ipv6(Ipv6Address.fromBytes(bytes, at), isOfNode).bytes, at);
  };
  ipv6At(innerAt + IPV6.SOURCE, ends.source);
  ipv6At(innerAt + IPV6.DESTINATION, ends.destination);
  const upper = upperLayer(bytes, innerAt);
  const upperOffset = UPPER_CHECKSUM[upper.protocol];
  if (upperOffset !== undefined)
    adjust(frame, bytes, upper.at + upperOffset, innerAt + IPV6.SOURCE, innerAt + IPV6.HEADER_LENGTH, upper.protocol);
  bytes[innerAt + 1] = ((bytes[innerAt + 1] ?? 0) & 0xf0) | (flowLabel >> 16);
  writeUint16(bytes, innerAt + 2, flowLabel & 0xffff);
  if (outer === undefined) return bytes;
  bytes.set(map.ipv4(outer.source).bytes, AT + 12);
  bytes.set(map.ipv4(outer.destination).bytes, AT + 16);
  adjust(frame, bytes, AT + 10, AT + 12, AT + 20);
  if (ipv4Protocol(bytes, AT) === PROTOCOL.UDP) {
    const checksumAt = AT + ipv4HeaderLengthBytes(bytes, AT) + 6;
    adjust(frame, bytes, checksumAt, AT + 12, AT + 20, PROTOCOL.UDP);
    // A second difference on top of the first: that of the inner packet.
    adjustFrom(frame, bytes, checksumAt, innerAt, bytes.length);
  }
  return bytes;
};

/** Of a UDP checksum that is 0 nothing has to be adjusted: there is none. */
const adjust = (old: Uint8Array, now: Uint8Array, checksumAt: number, from: number, to: number, protocol = 0): void => {
  if (checksumAt + 2 > now.length || (protocol === PROTOCOL.UDP && readUint16(old, checksumAt) === 0)) return;
  adjustFrom(old, now, checksumAt, from, to);
};

const adjustFrom = (old: Uint8Array, now: Uint8Array, checksumAt: number, from: number, to: number): void => {
  if (readUint16(old, checksumAt) === 0 && readUint16(now, checksumAt) === 0) return;
  let checksum = readUint16(now, checksumAt);
  for (let at = from; at + 1 < to; at += 2) {
    const [before, after] = [readUint16(old, at), readUint16(now, at)];
    if (before !== after) checksum = updateChecksum(checksum, before, after);
  }
  writeUint16(now, checksumAt, checksum);
};

const upperLayer = (bytes: Uint8Array, innerAt: number): { readonly protocol: number; readonly at: number } => {
  let protocol = ipv6NextHeader(bytes, innerAt);
  let at = innerAt + IPV6.HEADER_LENGTH;
  const extensions: readonly number[] = [PROTOCOL.HOP_BY_HOP, PROTOCOL.ROUTING, PROTOCOL.DESTINATION_OPTIONS];
  while (extensions.includes(protocol) && at + 8 <= bytes.length) {
    protocol = bytes[at] ?? PROTOCOL.NO_NEXT_HEADER;
    at += ((bytes[at + 1] ?? 0) + 1) * 8;
  }
  return { protocol, at };
};
