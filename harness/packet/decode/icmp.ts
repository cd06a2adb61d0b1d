import { internetChecksum } from '../checksum.ts';
import { ICMPV4, readIcmpv4Header } from '../icmpv4.ts';
import { ICMPV6, readIcmpv6Header } from '../icmpv6.ts';
import { ndpFixedLengthBytes, readNdpMessage } from '../ndp.ts';
import { readNdpOptions } from '../ndp-options.ts';
import { PROTOCOL } from '../protocol-numbers.ts';
import { isThere, NO_ISSUES, upperLayerChecksumState, type Decoder, type DecodeState } from './state.ts';

export const decodeIcmpv4: Decoder = (state, at, end) => {
  const headerLengthBytes = ICMPV4.HEADER_LENGTH;
  if (!isThere(state, 'icmpv4', at, end, headerLengthBytes)) return undefined;
  const header = readIcmpv4Header(state.bytes, at, end);
  const good = internetChecksum(state.bytes, at, end) === 0;
  state.layers.push({
    kind: 'icmpv4',
    offset: at,
    headerLengthBytes,
    endOffset: end,
    issues: NO_ISSUES,
    header,
    checksum: state.incomplete ? 'unverified' : good ? 'good' : 'bad',
    decodeQuoted: () => (header.quoted.length === 0 ? undefined : state.decodeQuoted(header.quoted, 'ipv4')),
  });
  return undefined;
};

export const decodeIcmpv6: Decoder = (state, at, end) => {
  const headerLengthBytes = ICMPV6.HEADER_LENGTH;
  if (!isThere(state, 'icmpv6', at, end, headerLengthBytes)) return undefined;
  const header = readIcmpv6Header(state.bytes, at, end);
  const ndp = readNdpMessage(state.bytes, at, end);
  // The pseudo-header is defined for IPv6 only.
  const overIpv6 = state.addresses?.addressLengthBytes === 16;
  const isVerifiable = overIpv6 && !state.incomplete;
  state.layers.push({
    kind: 'icmpv6',
    offset: at,
    headerLengthBytes,
    endOffset: end,
    issues: [...(overIpv6 ? [] : ['ICMPv6 outside IPv6']), ...ndpIssues(state, at, end, header.type)],
    header,
    checksum: isVerifiable ? upperLayerChecksumState(state, at, end, PROTOCOL.ICMPV6) : 'unverified',
    ...(ndp === undefined ? {} : { ndp }),
    decodeQuoted: () => (header.quoted.length === 0 ? undefined : state.decodeQuoted(header.quoted, 'ipv6')),
  });
  return undefined;
};

function ndpIssues({ bytes, incomplete }: DecodeState, at: number, end: number, type: number): readonly string[] {
  const fixedLengthBytes = ndpFixedLengthBytes(type);
  if (fixedLengthBytes === undefined || incomplete) return NO_ISSUES;
  if (at + fixedLengthBytes > end) return [`the message needs ${fixedLengthBytes} bytes, ${end - at} are there`];
  const { problem } = readNdpOptions(bytes, at + fixedLengthBytes, end);
  return problem === undefined ? NO_ISSUES : [problem];
}
