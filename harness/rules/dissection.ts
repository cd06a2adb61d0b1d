import { readUint16, readUint8 } from '../packet/bytes.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { ETHERNET, VLAN } from '../packet/ethernet.ts';
import { IPV4, IPV4_FLAG } from '../packet/ipv4.ts';
import { IPV6 } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { UDP } from '../packet/udp.ts';
import type { Encapsulation } from '../profile/index.ts';
import { behindGre, behindGue, walkOuterIpv6, type OuterIpv6Walk } from './framing.ts';
import { readInt32 } from './int32.ts';

/** How an inner packet is carried: directly in IP, in UDP on the tunnel's port, in GRE, or not at all. */
export type Framing = 'none' | 'protocol-41' | 'udp' | 'gre';

/**
 * What a frame consists of, as offsets into it. One object serves for every frame: `dissect` overwrites all of it.
 * An offset of -1 says that there is no such header, or not all of it.
 */
export interface Dissection {
  bytes: Uint8Array;
  /** First byte after Ethernet and VLAN tags. */
  networkAt: number;
  etherType: number;
  vlanTags: number;

  ipv4At: number;
  /** IHL times four as claimed. */
  ipv4HeaderLengthBytes: number;
  ipv4TotalLength: number;
  /** First byte behind the IPv4 packet by its Total Length (the outer IPv6 packet by its Payload Length); may be beyond the frame. */
  ipv4EndAt: number;
  ipv4Protocol: number;
  /** Addresses as signed 32-bit numbers, which V8 keeps without a heap object. */
  ipv4Source: number;
  ipv4Destination: number;
  dontFragment: boolean;
  moreFragments: boolean;
  /** In units of 8 bytes. */
  fragmentOffset: number;
  isFragment: boolean;

  /** The outer IPv6 header of a packet that `dissectOuterIpv6` has taken apart; then there is no `ipv4At`. */
  outerIpv6At: number;
  /** Protocol behind the extension headers there. */
  outerProtocol: number;

  udpAt: number;
  framing: Framing;

  /** The inner IPv6 header where `framing` says so, a native one otherwise. Version 6 and all 40 bytes are there. */
  ipv6At: number;
  ipv6PayloadLength: number;
  nextHeader: number;
  /** First byte behind the IPv6 packet by its Payload Length; may be beyond the frame. */
  ipv6EndAt: number;
  /** Whether the frame holds the IPv6 packet to its end. */
  ipv6Complete: boolean;

  /** The UDP destination port that makes a datagram a tunnel packet; 0 when the overlay does not use UDP. Set once. */
  readonly tunnelPort: number;
  /** What the overlay puts between the headers. Set once. */
  readonly encapsulation: Encapsulation['kind'];
  /** Set by the engine: the frame surely comes from the DUT itself, on a port of its own. */
  fromDut: boolean;
}

/** A dissection for an overlay in protocol 41 or GRE, or in UDP to the given port. */
export function createDissection(
  tunnelPort = 0,
  encapsulation: Encapsulation['kind'] = tunnelPort === 0 ? 'protocol-41' : 'fou',
): Dissection {
  return {
    bytes: new Uint8Array(0),
    networkAt: 0,
    etherType: 0,
    vlanTags: 0,
    ipv4At: -1,
    ipv4HeaderLengthBytes: 0,
    ipv4TotalLength: 0,
    ipv4EndAt: 0,
    ipv4Protocol: 0,
    ipv4Source: 0,
    ipv4Destination: 0,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    isFragment: false,
    outerIpv6At: -1,
    outerProtocol: 0,
    udpAt: -1,
    framing: 'none',
    ipv6At: -1,
    ipv6PayloadLength: 0,
    nextHeader: 0,
    ipv6EndAt: 0,
    ipv6Complete: false,
    tunnelPort,
    encapsulation,
    fromDut: false,
  };
}

/** Fills `out` with what the frame consists of. False for a frame that is neither IPv4 nor IPv6, or too short for its header. */
export function dissect(bytes: Uint8Array, out: Dissection): boolean {
  let vlanTags = 0;
  let at: number = ETHERNET.HEADER_LENGTH;
  let etherType = readUint16(bytes, ETHERNET.ETHER_TYPE);
  while ((etherType === ETHER_TYPE.VLAN || etherType === ETHER_TYPE.SERVICE_VLAN) && vlanTags < 2) {
    etherType = readUint16(bytes, at + VLAN.ETHER_TYPE);
    at += VLAN.HEADER_LENGTH;
    vlanTags++;
  }
  return dissectNetwork(bytes, at, etherType, vlanTags, out);
}

/** As {@link dissect}, for a frame whose network header has been found already. */
export function dissectNetwork(
  bytes: Uint8Array,
  at: number,
  etherType: number,
  vlanTags: number,
  out: Dissection,
): boolean {
  out.bytes = bytes;
  out.ipv4At = -1;
  out.outerIpv6At = -1;
  out.udpAt = -1;
  out.ipv6At = -1;
  out.framing = 'none';
  out.isFragment = false;
  out.ipv6Complete = false;
  out.vlanTags = vlanTags;
  out.etherType = etherType;
  out.networkAt = at;
  if (etherType === ETHER_TYPE.IPV6) return dissectIpv6(bytes, at, out);
  if (etherType !== ETHER_TYPE.IPV4 || at + IPV4.MINIMUM_HEADER_LENGTH > bytes.length) return false;
  dissectIpv4(bytes, at, out);
  return true;
}

function dissectIpv4(bytes: Uint8Array, at: number, out: Dissection): void {
  const flags = readUint16(bytes, at + IPV4.FLAGS_FRAGMENT_OFFSET);
  out.ipv4At = at;
  out.ipv4HeaderLengthBytes = (readUint8(bytes, at) & 0x0f) * 4;
  out.ipv4TotalLength = readUint16(bytes, at + IPV4.TOTAL_LENGTH);
  out.ipv4EndAt = at + out.ipv4TotalLength;
  out.ipv4Protocol = readUint8(bytes, at + IPV4.PROTOCOL);
  out.ipv4Source = readInt32(bytes, at + IPV4.SOURCE);
  out.ipv4Destination = readInt32(bytes, at + IPV4.DESTINATION);
  out.dontFragment = (flags & IPV4_FLAG.DONT_FRAGMENT) !== 0;
  out.moreFragments = (flags & IPV4_FLAG.MORE_FRAGMENTS) !== 0;
  out.fragmentOffset = flags & 0x1fff;
  out.isFragment = out.moreFragments || out.fragmentOffset !== 0;
  // A header that claims less than its fixed part still has it.
  const payloadAt = at + Math.max(out.ipv4HeaderLengthBytes, IPV4.MINIMUM_HEADER_LENGTH);
  if (out.ipv4Protocol === PROTOCOL.IPV6) {
    out.framing = 'protocol-41';
    if (out.fragmentOffset === 0) dissectIpv6(bytes, payloadAt, out);
  } else dissectFraming(bytes, payloadAt, out.ipv4Protocol, out);
}

/** What the overlay puts between outer and inner header, where it is not protocol 41. */
function dissectFraming(bytes: Uint8Array, at: number, protocol: number, out: Dissection): void {
  if (protocol === PROTOCOL.GRE && out.encapsulation === 'gre') {
    out.framing = 'gre';
    if (out.fragmentOffset === 0) dissectIpv6(bytes, behindGre(bytes, at), out);
  } else if (protocol === PROTOCOL.UDP && out.fragmentOffset === 0 && at + UDP.HEADER_LENGTH <= bytes.length) {
    out.udpAt = at;
    if (out.tunnelPort !== 0 && readUint16(bytes, at + UDP.DESTINATION_PORT) === out.tunnelPort) {
      const contentAt = at + UDP.HEADER_LENGTH;
      out.framing = 'udp';
      dissectIpv6(bytes, out.encapsulation === 'gue' ? behindGue(bytes, contentAt) : contentAt, out);
    }
  }
}

const OUTER_IPV6: OuterIpv6Walk = { protocol: 0, at: 0, isFragment: false, moreFragments: false, fragmentOffset: 0 };

/** Takes the IPv6 packet that `dissect` found on an underlay port for the outer one of a tunnel whose underlay is IPv6. */
export function dissectOuterIpv6(out: Dissection): void {
  const { bytes, ipv6At } = out;
  walkOuterIpv6(bytes, ipv6At, OUTER_IPV6);
  const { protocol, at } = OUTER_IPV6;
  out.outerIpv6At = ipv6At;
  out.outerProtocol = protocol;
  out.ipv4EndAt = out.ipv6EndAt;
  out.isFragment = OUTER_IPV6.isFragment;
  out.moreFragments = OUTER_IPV6.moreFragments;
  out.fragmentOffset = OUTER_IPV6.fragmentOffset;
  if (protocol !== PROTOCOL.IPV6 && protocol !== PROTOCOL.UDP) return;
  out.ipv6At = -1;
  out.ipv6Complete = false;
  if (protocol === PROTOCOL.IPV6) {
    out.framing = 'protocol-41';
    if (out.fragmentOffset === 0) dissectIpv6(bytes, at, out);
  } else dissectFraming(bytes, at, protocol, out);
}

function dissectIpv6(bytes: Uint8Array, at: number, out: Dissection): boolean {
  if (at < 0 || at + IPV6.HEADER_LENGTH > bytes.length || readUint8(bytes, at) >>> 4 !== 6) return false;
  out.ipv6At = at;
  out.ipv6PayloadLength = readUint16(bytes, at + IPV6.PAYLOAD_LENGTH);
  out.nextHeader = readUint8(bytes, at + IPV6.NEXT_HEADER);
  out.ipv6EndAt = at + IPV6.HEADER_LENGTH + out.ipv6PayloadLength;
  out.ipv6Complete = out.ipv6EndAt <= bytes.length;
  return true;
}
