/**
 * The headers of a tunnel packet that is as usual, checked in one walk over their words. Offsets are from the IPv4 header. No
 * function is made inside the walk: under the loader that strips the types, each would cost more than all the rest.
 */
import { internetChecksum, foldSum } from '../../packet/checksum.ts';
import { ipv4PseudoHeaderSum } from '../../packet/ipv4.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { EmbeddedArithmetic } from '../embedded.ts';
import type { Facts } from '../facts.ts';
import { isLinkLocalIpv4, isPrivateIpv4Number, unusableBlock } from '../ipv4-blocks.ts';
import type { QuickPacket } from './packet.ts';

const ETHER_TYPE_IPV4 = 0x0800;
const MINIMUM_MTU = 1280;
const IPV4_BYTES = 20;
const IPV6_BYTES = 40;
/** Without IPv4 options. */
const HEADERS_BYTES = IPV4_BYTES + IPV6_BYTES;
const UDP_BYTES = 8;
const GUE_BYTES = 4;
/** GUE variant 0 in front of IPv6, without fields (draft-ietf-intarea-gue-09 section 3). */
const GUE_IPV6 = 0x00290000;
/** Where the dynamic ports begin (RFC 6335 section 6). */
const FIRST_DYNAMIC_PORT = 49152;

/** The frame needs the rules. */
export const NEEDS_RULES = -1;
/** No rule has anything to say of such a frame. */
export const NOT_TUNNEL = -2;

/** Bits of a class: packets of one class are judged by the same rules. */
const IS_ATOMIC = 1;
const IS_FROM_OVERLAY = 2;
const IS_TO_OVERLAY = 4;
const IS_COMPLETE = 8;
const IS_LARGE = 16;
const HAS_PORTS = 32;
export const CLASSES = 64;

/** A frame where it lies in the read buffer, with its link layer already understood. */
export interface QuickFrame {
  readonly number: number;
  readonly bytes: Uint8Array;
  /** The same memory, with the same offsets. */
  readonly view: DataView;
  /** Start of the network header. */
  readonly networkAt: number;
  readonly etherType: number;
  readonly end: number;
  /** Whether the frame is addressed to every station of an Ethernet. */
  readonly isBroadcast: boolean;
  readonly timestampMs: number;
}

export type HeaderCheck = (frame: QuickFrame, out: QuickPacket) => number;

const isGlobalOrLocal = (firstWord: number): boolean => firstWord >>> 13 === 1 || (firstWord & 0xfe00) === 0xfc00;
const halves = (word: number): number => (word >>> 16) + (word & 0xffff);

/** The outer ECN field for each inner one (RFC 6040 section 4.1; RFC 3168 section 9.1.1). */
const ecnTable = ({ switches }: Facts): Uint8Array => {
  if (switches.ecnEncap === 'compat') return Uint8Array.of(0, 0, 0, 0);
  return Uint8Array.of(0, 1, 2, switches.ecnEncap === '3168' ? 2 : 3);
};

/**
 * Makes the check for one set of facts. It returns the class of a packet in which no rule without a memory finds anything, and
 * fills `out`; or {@link NEEDS_RULES}, which is always a right answer; or {@link NOT_TUNNEL}.
 */
export function createHeaderCheck(facts: Facts): HeaderCheck {
  const { switches, tunnelPort } = facts;
  const embedded: EmbeddedArithmetic | undefined = facts.embedded;
  const isStatic = switches.mtuMode === 'static';
  const deniesPrivate = switches.privateV4 === 'deny';
  const outerEcn = ecnTable(facts);
  const isInUdp = tunnelPort !== 0;
  const ownProtocol = isInUdp ? PROTOCOL.UDP : PROTOCOL.IPV6;
  const checkUdp = createUdpCheck(facts);

  return (frame, out) => {
    const { view, networkAt: at, end } = frame;
    if (frame.etherType !== ETHER_TYPE_IPV4 || at + HEADERS_BYTES > end) return NEEDS_RULES;
    const lifeAndChecksum = view.getInt32(at + 8);
    const protocol = (lifeAndChecksum >>> 16) & 0xff;
    const first = view.getInt32(at);
    if (protocol !== ownProtocol) {
      // In UDP, protocol 41 is an offence against the framing.
      if (protocol === PROTOCOL.IPV6) return NEEDS_RULES;
      const payloadAt = at + Math.max(((first >>> 24) & 0x0f) * 4, IPV4_BYTES);
      return payloadAt < end && view.getUint8(payloadAt) >>> 4 === 6 ? NEEDS_RULES : NOT_TUNNEL;
    }
    const identificationAndFlags = view.getInt32(at + 4);
    const flags = identificationAndFlags & 0xffff;
    // A reserved flag, a fragment.
    if (first >>> 24 !== 0x45 || (flags & 0xbfff) !== 0 || frame.isBroadcast) return NEEDS_RULES;
    const source = view.getInt32(at + 12);
    const destination = view.getInt32(at + 16);
    let sum = halves(first) + halves(identificationAndFlags) + halves(lifeAndChecksum);
    sum += halves(source) + halves(destination);
    if ((sum & 0xffff) + (sum >>> 16) !== 0xffff || (lifeAndChecksum & 0xffff) === 0) return NEEDS_RULES;

    const innerAt = at + (isInUdp ? checkUdp(frame) : IPV4_BYTES);
    if (innerAt < at || innerAt + IPV6_BYTES > end) return NEEDS_RULES;
    const classAndLabel = view.getInt32(innerAt);
    if (classAndLabel >>> 28 !== 6) return NEEDS_RULES;
    const lengthAndRest = view.getInt32(innerAt + 4);
    const payloadLength = lengthAndRest >>> 16;
    const nextHeader = (lengthAndRest >>> 8) & 0xff;
    const hopLimit = lengthAndRest & 0xff;
    const innerEnd = innerAt + IPV6_BYTES + payloadLength;
    const isComplete = innerEnd <= end;
    if (payloadLength === 0 || (isComplete && (first & 0xffff) !== innerEnd - at)) return NEEDS_RULES;
    const isAtomic = flags !== 0;
    const isLarge = payloadLength > MINIMUM_MTU - IPV6_BYTES;
    if (isStatic ? isAtomic : isLarge && !isAtomic) return NEEDS_RULES;
    const ttl = lifeAndChecksum >>> 24;
    if (ttl === 0 || (hopLimit === 255 && nextHeader === PROTOCOL.ICMPV6)) return NEEDS_RULES;
    if (((first >>> 16) & 3) !== outerEcn[(classAndLabel >>> 20) & 3]) return NEEDS_RULES;

    if (source === destination || unusableBlock(source) !== undefined) return NEEDS_RULES;
    if (unusableBlock(destination) !== undefined || isLinkLocalIpv4(destination)) return NEEDS_RULES;
    if (!isGlobalOrLocal(view.getUint16(innerAt + 8)) || !isGlobalOrLocal(view.getUint16(innerAt + 24)))
      return NEEDS_RULES;
    let packetClass = 0;
    if (embedded !== undefined) {
      if (embedded.containsInView(view, innerAt + 8)) {
        if (embedded.ipv4InView(view, innerAt + 8) !== source) return NEEDS_RULES;
        packetClass = IS_FROM_OVERLAY;
      }
      if (embedded.containsInView(view, innerAt + 24)) {
        if (embedded.ipv4InView(view, innerAt + 24) !== destination) return NEEDS_RULES;
        if (deniesPrivate && isPrivateIpv4Number(destination)) return NEEDS_RULES;
        packetClass |= IS_TO_OVERLAY;
      }
      if (packetClass === 0) return NEEDS_RULES;
    }
    let hasPorts = false;
    if (isInUdp) {
      // Pieces of one inner packet share a port, which only the rule remembers.
      if (nextHeader === PROTOCOL.FRAGMENT) return NEEDS_RULES;
      const isPortProtocol = nextHeader === PROTOCOL.UDP || nextHeader === PROTOCOL.TCP;
      hasPorts = isPortProtocol && payloadLength >= UDP_BYTES && innerAt + IPV6_BYTES + 4 <= end;
      if (hasPorts) packetClass |= HAS_PORTS;
    }
    if (out.bytes !== frame.bytes) {
      out.bytes = frame.bytes;
      out.view = view;
    }
    out.ipv4At = at;
    out.udpAt = isInUdp ? at + IPV4_BYTES : -1;
    out.ipv6At = innerAt;
    out.end = end;
    out.protocol = ownProtocol;
    out.source = source;
    out.destination = destination;
    out.dontFragment = isAtomic;
    out.ttl = ttl;
    out.hopLimit = hopLimit;
    out.nextHeader = nextHeader;
    out.hasPorts = hasPorts;
    out.isFromOverlay = (packetClass & IS_FROM_OVERLAY) !== 0;
    out.timestampMs = frame.timestampMs;
    return packetClass | (isAtomic ? IS_ATOMIC : 0) | (isComplete ? IS_COMPLETE : 0) | (isLarge ? IS_LARGE : 0);
  };
}

/**
 * Makes the check of the UDP header, and the GUE header behind it. It returns where the inner packet begins, from the IPv4 header; or
 * {@link NEEDS_RULES}.
 */
function createUdpCheck({ switches, tunnelPort, profile }: Facts): (frame: QuickFrame) => number {
  const isGue = profile.encapsulation.kind === 'gue';
  const needsChecksum = switches.udpChecksum === 'on';
  const leastSourcePort = switches.sourcePort === 'entropy' ? FIRST_DYNAMIC_PORT : 0;
  return ({ bytes, view, networkAt: at, end }) => {
    const udpAt = at + IPV4_BYTES;
    let innerAt = udpAt + UDP_BYTES;
    const ports = view.getInt32(udpAt);
    if ((ports & 0xffff) !== tunnelPort || ports >>> 16 < leastSourcePort) return NEEDS_RULES;
    if (isGue && view.getInt32(innerAt) === GUE_IPV6) innerAt += GUE_BYTES;
    if (innerAt + IPV6_BYTES > end) return NEEDS_RULES;
    const length = view.getUint16(udpAt + 4);
    if (udpAt + length !== innerAt + IPV6_BYTES + view.getUint16(innerAt + 4)) return NEEDS_RULES;
    const checksum = view.getUint16(udpAt + 6);
    if (checksum === 0) {
      if (needsChecksum) return NEEDS_RULES;
    } else if (udpAt + length <= end) {
      const sum = ipv4PseudoHeaderSum(bytes, at, PROTOCOL.UDP, length);
      if (checksum === foldSum(sum) || internetChecksum(bytes, udpAt, udpAt + length, sum) !== 0) return NEEDS_RULES;
    }
    return innerAt - at;
  };
}
