/** What an IPv4 packet must satisfy before anything else looks at it (RFC 791, RFC 1122 section 3.2.1, RFC 1812 section 5.3). */
import { readUint16, readUint32 } from '../../packet/bytes.ts';
import { internetChecksum } from '../../packet/checksum.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import type { ReferenceNode } from '../node.ts';
import { inNet } from './net.ts';
import { isOwnAddress, isOwnBroadcast } from './special.ts';

export interface Ipv4Check {
  readonly name: string;
  /** `packet` is the Ethernet payload, padding included. */
  readonly violated: (packet: Uint8Array, node: ReferenceNode) => boolean;
}

export const ihlBytes = (packet: Uint8Array): number => ((packet[0] ?? 0) & 0x0f) * 4;

/** RFC 1122 section 3.2.1.8 (c): loose and strict source route; a malformed list of options ends the packet too. */
const optionsAreUnacceptable = (packet: Uint8Array): boolean => {
  const end = ihlBytes(packet);
  for (let at: number = IPV4.OPTIONS; at < end;) {
    const type = packet[at] ?? 0;
    if (type === 0) return false;
    if (type === 131 || type === 137) return true;
    const lengthBytes = type === 1 ? 1 : (packet[at + 1] ?? 0);
    if ((type !== 1 && lengthBytes < 2) || at + lengthBytes > end) return true;
    at += lengthBytes;
  }
  return false;
};

export const ipv4Checks: readonly Ipv4Check[] = [
  { name: 'version', violated: (packet) => (packet[0] ?? 0) >>> 4 !== 4 },
  { name: 'header-length', violated: (packet) => ihlBytes(packet) < 20 || packet.length < ihlBytes(packet) },
  {
    name: 'total-length',
    violated: (packet) => {
      const totalLength = readUint16(packet, IPV4.TOTAL_LENGTH);
      return totalLength < ihlBytes(packet) || totalLength > packet.length;
    },
  },
  { name: 'checksum', violated: (packet) => internetChecksum(packet, 0, ihlBytes(packet)) !== 0 },
  { name: 'options', violated: optionsAreUnacceptable },
  {
    name: 'special-source',
    violated: (packet, node) => {
      const source = readUint32(packet, IPV4.SOURCE);
      return node.behaviour.sanity.neverUsable.some((block) => inNet(block, source));
    },
  },
  { name: 'own-source', violated: (packet, node) => isOwnAddress(node.config, readUint32(packet, IPV4.SOURCE)) },
  {
    name: 'broadcast-source',
    violated: (packet, node) => isOwnBroadcast(node.config, readUint32(packet, IPV4.SOURCE)),
  },
];
