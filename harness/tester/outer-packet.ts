/** Outer packets as seen on the underlay, IPv4 or IPv6, fragments included. */
import { Ipv4Address } from '../address/ipv4-address.ts';
import { namedByIpv4 } from '../lab/index.ts';
import { readUint16, readUint32, readUint8 } from '../packet/bytes.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { ethernetEtherType, ETHERNET } from '../packet/ethernet.ts';
import {
  ipv4FragmentOffset,
  ipv4HeaderLengthBytes,
  ipv4Identification,
  ipv4IsFragment,
  ipv4MoreFragments,
  ipv4Protocol,
  ipv4SourceNumber,
  ipv4DestinationNumber,
  ipv4TotalLength,
  readIpv4Header,
  type Ipv4Header,
} from '../packet/ipv4.ts';
import { IPV6, ipv6NextHeader, ipv6PayloadLength, readIpv6Header, type Ipv6Header } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';

const AT = ETHERNET.HEADER_LENGTH;
const FRAGMENT_HEADER_BYTES = 8;

export interface OuterPacket {
  /** The protocol of the payload: behind the extension headers of IPv6. */
  readonly protocol: number;
  /** Cut to what the length field says, as far as the bytes go. */
  readonly payload: Uint8Array;
  readonly fragment: OuterFragment | undefined;
}

export interface OuterFragment {
  /** What the fragments of one datagram have in common (RFC 791 section 3.2, RFC 8200 section 4.5). */
  readonly key: string;
  readonly offsetBytes: number;
  readonly moreFragments: boolean;
}

/** The IP packet of a frame as somebody on the underlay sees it; undefined where there is none. */
export const outerPacketIn = (frame: Uint8Array): OuterPacket | undefined => {
  if (isIpv4Frame(frame)) return ipv4Packet(frame);
  return isIpv6Frame(frame) ? ipv6Packet(frame) : undefined;
};

export const isIpv4Frame = (frame: Uint8Array): boolean =>
  frame.length >= AT + 20 && ethernetEtherType(frame) === ETHER_TYPE.IPV4 && ipv4HeaderLengthBytes(frame, AT) >= 20;

export const isIpv6Frame = (frame: Uint8Array): boolean =>
  frame.length >= AT + IPV6.HEADER_LENGTH && ethernetEtherType(frame) === ETHER_TYPE.IPV6;

const ipv4Packet = (frame: Uint8Array): OuterPacket => {
  const end = Math.min(frame.length, AT + ipv4TotalLength(frame, AT));
  const protocol = ipv4Protocol(frame, AT);
  const key = [ipv4SourceNumber(frame, AT), ipv4DestinationNumber(frame, AT), protocol, ipv4Identification(frame, AT)];
  return {
    protocol,
    payload: frame.subarray(Math.min(end, AT + ipv4HeaderLengthBytes(frame, AT)), end),
    fragment: ipv4IsFragment(frame, AT)
      ? {
          key: key.join(' '),
          offsetBytes: ipv4FragmentOffset(frame, AT) * 8,
          moreFragments: ipv4MoreFragments(frame, AT),
        }
      : undefined,
  };
};

const OPTION_HEADERS: ReadonlySet<number> = new Set([
  PROTOCOL.HOP_BY_HOP,
  PROTOCOL.ROUTING,
  PROTOCOL.DESTINATION_OPTIONS,
]);

const ipv6Packet = (frame: Uint8Array): OuterPacket => {
  const end = Math.min(frame.length, AT + IPV6.HEADER_LENGTH + ipv6PayloadLength(frame, AT));
  let protocol = ipv6NextHeader(frame, AT);
  let at = AT + IPV6.HEADER_LENGTH;
  let fragment: OuterFragment | undefined;
  while (at + 8 <= end && (OPTION_HEADERS.has(protocol) || protocol === PROTOCOL.FRAGMENT)) {
    if (protocol === PROTOCOL.FRAGMENT) {
      const word = readUint16(frame, at + 2);
      const addresses = frame.subarray(AT + IPV6.SOURCE, AT + IPV6.HEADER_LENGTH).join('.');
      fragment = {
        key: `${addresses} ${String(readUint32(frame, at + 4))}`,
        offsetBytes: word & 0xfff8,
        moreFragments: (word & 1) !== 0,
      };
    }
    const lengthBytes = protocol === PROTOCOL.FRAGMENT ? FRAGMENT_HEADER_BYTES : (readUint8(frame, at + 1) + 1) * 8;
    protocol = readUint8(frame, at);
    at += lengthBytes;
    // What stands behind it is a piece of the whole; only that can be taken apart further.
    if (fragment !== undefined) break;
  }
  return { protocol, payload: frame.subarray(Math.min(at, end), end), fragment };
};

/** What a reassembled packet carries behind the options that the tunnel itself put there (RFC 2473 section 4.1.1). */
export const behindOptions = (protocol: number, payload: Uint8Array): Pick<OuterPacket, 'protocol' | 'payload'> => {
  let carried = protocol;
  let at = 0;
  while (OPTION_HEADERS.has(carried) && at + 8 <= payload.length) {
    carried = readUint8(payload, at);
    at += (readUint8(payload, at + 1) + 1) * 8;
  }
  return { protocol: carried, payload: payload.subarray(Math.min(at, payload.length)) };
};

/** The outer header of a frame, in the words of IPv4 (see TunnelPacket.outer) and, where it is IPv6, in its own. */
export const outerHeadersOf = (
  frame: Uint8Array,
  protocol: number,
): { readonly outer: Ipv4Header; readonly outerIpv6?: Ipv6Header } => {
  if (isIpv4Frame(frame)) return { outer: readIpv4Header(frame, AT) };
  const outerIpv6 = readIpv6Header(frame, AT);
  const outer: Ipv4Header = {
    version: outerIpv6.version,
    ihl: IPV6.HEADER_LENGTH / 4,
    tos: outerIpv6.trafficClass,
    totalLength: IPV6.HEADER_LENGTH + outerIpv6.payloadLength,
    identification: 0,
    reservedFlag: false,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: outerIpv6.hopLimit,
    protocol,
    headerChecksum: 0,
    source: namedByIpv4(outerIpv6.source) ?? NOBODY,
    destination: namedByIpv4(outerIpv6.destination) ?? NOBODY,
    options: new Uint8Array(0),
  };
  return { outer, outerIpv6 };
};

const NOBODY = Ipv4Address.fromNumber(0);
