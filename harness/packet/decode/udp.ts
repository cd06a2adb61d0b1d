import { ETHER_TYPE } from '../ether-types.ts';
import { GUE, gueHeaderLengthBytes, gueVariant, readGueHeader } from '../gue.ts';
import { ipv6Version } from '../ipv6.ts';
import { PROTOCOL } from '../protocol-numbers.ts';
import { readUdpHeader, UDP, udpLength } from '../udp.ts';
import type { ChecksumState } from '../decoded.ts';
import {
  isThere,
  NO_ISSUES,
  payloadAt,
  stopAt,
  upperLayerChecksumState,
  type Decoder,
  type DecodeState,
  type Next,
} from './state.ts';

export const decodeUdp: Decoder = (state, at, end) => {
  const headerLengthBytes = UDP.HEADER_LENGTH;
  if (!isThere(state, 'udp', at, end, headerLengthBytes)) return undefined;
  const claimedEnd = at + udpLength(state.bytes, at);
  const endOffset = Math.max(at + headerLengthBytes, Math.min(claimedEnd, end));
  const header = readUdpHeader(state.bytes, at);
  const issues = lengthIssues(state, header.length, end - at);
  const checksum = checksumState(state, at, claimedEnd, end, header.checksum);
  state.layers.push({ kind: 'udp', offset: at, headerLengthBytes, endOffset, issues, header, checksum });
  if (header.length < headerLengthBytes) {
    return stopAt(state, 'udp', at, `length ${header.length} is less than the header's 8 bytes`);
  }
  if (claimedEnd > end) state.incomplete = true;

  const contentAt = at + headerLengthBytes;
  const tunnel = state.tunnelPorts.get(header.destinationPort);
  if (tunnel === undefined || contentAt === endOffset) return payloadAt(contentAt, endOffset);
  return tunnel === 'gue' ? decodeGue(state, contentAt, endOffset) : ipByVersion(state, contentAt, endOffset);
};

const decodeGue: Decoder = (state, at, end) => {
  const { bytes } = state;
  const variant = gueVariant(bytes, at);
  if (variant === 1) return ipByVersion(state, at, end);
  if (variant !== 0) return stopAt(state, 'gue', at, `variant ${variant} is not known`);
  if (!isThere(state, 'gue', at, end, GUE.MINIMUM_HEADER_LENGTH)) return undefined;
  const headerLengthBytes = gueHeaderLengthBytes(bytes, at);
  if (!isThere(state, 'gue', at, end, headerLengthBytes)) return undefined;
  const header = readGueHeader(bytes, at);
  state.layers.push({ kind: 'gue', offset: at, headerLengthBytes, endOffset: end, issues: NO_ISSUES, header });
  const contentAt = at + headerLengthBytes;
  if (header.control) return payloadAt(contentAt, end);
  return { table: 'ip-protocol', number: header.protocol, at: contentAt, end };
};

/** IP without a header that says which: its own version tells, and anything but 4 is left to the IPv6 decoder. */
function ipByVersion({ bytes }: DecodeState, at: number, end: number): Next {
  const isIpv4 = ipv6Version(bytes, at) === 4;
  return { table: 'ether-type', number: isIpv4 ? ETHER_TYPE.IPV4 : ETHER_TYPE.IPV6, at, end };
}

function lengthIssues(state: DecodeState, length: number, available: number): readonly string[] {
  if (length > available && !state.incomplete) return [`length ${length}, but ${available} bytes are there`];
  if (length >= UDP.HEADER_LENGTH && length < available) return [`${available - length} bytes behind its end`];
  return NO_ISSUES;
}

function checksumState(
  state: DecodeState,
  at: number,
  claimedEnd: number,
  end: number,
  checksum: number,
): ChecksumState {
  if (checksum === 0) return 'absent';
  // The length field of UDP says what the checksum covers, so a datagram that fits is whole in any packet.
  if (claimedEnd > end || claimedEnd < at + UDP.HEADER_LENGTH) return 'unverified';
  return upperLayerChecksumState(state, at, claimedEnd, PROTOCOL.UDP);
}
