/**
 * The headers of a tunnel packet that is as usual, checked in one walk. Offsets are from the IPv4 header, so the inner IPv6 header
 * begins at 20. No function is made inside the walk: under the loader that strips the types, each would cost more than all the rest.
 */
import { readUint16, readUint8 } from '../../packet/bytes.ts';
import type { EmbeddedArithmetic } from '../embedded.ts';
import type { Facts } from '../facts.ts';
import { isLinkLocalIpv4, isPrivateIpv4Number, unusableBlock } from '../ipv4-blocks.ts';
import type { QuickPacket } from './packet.ts';

const ETHER_TYPE_IPV4 = 0x0800;
const PROTOCOL_IPV6 = 41;
const ICMPV6 = 58;
const MINIMUM_MTU = 1280;
/** Both headers, without IPv4 options. */
const HEADERS_BYTES = 60;
const INNER_AT = 20;

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
export const CLASSES = 32;

/** A frame where it lies in the read buffer, with its link layer already understood. */
export interface QuickFrame {
  readonly number: number;
  readonly bytes: Uint8Array;
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
  const { switches } = facts;
  const embedded: EmbeddedArithmetic | undefined = facts.embedded;
  const isStatic = switches.mtuMode === 'static';
  const deniesPrivate = switches.privateV4 === 'deny';
  const outerEcn = ecnTable(facts);

  return (frame, out) => {
    const { bytes, networkAt: at, end } = frame;
    if (frame.etherType !== ETHER_TYPE_IPV4 || at + HEADERS_BYTES > end) return NEEDS_RULES;
    if (readUint8(bytes, at + 9) !== PROTOCOL_IPV6) {
      const payloadAt = Math.max((readUint8(bytes, at) & 0x0f) * 4, INNER_AT);
      return at + payloadAt < end && readUint8(bytes, at + payloadAt) >>> 4 === 6 ? NEEDS_RULES : NOT_TUNNEL;
    }
    const flags = readUint16(bytes, at + 6);
    // A reserved flag, a fragment.
    if (
      readUint8(bytes, at) !== 0x45 ||
      (flags & 0xbfff) !== 0 ||
      readUint8(bytes, at + INNER_AT) >>> 4 !== 6 ||
      frame.isBroadcast
    )
      return NEEDS_RULES;

    const totalLength = readUint16(bytes, at + 2);
    const headerChecksum = readUint16(bytes, at + 10);
    const sourceHigh = readUint16(bytes, at + 12);
    const sourceLow = readUint16(bytes, at + 14);
    const destinationHigh = readUint16(bytes, at + 16);
    const destinationLow = readUint16(bytes, at + 18);
    let sum =
      0x4500 +
      readUint8(bytes, at + 1) +
      totalLength +
      readUint16(bytes, at + 4) +
      flags +
      readUint16(bytes, at + 8) +
      headerChecksum;
    sum += sourceHigh + sourceLow + destinationHigh + destinationLow;
    sum = (sum & 0xffff) + (sum >>> 16);
    if (sum !== 0xffff || headerChecksum === 0) return NEEDS_RULES;

    const payloadLength = readUint16(bytes, at + 24);
    const isComplete = at + HEADERS_BYTES + payloadLength <= end;
    if (payloadLength === 0 || (isComplete && totalLength !== HEADERS_BYTES + payloadLength)) return NEEDS_RULES;
    const isAtomic = flags !== 0;
    const isLarge = payloadLength > MINIMUM_MTU - 40;
    if (isStatic ? isAtomic : isLarge && !isAtomic) return NEEDS_RULES;

    const ttl = readUint8(bytes, at + 8);
    const hopLimit = readUint8(bytes, at + 27);
    if (ttl === 0 || (hopLimit === 255 && readUint8(bytes, at + 26) === ICMPV6)) return NEEDS_RULES;
    if ((readUint8(bytes, at + 1) & 3) !== outerEcn[(readUint8(bytes, at + 21) >>> 4) & 3]) return NEEDS_RULES;

    const source = (sourceHigh << 16) | sourceLow;
    const destination = (destinationHigh << 16) | destinationLow;
    if (source === destination || unusableBlock(source) !== undefined) return NEEDS_RULES;
    if (unusableBlock(destination) !== undefined || isLinkLocalIpv4(destination)) return NEEDS_RULES;
    if (!isGlobalOrLocal(readUint16(bytes, at + 28)) || !isGlobalOrLocal(readUint16(bytes, at + 44)))
      return NEEDS_RULES;
    let packetClass = 0;
    if (embedded !== undefined) {
      if (embedded.contains(bytes, at + 28)) {
        if (embedded.ipv4At(bytes, at + 28) !== source) return NEEDS_RULES;
        packetClass = IS_FROM_OVERLAY;
      }
      if (embedded.contains(bytes, at + 44)) {
        if (embedded.ipv4At(bytes, at + 44) !== destination) return NEEDS_RULES;
        if (deniesPrivate && isPrivateIpv4Number(destination)) return NEEDS_RULES;
        packetClass |= IS_TO_OVERLAY;
      }
      if (packetClass === 0) return NEEDS_RULES;
    }
    out.bytes = bytes;
    out.ipv4At = at;
    out.end = end;
    out.source = source;
    out.destination = destination;
    out.dontFragment = isAtomic;
    out.ttl = ttl;
    out.hopLimit = hopLimit;
    out.isFromOverlay = (packetClass & IS_FROM_OVERLAY) !== 0;
    out.timestampMs = frame.timestampMs;
    return packetClass | (isAtomic ? IS_ATOMIC : 0) | (isComplete ? IS_COMPLETE : 0) | (isLarge ? IS_LARGE : 0);
  };
}
