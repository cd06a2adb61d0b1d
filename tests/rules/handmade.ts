/** Frames made by hand, so that the rules are not tested with the code that they use. */
import { Ipv4Address, Ipv6Address } from '../../harness/address/index.ts';

export const POD = 'fd5a:1234:5600:1::10';
export const REMOTE_POD = 'fd5a:1234:5600:2::10';
export const N1 = '10.0.0.1';
export const N2 = '10.0.0.2';

export function bytesOf(...parts: (number | readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));
}
export const word = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];

/** RFC 1071, straight from its text: add up the words, carry around, complement. */
export function checksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at++) {
      sum += (part[at] ?? 0) * (at % 2 === 0 ? 256 : 1);
      if (sum > 0xffff) sum -= 0xffff;
    }
  }
  return 0xffff - sum;
}

export interface InnerOptions {
  source?: string;
  destination?: string;
  hopLimit?: number;
  trafficClass?: number;
  flowLabel?: number;
  nextHeader?: number;
  payload?: Uint8Array;
  payloadLength?: number;
}

/** UDP 41000 > 41001 with four bytes of data; the checksum is left zero, as no rule looks at it. */
export const inertPayload = bytesOf(word(41000), word(41001), word(12), word(0), 1, 2, 3, 4);

export function ipv6(options: InnerOptions = {}): Uint8Array {
  const payload = options.payload ?? inertPayload;
  const trafficClass = options.trafficClass ?? 0;
  const flowLabel = options.flowLabel ?? 0x12345;
  return bytesOf(
    0x60 | (trafficClass >>> 4),
    ((trafficClass & 15) << 4) | (flowLabel >>> 16),
    word(flowLabel & 0xffff),
    word(options.payloadLength ?? payload.length),
    options.nextHeader ?? 17,
    options.hopLimit ?? 63,
    Ipv6Address.parse(options.source ?? POD).bytes,
    Ipv6Address.parse(options.destination ?? REMOTE_POD).bytes,
    payload,
  );
}

export interface OuterOptions {
  version?: number;
  ihl?: number;
  tos?: number;
  totalLength?: number;
  identification?: number;
  /** The word of flags and fragment offset; DF unless given. */
  flags?: number;
  ttl?: number;
  protocol?: number;
  checksum?: number;
  source?: string;
  destination?: string;
  options?: Uint8Array;
}

export function ipv4(payload: Uint8Array, options: OuterOptions = {}): Uint8Array {
  const extra = options.options ?? new Uint8Array(0);
  const header = bytesOf(
    ((options.version ?? 4) << 4) | (options.ihl ?? 5 + extra.length / 4),
    options.tos ?? 0,
    word(options.totalLength ?? 20 + extra.length + payload.length),
    word(options.identification ?? 7),
    word(options.flags ?? 0x4000),
    options.ttl ?? 64,
    options.protocol ?? 41,
    0,
    0,
    Ipv4Address.parse(options.source ?? N1).bytes,
    Ipv4Address.parse(options.destination ?? N2).bytes,
    extra,
  );
  header.set(word(options.checksum ?? checksum(header)), 10);
  return bytesOf(header, payload);
}

export interface UdpOptions {
  sourcePort?: number;
  destinationPort?: number;
  length?: number;
  checksum?: number;
}

export function udp(payload: Uint8Array, options: UdpOptions = {}): Uint8Array {
  return bytesOf(
    word(options.sourcePort ?? 50000),
    word(options.destinationPort ?? 3544),
    word(options.length ?? 8 + payload.length),
    word(options.checksum ?? 0),
    payload,
  );
}

export function udpChecksumOf(datagram: Uint8Array, source: string, destination: string): number {
  const pseudo = bytesOf(
    Ipv4Address.parse(source).bytes,
    Ipv4Address.parse(destination).bytes,
    0,
    17,
    word(datagram.length),
  );
  return checksum(pseudo, datagram) || 0xffff;
}

/** An ICMPv6 message with a right checksum (unless given), as an IPv6 packet. */
export function icmpv6(
  message: readonly number[] | Uint8Array,
  options: InnerOptions & { checksum?: number } = {},
): Uint8Array {
  const payload = bytesOf(message);
  const source = Ipv6Address.parse(options.source ?? POD).bytes;
  const destination = Ipv6Address.parse(options.destination ?? REMOTE_POD).bytes;
  payload.set(
    word(options.checksum ?? checksum(bytesOf(source, destination, 0, 0, word(payload.length), 0, 0, 0, 58), payload)),
    2,
  );
  return ipv6({ ...options, nextHeader: 58, payload });
}

const DESTINATION_MAC = [2, 0x55, 10, 0, 0, 2];
const SOURCE_MAC = [2, 0, 0, 0, 0, 1];

export function frame(
  packet: Uint8Array,
  options: { destination?: readonly number[]; etherType?: number; vlan?: number } = {},
): Uint8Array {
  const version = (packet[0] ?? 0) >>> 4;
  const etherType = options.etherType ?? (version === 6 ? 0x86dd : 0x0800);
  const tag = options.vlan === undefined ? [] : [0x81, 0, ...word(options.vlan)];
  return bytesOf(options.destination ?? DESTINATION_MAC, SOURCE_MAC, tag, word(etherType), packet);
}

/** A right tunnel packet in protocol 41, from pod 0 of N1 to pod 0 of N2. */
export const tunnelled = (inner: InnerOptions = {}, outer: OuterOptions = {}): Uint8Array =>
  frame(ipv4(ipv6(inner), outer));

/** The same in UDP. */
export const inUdp = (inner: InnerOptions = {}, middle: UdpOptions = {}, outer: OuterOptions = {}): Uint8Array =>
  frame(ipv4(udp(ipv6(inner), middle), { protocol: 17, ...outer }));
