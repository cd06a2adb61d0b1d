import {
  build,
  ETHER_TYPE,
  ETHERNET,
  ethernet,
  ethernetEtherType,
  internetChecksum,
  IPV6,
  ipv4HeaderLengthBytes,
  ipv4PseudoHeaderSum,
  ipv6NextHeader,
  ipv6PseudoHeaderSum,
  payload,
  PROTOCOL,
  readUdpHeader,
  UDP,
  udp,
  udpLength,
  writeUint16,
  type UdpHeader,
} from '../../harness/packet/index.ts';
import { DEFAULT_FOU_PORT, framingBytes, udpPortOf, type Profile } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { outerLayers } from '../../harness/tester/outer-layers.ts';
import { named } from '../decap/vectors.ts';

const OUTER_AT = ETHERNET.HEADER_LENGTH;

/** The UDP port of the overlay; in a protocol 41 profile the one that the article gives to FOU. */
export const tunnelPort = (profile: Profile): number => udpPortOf(profile) ?? DEFAULT_FOU_PORT;

/** Bytes of UDP header and framing in front of the inner packet. */
export const udpOverheadBytes = (profile: Profile): number => framingBytes(profile);

const isOuterIpv4 = (frame: Uint8Array): boolean => ethernetEtherType(frame) === ETHER_TYPE.IPV4;

/** Where the UDP header of a frame begins: behind the outer header, and the options for the destination that a tunnel may add. */
export const udpAt = (frame: Uint8Array): number => {
  if (isOuterIpv4(frame)) return OUTER_AT + ipv4HeaderLengthBytes(frame, OUTER_AT);
  const behind = OUTER_AT + IPV6.HEADER_LENGTH;
  const hasOptions = ipv6NextHeader(frame, OUTER_AT) === PROTOCOL.DESTINATION_OPTIONS;
  return hasOptions ? behind + ((frame[behind + 1] ?? 0) + 1) * 8 : behind;
};

/** UDP header of a frame, and the checksum that its datagram should have: all ones where the sum is 0 (RFC 768). */
export interface OuterUdp {
  readonly header: UdpHeader;
  readonly rightChecksum: number;
}

/** The UDP header behind the outer header; undefined when the frame holds less than Length says. */
export const outerUdp = (frame: Uint8Array): OuterUdp | undefined => {
  const at = udpAt(frame);
  if (at + UDP.HEADER_LENGTH > frame.length) return undefined;
  const header = readUdpHeader(frame, at);
  if (header.length < UDP.HEADER_LENGTH || at + header.length > frame.length) return undefined;
  return { header, rightChecksum: rightChecksum(frame, header.length) };
};

/** Sum of a pseudo-header with the addresses of the frame. */
export const pseudoHeaderSumOf = (frame: Uint8Array, protocol: number, lengthBytes: number): number =>
  isOuterIpv4(frame)
    ? ipv4PseudoHeaderSum(frame, OUTER_AT, protocol, lengthBytes)
    : ipv6PseudoHeaderSum(frame, OUTER_AT, protocol, lengthBytes);

/** Internet checksum over so many bytes from the UDP header on, with the checksum field taken as zero. */
export const checksumOver = (frame: Uint8Array, lengthBytes: number, initial: number): number => {
  const copy = frame.slice();
  const at = udpAt(copy);
  writeUint16(copy, at + UDP.CHECKSUM, 0);
  return internetChecksum(copy, at, at + lengthBytes, initial);
};

const rightChecksum = (frame: Uint8Array, lengthBytes: number): number =>
  checksumOver(frame, lengthBytes, pseudoHeaderSumOf(frame, PROTOCOL.UDP, lengthBytes)) || 0xffff;

/** The tunnel packet with a UDP checksum made from the right one over what its Length says. */
export const withChecksum = (stimulus: Stimulus, change: (right: number) => number = (right) => right): Stimulus => {
  const frame = stimulus.frame.slice();
  const at = udpAt(frame);
  writeUint16(frame, at + UDP.CHECKSUM, change(rightChecksum(frame, udpLength(frame, at))));
  return { ...stimulus, frame };
};

/** The tunnel packet with one bit inverted so many bytes behind the start of its UDP header, all checksums left as they are. */
export const withFlippedBit = (stimulus: Stimulus, offset: number, bit: number): Stimulus => {
  const frame = stimulus.frame.slice();
  const at = udpAt(frame) + offset;
  frame[at] = (frame[at] ?? 0) ^ (1 << bit);
  return { ...stimulus, frame };
};

/** A datagram from N2 to the tunnel's port with any bytes behind its UDP header, without a checksum where IPv4 permits that. */
export const datagramWith = (
  t: TestContext,
  title: string,
  content: Uint8Array,
  mark = t.mark(),
  destinationPort = tunnelPort(t.profile),
): Stimulus => {
  const { lab, profile } = t;
  const { n2, macs, macOf } = lab;
  const frame = build(
    ethernet({ source: macOf(n2.ipv4), destination: macs.dut.U }),
    ...outerLayers(lab, n2.ipv4, {}),
    udp({
      sourcePort: 50041,
      destinationPort,
      ...(profile.switches.outerFamily === 'ipv4' ? { checksum: 0 } : {}),
    }),
    payload(content),
  );
  return t.raw('U', title, frame, mark);
};

/** The tunnel packet with bytes behind its UDP datagram that the outer header counts and the UDP Length does not. */
export const withBytesBehind = (t: TestContext, lengthBytes: number, surplus: Uint8Array, title: string): Stimulus =>
  named(t.fromTunnel({ lengthBytes }, { surplus, udp: { length: udpOverheadBytes(t.profile) + lengthBytes } }), title);
