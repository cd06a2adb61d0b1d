/** The UDP header of FOU and GUE (RFC 768; ports per RFC 8085 section 5.1.1). */
import { zeroed } from '../../packet/arena.ts';
import { readUint16, writeUint16 } from '../../packet/bytes.ts';
import { foldSum, internetChecksum, onesComplementSum, pseudoHeaderSum } from '../../packet/checksum.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { NodeConfig } from '../config.ts';
import { flowHash } from './flow-hash.ts';

export const UDP_HEADER_BYTES = 8;
/** Accepted with `dualFraming=yes` on a node whose own framing is protocol 41. */
const DEFAULT_PORT = 3544;
const DYNAMIC_PORTS = 0xc000;

export interface UdpBehaviour {
  sourcePort(config: NodeConfig, inner: Uint8Array): number;
  destinationPort(config: NodeConfig, destination: Uint8Array): number;
  length(payloadLengthBytes: number): number;
  /** Over a datagram whose checksum field is zero, with the unfolded sum of its pseudo-header. */
  checksum(config: NodeConfig, datagram: Uint8Array, pseudoHeader: number): number;
  /** Bytes between the UDP header and the IPv6 header of FOU: none. */
  shim: Uint8Array;
  listensOn(config: NodeConfig, port: number): boolean;
  checksumIsGood(datagram: Uint8Array, pseudoHeader: number): boolean;
  lengthIsGood(length: number, available: number): boolean;
  /** Whether the port is one of those on which an outer IPv6 header may come without a checksum (RFC 6936 section 4). */
  takesZeroOverIpv6(config: NodeConfig): boolean;
}

/** RFC 768: a computed zero is sent as all ones, because zero means that there is no checksum. */
const nonZero = (checksum: number): number => (checksum === 0 ? 0xffff : checksum);

export const udp: UdpBehaviour = {
  sourcePort: (config, inner) =>
    config.switches.sourcePort === 'fixed' ? portOf(config) : DYNAMIC_PORTS | (flowHash(inner) & 0x3fff),
  destinationPort: (config) => portOf(config),
  length: (payloadLengthBytes) => UDP_HEADER_BYTES + payloadLengthBytes,
  checksum: (config, datagram, pseudoHeader) =>
    config.switches.udpChecksum === 'on' ? nonZero(internetChecksum(datagram, 0, datagram.length, pseudoHeader)) : 0,
  shim: new Uint8Array(0),
  listensOn: (config, port) =>
    (isUdpPort(config.encapsulation) || config.switches.dualFraming === 'yes') && port === portOf(config),
  checksumIsGood: (datagram, pseudoHeader) =>
    readUint16(datagram, 6) === 0 || foldSum(onesComplementSum(datagram, 0, datagram.length, pseudoHeader)) === 0xffff,
  lengthIsGood: (length, available) => length >= UDP_HEADER_BYTES && length <= available,
  takesZeroOverIpv6: ({ switches }) => switches.udpChecksum === 'zero',
};

/** The inner packet behind a UDP header, `other-port` for a port that is not the tunnel's, undefined for a bad datagram. */
export const openUdp = (
  behaviour: UdpBehaviour,
  config: NodeConfig,
  payload: Uint8Array,
  datagram: Uint8Array,
): Uint8Array | 'other-port' | undefined =>
  openDatagram(behaviour, config, payload, (lengthBytes) =>
    pseudoHeaderSum(datagram, IPV4.SOURCE, datagram, IPV4.DESTINATION, 4, PROTOCOL.UDP, lengthBytes),
  );

/** The same at `at` in an IPv6 packet, where a checksum of zero needs permission (RFC 8200 section 8.1, RFC 6935 section 5). */
export const openUdpOverIpv6 = (
  behaviour: UdpBehaviour,
  config: NodeConfig,
  packet: Uint8Array,
  at: number,
): Uint8Array | undefined => {
  const content = openDatagram(behaviour, config, packet.subarray(at), (lengthBytes) =>
    pseudoHeaderSum(packet, IPV6.SOURCE, packet, IPV6.DESTINATION, 16, PROTOCOL.UDP, lengthBytes),
  );
  if (content === undefined || content === 'other-port') return undefined;
  return readUint16(packet, at + 6) !== 0 || behaviour.takesZeroOverIpv6(config) ? content : undefined;
};

const openDatagram = (
  behaviour: UdpBehaviour,
  config: NodeConfig,
  payload: Uint8Array,
  pseudoHeader: (lengthBytes: number) => number,
): Uint8Array | 'other-port' | undefined => {
  if (payload.length < UDP_HEADER_BYTES) return undefined;
  const length = readUint16(payload, 4);
  if (!behaviour.lengthIsGood(length, payload.length)) return undefined;
  const bytes = payload.subarray(0, length);
  if (!behaviour.checksumIsGood(bytes, pseudoHeader(bytes.length))) return undefined;
  if (!behaviour.listensOn(config, readUint16(bytes, 2))) return 'other-port';
  return bytes.subarray(UDP_HEADER_BYTES);
};

const isUdpPort = (
  encapsulation: NodeConfig['encapsulation'],
): encapsulation is NodeConfig['encapsulation'] & { port: number } =>
  encapsulation.kind === 'fou' || encapsulation.kind === 'gue';

const portOf = ({ encapsulation }: NodeConfig): number =>
  isUdpPort(encapsulation) ? encapsulation.port : DEFAULT_PORT;

/** A UDP datagram around an inner packet and what stands in front of it, with the checksum that the profile asks for. */
export const buildUdp = (
  behaviour: UdpBehaviour,
  config: NodeConfig,
  shim: Uint8Array,
  inner: Uint8Array,
  source: Uint8Array,
  destination: Uint8Array,
): Uint8Array => {
  const addressBytes = source.length === 4 ? 4 : 16;
  const body = UDP_HEADER_BYTES + shim.length;
  const datagram = zeroed(body + inner.length);
  writeUint16(datagram, 0, behaviour.sourcePort(config, inner));
  writeUint16(datagram, 2, behaviour.destinationPort(config, destination));
  writeUint16(datagram, 4, behaviour.length(shim.length + inner.length));
  datagram.set(shim, UDP_HEADER_BYTES);
  datagram.set(inner, body);
  const pseudo = pseudoHeaderSum(source, 0, destination, 0, addressBytes, PROTOCOL.UDP, datagram.length);
  writeUint16(datagram, 6, behaviour.checksum(config, datagram, pseudo));
  return datagram;
};
