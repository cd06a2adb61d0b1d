/** Goes from header to header through whatever is tunnelled in a packet. */
import { readUint16, readUint8 } from '../packet/bytes.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { GRE, greFlags, greHeaderLengthBytes, greProtocolType } from '../packet/gre.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { locateInEthernet } from './link-layer.ts';
import { createPlace, type FramePlace } from './place.ts';

/** What a packet carries. */
export type Carries =
  /** IPv6 directly in IPv4. */
  | 'protocol-41'
  /** IPv6 in IPv6. */
  | 'ipv6-in-ipv6'
  | 'udp'
  /** IPv6 behind a GRE header. */
  | 'ipv6-in-gre'
  /** Something with packets of its own inside, at which the next step looks. */
  | 'another-packet'
  /** Encrypted or authenticated, so that it is not what it seems. */
  | 'ipsec'
  /** A piece of a packet behind the first one: what it carries stands in the first. */
  | 'later-fragment'
  | 'nothing-inside';

const VXLAN_PORT = 4789;
const GENEVE_PORT = 6081;
const UDP_HEADER_BYTES = 8;
const MOST_LEVELS = 8;

/** One walk at a time; everything it found is overwritten by the next step. */
export class PacketWalk {
  /** The packet that is looked at, and where the frame is known to end. */
  readonly place: FramePlace = createPlace();
  /** How many tunnels the packet is in. */
  depth = 0;
  /** Where the payload begins: the inner packet, or the UDP header. */
  payloadAt = 0;
  isFragment = false;
  #nextAt = 0;
  #nextType = 0;
  #nextEnd = 0;

  begin(from: FramePlace): void {
    const { place } = this;
    place.number = from.number;
    place.bytes = from.bytes;
    place.view = from.view;
    place.networkAt = from.networkAt;
    place.etherType = from.etherType;
    place.end = from.end;
    place.isBroadcast = from.isBroadcast;
    place.isPlainEthernet = from.isPlainEthernet;
    place.timestampMs = from.timestampMs;
    place.direction = from.direction;
    this.depth = 0;
  }

  /** What the packet at `place` carries. */
  look(): Carries {
    this.isFragment = false;
    return this.place.etherType === ETHER_TYPE.IPV4 ? this.#lookIntoIpv4() : this.#lookIntoIpv6();
  }

  /** Goes on to the packet inside, after `another-packet`. False when there is none, or too many around it. */
  enter(): boolean {
    if (++this.depth > MOST_LEVELS) return false;
    const { place } = this;
    place.end = this.#nextEnd;
    place.isPlainEthernet = false;
    place.isBroadcast = false;
    if (this.#nextType === ETHER_TYPE.TRANSPARENT_ETHERNET_BRIDGING) {
      locateInEthernet(this.#nextAt, place);
      place.isPlainEthernet = false;
      place.isBroadcast = false;
      return place.etherType !== 0;
    }
    place.networkAt = this.#nextAt;
    place.etherType = this.#nextType;
    return true;
  }

  #lookIntoIpv4(): Carries {
    const { bytes, networkAt: at, end } = this.place;
    if (at + 20 > end) return 'nothing-inside';
    const fragment = readUint16(bytes, at + 6);
    this.isFragment = (fragment & 0x3fff) !== 0;
    this.payloadAt = at + Math.max(20, (readUint8(bytes, at) & 0x0f) * 4);
    const protocol = readUint8(bytes, at + 9);
    const packetEnd = Math.min(end, at + readUint16(bytes, at + 2));
    if (protocol === PROTOCOL.IPV6) return 'protocol-41';
    if ((fragment & 0x1fff) !== 0) return mayCarry(protocol) ? 'later-fragment' : 'nothing-inside';
    return this.#lookBehind(protocol, this.payloadAt, packetEnd);
  }

  #lookIntoIpv6(): Carries {
    const { bytes, networkAt: at, end } = this.place;
    if (at + 40 > end || readUint8(bytes, at) >>> 4 !== 6) return 'nothing-inside';
    const packetEnd = Math.min(end, at + 40 + readUint16(bytes, at + 4));
    let protocol = readUint8(bytes, at + 6);
    let headerAt = at + 40;
    for (let headers = 0; headers < MOST_LEVELS && headerAt + 8 <= packetEnd; headers++) {
      if (protocol === PROTOCOL.FRAGMENT) {
        this.isFragment = true;
        if (readUint16(bytes, headerAt + 2) >>> 3 !== 0)
          return mayCarry(readUint8(bytes, headerAt)) ? 'later-fragment' : 'nothing-inside';
        protocol = readUint8(bytes, headerAt);
        headerAt += 8;
      } else if (
        protocol === PROTOCOL.HOP_BY_HOP ||
        protocol === PROTOCOL.ROUTING ||
        protocol === PROTOCOL.DESTINATION_OPTIONS
      ) {
        protocol = readUint8(bytes, headerAt);
        headerAt += (readUint8(bytes, headerAt + 1) + 1) * 8;
      } else break;
    }
    this.payloadAt = headerAt;
    if (protocol === PROTOCOL.IPV6) {
      this.#inside(headerAt, ETHER_TYPE.IPV6, packetEnd);
      return 'ipv6-in-ipv6';
    }
    return this.#lookBehind(protocol, headerAt, packetEnd);
  }

  #lookBehind(protocol: number, at: number, end: number): Carries {
    switch (protocol) {
      case PROTOCOL.IPV4:
        return this.#inside(at, ETHER_TYPE.IPV4, end);
      case PROTOCOL.GRE:
        return this.#lookIntoGre(at, end);
      case PROTOCOL.UDP:
        return this.#lookIntoUdp(at, end);
      case PROTOCOL.ETHERNET:
        return this.#inside(at, ETHER_TYPE.TRANSPARENT_ETHERNET_BRIDGING, end);
      case PROTOCOL.ESP:
      case PROTOCOL.AH:
        return 'ipsec';
      default:
        return 'nothing-inside';
    }
  }

  #lookIntoGre(at: number, end: number): Carries {
    const { bytes } = this.place;
    // Version 1 is PPTP's (RFC 2637).
    if (at + GRE.MINIMUM_HEADER_LENGTH > end || (greFlags(bytes, at) & 7) !== 0) return 'nothing-inside';
    const protocolType = greProtocolType(bytes, at);
    const payloadAt = at + greHeaderLengthBytes(bytes, at);
    // An IPv6 packet that is announced as IPv4 is still one, and its header is wrong.
    const isMislabelled =
      protocolType === ETHER_TYPE.IPV4 && payloadAt < end && readUint8(bytes, payloadAt) >>> 4 === 6;
    if (protocolType === ETHER_TYPE.IPV6 || isMislabelled) {
      this.payloadAt = payloadAt;
      this.#inside(payloadAt, ETHER_TYPE.IPV6, end);
      return 'ipv6-in-gre';
    }
    const isKnown = protocolType === ETHER_TYPE.IPV4 || protocolType === ETHER_TYPE.TRANSPARENT_ETHERNET_BRIDGING;
    return isKnown ? this.#inside(payloadAt, protocolType, end) : 'nothing-inside';
  }

  #lookIntoUdp(at: number, end: number): Carries {
    const { bytes } = this.place;
    this.payloadAt = at;
    if (at + UDP_HEADER_BYTES > end) return 'nothing-inside';
    const port = readUint16(bytes, at + 2);
    const dataAt = at + UDP_HEADER_BYTES;
    if (port === VXLAN_PORT && readUint8(bytes, dataAt) === 0x08)
      return this.#inside(dataAt + 8, ETHER_TYPE.TRANSPARENT_ETHERNET_BRIDGING, end);
    if (port === GENEVE_PORT && readUint8(bytes, dataAt) >>> 6 === 0) {
      const optionsBytes = (readUint8(bytes, dataAt) & 0x3f) * 4;
      return this.#inside(dataAt + 8 + optionsBytes, readUint16(bytes, dataAt + 2), end);
    }
    return 'udp';
  }

  #inside(at: number, etherType: number, end: number): Carries {
    if (at >= end) return 'nothing-inside';
    this.#nextAt = at;
    this.#nextType = etherType;
    this.#nextEnd = end;
    return 'another-packet';
  }
}

const mayCarry = (protocol: number): boolean =>
  protocol === PROTOCOL.IPV4 || protocol === PROTOCOL.GRE || protocol === PROTOCOL.IPV6;
