import {
  IPV4,
  ipv4ChecksumIsGood,
  ipv4HeaderLengthBytes,
  ipv4IsFragment,
  ipv4TotalLength,
  ipv4Version,
  readIpv4Header,
} from '../ipv4.ts';
import { IPV6, ipv6PayloadLength, ipv6Version, readIpv6Header } from '../ipv6.ts';
import { isThere, NO_ISSUES, noteBytesBehind, payloadAt, stopAt, type Decoder, type DecodeState } from './state.ts';

export const decodeIpv4: Decoder = (state, at, end) => {
  const { bytes } = state;
  if (!isThere(state, 'ipv4', at, end, IPV4.MINIMUM_HEADER_LENGTH)) return undefined;
  if (ipv4Version(bytes, at) !== 4) return stopAt(state, 'ipv4', at, `version is ${ipv4Version(bytes, at)}, not 4`);
  const headerLengthBytes = ipv4HeaderLengthBytes(bytes, at);
  if (headerLengthBytes < IPV4.MINIMUM_HEADER_LENGTH) {
    return stopAt(state, 'ipv4', at, `IHL is ${headerLengthBytes / 4}, less than 5`);
  }
  if (!isThere(state, 'ipv4', at, end, headerLengthBytes)) return undefined;

  const contentAt = at + headerLengthBytes;
  const claimedEnd = at + ipv4TotalLength(bytes, at);
  const endOffset = Math.max(contentAt, Math.min(claimedEnd, end));
  const isTooShort = claimedEnd < contentAt;
  const issues = isTooShort ? NO_ISSUES : lengthIssues(state, 'total length', at, claimedEnd, end);
  const header = readIpv4Header(bytes, at);
  const checksum = ipv4ChecksumIsGood(bytes, at) ? 'good' : 'bad';
  state.layers.push({ kind: 'ipv4', offset: at, headerLengthBytes, endOffset, issues, header, checksum });
  state.addresses = { addressLengthBytes: 4, sourceAt: at + IPV4.SOURCE, destinationAt: at + IPV4.DESTINATION };
  if (isTooShort) {
    const reason = `total length ${header.totalLength} is less than the header's ${headerLengthBytes} bytes`;
    return stopAt(state, 'ipv4', at, reason);
  }
  if (ipv4IsFragment(bytes, at)) state.incomplete = true;
  if (header.fragmentOffset !== 0) return payloadAt(contentAt, endOffset);
  return { table: 'ip-protocol', number: header.protocol, at: contentAt, end: endOffset };
};

export const decodeIpv6: Decoder = (state, at, end) => {
  const { bytes } = state;
  const headerLengthBytes = IPV6.HEADER_LENGTH;
  // The version comes first: of a packet that is too short, it is still the better reason.
  if (end > at && ipv6Version(bytes, at) !== 6) {
    return stopAt(state, 'ipv6', at, `version is ${ipv6Version(bytes, at)}, not 6`);
  }
  if (!isThere(state, 'ipv6', at, end, headerLengthBytes)) return undefined;

  const contentAt = at + headerLengthBytes;
  const claimedEnd = contentAt + ipv6PayloadLength(bytes, at);
  const endOffset = Math.min(claimedEnd, end);
  const issues = lengthIssues(state, 'payload length', contentAt, claimedEnd, end);
  const header = readIpv6Header(bytes, at);
  state.layers.push({ kind: 'ipv6', offset: at, headerLengthBytes, endOffset, issues, header });
  state.addresses = { addressLengthBytes: 16, sourceAt: at + IPV6.SOURCE, destinationAt: at + IPV6.DESTINATION };
  return { table: 'ip-protocol', number: header.nextHeader, at: contentAt, end: endOffset };
};

/**
 * Compare the end that a length field (counted from `from`) claims with the end of what is there, and keep track of
 * whether the packet is whole: one that fits is, even inside a fragment, a quote or a cut packet.
 */
function lengthIssues(
  state: DecodeState,
  field: string,
  from: number,
  claimedEnd: number,
  end: number,
): readonly string[] {
  const wasIncomplete = state.incomplete;
  state.incomplete = claimedEnd > end;
  if (!state.incomplete) return noteBytesBehind(state, claimedEnd, end);
  // Behind a cut outer packet this one cannot but be cut, and the outer one has already said so.
  return wasIncomplete ? [] : [`${field} ${claimedEnd - from}, but ${end - from} bytes are there`];
}
