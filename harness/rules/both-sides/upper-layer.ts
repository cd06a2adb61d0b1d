import { readUint16, readUint8 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';

const MOST_HEADERS = 8;

/** Type of the ICMPv6 message that an IPv6 packet at [at, end) carries behind its extension headers; -1 if it is no such packet. */
export function icmpv6TypeIn(bytes: Uint8Array, at: number, end: number): number {
  let nextHeader = readUint8(bytes, at + IPV6.NEXT_HEADER);
  let headerAt = at + IPV6.HEADER_LENGTH;
  for (let headers = 0; headers < MOST_HEADERS && headerAt + 8 <= end; headers++) {
    if (nextHeader === PROTOCOL.ICMPV6) return readUint8(bytes, headerAt);
    if (nextHeader === PROTOCOL.FRAGMENT) {
      if (readUint16(bytes, headerAt + 2) >>> 3 !== 0) return -1;
      nextHeader = readUint8(bytes, headerAt);
      headerAt += 8;
    } else if (
      nextHeader === PROTOCOL.HOP_BY_HOP ||
      nextHeader === PROTOCOL.ROUTING ||
      nextHeader === PROTOCOL.DESTINATION_OPTIONS
    ) {
      nextHeader = readUint8(bytes, headerAt);
      headerAt += (readUint8(bytes, headerAt + 1) + 1) * 8;
    } else return -1;
  }
  return -1;
}
