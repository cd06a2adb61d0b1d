/** From a frame to its network header, for every link type that a capture of an overlay may have (www.tcpdump.org/linktypes.html). */
import { LinkType, type CaptureRecord } from '../capture/index.ts';
import { readUint16, readUint8 } from '../packet/bytes.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import type { FramePlace } from './place.ts';

const MPLS_UNICAST = 0x8847;
const MPLS_MULTICAST = 0x8848;
const PPPOE_SESSION = 0x8864;
/** Q-in-Q before 802.1ad had a number for it. */
const OLD_SERVICE_VLAN = 0x9100;
const MACSEC = 0x88e5;
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
/** Below, the field is a length (IEEE 802.3) and an LLC header follows. */
const LEAST_ETHER_TYPE = 0x0600;
const SNAP = 0xaaaa;
const MOST_TAGS = 8;

/** Packet types of Linux cooked captures. */
const COOKED_TO_US = 0;
const COOKED_FROM_US = 4;

const NO_PACKET = 0;

/** Fills in everything but `number` and `timestampMs`, which are copied too. */
export function locate(record: CaptureRecord, out: FramePlace): void {
  const { bytes, at, end } = record;
  out.number = record.number;
  // The buffer is almost always the same, and storing an object costs more than looking.
  if (out.bytes !== bytes) {
    out.bytes = bytes;
    out.view = record.view;
  }
  out.end = end;
  out.timestampMs = record.timestampMs;
  out.direction = record.direction;
  out.isBroadcast = false;
  out.isPlainEthernet = false;
  out.obstacle = undefined;
  switch (record.linkType) {
    case LinkType.ETHERNET:
      locateInEthernet(at, out);
      return;
    case LinkType.LINUX_COOKED:
      takeDirection(readUint16(bytes, at), out);
      follow(readUint16(bytes, at + 14), at + 16, out);
      return;
    case LinkType.LINUX_COOKED_2:
      takeDirection(readUint8(bytes, at + 10), out);
      follow(readUint16(bytes, at), at + 20, out);
      return;
    case LinkType.RAW_IP:
    case LinkType.RAW_IPV4:
    case LinkType.RAW_IPV6:
    case LinkType.RAW_BSD:
    case LinkType.RAW_OPENBSD:
      found(at, byVersion(at, out), out);
      return;
    case LinkType.NULL:
    case LinkType.LOOP:
      // The address family is not the same everywhere, not even its byte order; the version is.
      found(at + 4, byVersion(at + 4, out), out);
      return;
    default:
      found(at, NO_PACKET, out);
      out.obstacle = `link type ${record.linkType} is not known here`;
  }
}

/** An Ethernet frame at `at`, which may be the whole frame or inside a tunnel. */
export function locateInEthernet(at: number, out: FramePlace): void {
  const { bytes, end } = out;
  const etherType = at + 14 <= end ? readUint16(bytes, at + 12) : NO_PACKET;
  out.isBroadcast = readUint8(bytes, at) === 0xff && isAllOnes(bytes, at);
  if (etherType === ETHER_TYPE.IPV4 || etherType === ETHER_TYPE.IPV6) {
    out.isPlainEthernet = true;
    found(at + 14, etherType, out);
    return;
  }
  follow(etherType, at + 14, out);
  out.isPlainEthernet = out.networkAt <= at + 22 && isTaggedOnly(at, out);
}

/** Whether nothing but VLAN tags stands between the Ethernet header and the packet. */
function isTaggedOnly(at: number, { bytes, networkAt }: FramePlace): boolean {
  for (let tag = at + 12; tag < networkAt - 2; tag += 4) {
    const etherType = readUint16(bytes, tag);
    if (etherType !== ETHER_TYPE.VLAN && etherType !== ETHER_TYPE.SERVICE_VLAN) return false;
  }
  return true;
}

function isAllOnes(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < 6; index++) if (bytes[at + index] !== 0xff) return false;
  return true;
}

function takeDirection(packetType: number, out: FramePlace): void {
  if (packetType === COOKED_FROM_US) out.direction = 'outbound';
  else if (packetType === COOKED_TO_US) out.direction = 'inbound';
}

/** Goes through tags and labels until there is a packet, or something else. */
function follow(firstType: number, firstAt: number, out: FramePlace): void {
  const { bytes } = out;
  let etherType = firstType;
  let at = firstAt;
  for (let tags = 0; tags <= MOST_TAGS; tags++) {
    switch (etherType) {
      case ETHER_TYPE.IPV4:
      case ETHER_TYPE.IPV6:
        found(at, etherType, out);
        return;
      case ETHER_TYPE.VLAN:
      case ETHER_TYPE.SERVICE_VLAN:
      case OLD_SERVICE_VLAN:
        etherType = readUint16(bytes, at + 2);
        at += 4;
        break;
      case MPLS_UNICAST:
      case MPLS_MULTICAST:
        found(...behindLabels(at, out), out);
        return;
      case PPPOE_SESSION: {
        const protocol = readUint16(bytes, at + 6);
        etherType = protocol === PPP_IPV4 ? ETHER_TYPE.IPV4 : protocol === PPP_IPV6 ? ETHER_TYPE.IPV6 : NO_PACKET;
        found(at + 8, etherType, out);
        return;
      }
      case MACSEC:
        out.obstacle = 'inside MACsec, encrypted';
        found(at, NO_PACKET, out);
        return;
      default:
        if (etherType >= LEAST_ETHER_TYPE || readUint16(bytes, at) !== SNAP) {
          found(at, NO_PACKET, out);
          return;
        }
        etherType = readUint16(bytes, at + 6);
        at += 8;
    }
  }
  out.obstacle = `behind more than ${MOST_TAGS} tags`;
  found(at, NO_PACKET, out);
}

/** Behind the label with the bottom-of-stack bit (RFC 3032 section 2.1) nothing says what follows but its first four bits. */
function behindLabels(firstAt: number, out: FramePlace): [at: number, etherType: number] {
  let at = firstAt;
  for (let labels = 0; at + 4 <= out.end; labels++) {
    const isLast = (readUint8(out.bytes, at + 2) & 1) !== 0;
    at += 4;
    if (isLast) {
      const etherType = byVersion(at, out);
      if (etherType === NO_PACKET) out.obstacle = 'inside MPLS without IP directly behind the labels';
      return [at, etherType];
    }
    if (labels === MOST_TAGS) break;
  }
  out.obstacle = `behind more than ${MOST_TAGS} MPLS labels`;
  return [at, NO_PACKET];
}

function byVersion(at: number, { bytes, end }: FramePlace): number {
  const version = at < end ? readUint8(bytes, at) >>> 4 : 0;
  if (version === 4) return ETHER_TYPE.IPV4;
  return version === 6 ? ETHER_TYPE.IPV6 : NO_PACKET;
}

function found(at: number, etherType: number, out: FramePlace): void {
  out.networkAt = at;
  out.etherType = at <= out.end ? etherType : NO_PACKET;
}
