import type { Ipv6OptionsHeader, Ipv6RoutingHeader } from '../ipv6-extension.ts';
import {
  AH,
  ESP,
  IPV6_EXTENSION,
  IPV6_FRAGMENT,
  IPV6_ROUTING,
  ipv6ExtensionLengthBytes,
  ipv6OptionsProblem,
  readAhHeader,
  readEspHeader,
  readIpv6FragmentHeader,
  readIpv6OptionsHeader,
  readIpv6RoutingHeader,
} from '../ipv6-extension.ts';
import { PROTOCOL } from '../protocol-numbers.ts';
import { isThere, NO_ISSUES, payloadAt, type Decoder, type DecodeState, type Next } from './state.ts';

export const decodeHopByHop: Decoder = (state, at, end) => {
  const length = headerLength(state, 'ipv6-hop-by-hop', PROTOCOL.HOP_BY_HOP, at, end);
  if (length === undefined) return undefined;
  // RFC 8200 section 4.1: only directly behind the IPv6 header.
  const misplaced = state.layers.at(-1)?.kind === 'ipv6' ? NO_ISSUES : ['not directly behind an IPv6 header'];
  const header = readIpv6OptionsHeader(state.bytes, at);
  const issues = [...misplaced, ...optionIssues(header)];
  const layer = { offset: at, headerLengthBytes: length, endOffset: end, issues, header };
  state.layers.push({ kind: 'ipv6-hop-by-hop', ...layer });
  return following(header.nextHeader, at + length, end);
};

export const decodeDestinationOptions: Decoder = (state, at, end) => {
  const length = headerLength(state, 'ipv6-destination-options', PROTOCOL.DESTINATION_OPTIONS, at, end);
  if (length === undefined) return undefined;
  const header = readIpv6OptionsHeader(state.bytes, at);
  const layer = { offset: at, headerLengthBytes: length, endOffset: end, issues: optionIssues(header), header };
  state.layers.push({ kind: 'ipv6-destination-options', ...layer });
  return following(header.nextHeader, at + length, end);
};

export const decodeRouting: Decoder = (state, at, end) => {
  const length = headerLength(state, 'ipv6-routing', PROTOCOL.ROUTING, at, end);
  if (length === undefined) return undefined;
  const header = readIpv6RoutingHeader(state.bytes, at);
  const layer = { offset: at, headerLengthBytes: length, endOffset: end, issues: NO_ISSUES, header };
  state.layers.push({ kind: 'ipv6-routing', ...layer });
  if (header.segmentsLeft > 0 && state.addresses?.addressLengthBytes === 16) {
    state.addresses = { ...state.addresses, destinationAt: finalDestinationAt(header, at) };
  }
  return following(header.nextHeader, at + length, end);
};

export const decodeFragment: Decoder = (state, at, end) => {
  const length = IPV6_FRAGMENT.HEADER_LENGTH;
  if (!isThere(state, 'ipv6-fragment', at, end, length)) return undefined;
  const header = readIpv6FragmentHeader(state.bytes, at);
  const layer = { offset: at, headerLengthBytes: length, endOffset: end, issues: NO_ISSUES, header };
  state.layers.push({ kind: 'ipv6-fragment', ...layer });
  // An atomic fragment (RFC 6946: offset zero, no more) is whole.
  if (header.fragmentOffset !== 0 || header.moreFragments) state.incomplete = true;
  if (header.fragmentOffset !== 0) return payloadAt(at + length, end);
  return following(header.nextHeader, at + length, end);
};

export const decodeAh: Decoder = (state, at, end) => {
  if (!isThere(state, 'ah', at, end, AH.MINIMUM_LENGTH)) return undefined;
  const length = Math.max(AH.MINIMUM_LENGTH, ipv6ExtensionLengthBytes(state.bytes, at, PROTOCOL.AH));
  if (!isThere(state, 'ah', at, end, length)) return undefined;
  const header = readAhHeader(state.bytes, at);
  const issues = header.payloadLength < 1 ? [`payload length ${header.payloadLength} is less than 1`] : NO_ISSUES;
  state.layers.push({ kind: 'ah', offset: at, headerLengthBytes: length, endOffset: end, issues, header });
  return following(header.nextHeader, at + length, end);
};

export const decodeEsp: Decoder = (state, at, end) => {
  const length = ESP.HEADER_LENGTH;
  if (!isThere(state, 'esp', at, end, length)) return undefined;
  const header = readEspHeader(state.bytes, at);
  state.layers.push({ kind: 'esp', offset: at, headerLengthBytes: length, endOffset: end, issues: NO_ISSUES, header });
  return payloadAt(at + length, end);
};

function optionIssues({ options }: Ipv6OptionsHeader): readonly string[] {
  const problem = ipv6OptionsProblem(options);
  return problem === undefined ? NO_ISSUES : [problem];
}

/** The length of an options or Routing header whose bytes are all there; stops otherwise. */
function headerLength(
  state: DecodeState,
  kind: 'ipv6-hop-by-hop' | 'ipv6-destination-options' | 'ipv6-routing',
  protocol: number,
  at: number,
  end: number,
): number | undefined {
  if (!isThere(state, kind, at, end, IPV6_EXTENSION.MINIMUM_LENGTH)) return undefined;
  const length = ipv6ExtensionLengthBytes(state.bytes, at, protocol);
  return isThere(state, kind, at, end, length) ? length : undefined;
}

/** Where the address of the final destination stands, for the pseudo-header (RFC 8200 section 8.1). */
function finalDestinationAt({ routingType, headerLength: units }: Ipv6RoutingHeader, at: number): number | undefined {
  const addressesAt = at + IPV6_ROUTING.DATA + 4;
  const holdsAddress = units >= 2;
  // Type 0 (RFC 5095, deprecated) lists addresses in the order of the visit, so the last one is final.
  if (routingType === 0 && holdsAddress && units % 2 === 0) return addressesAt + (units / 2 - 1) * 16;
  // Type 2 (RFC 6275 section 6.4) holds one address; type 4 (RFC 8754 section 2) lists the final segment first.
  if ((routingType === 2 || routingType === 4) && holdsAddress) return addressesAt;
  return undefined;
}

function following(nextHeader: number, at: number, end: number): Next {
  return { table: 'ip-protocol', number: nextHeader, at, end };
}
