import { readUint16, readUint32, readUint8 } from '../../packet/bytes.ts';
import { mayBeSegments } from '../../rules/index.ts';
import { PacketWalk, type Carries } from '../packet-walk.ts';
import type { FramePlace } from '../place.ts';

/** One tunnel packet, as far as it says which overlay it belongs to. Addresses are unsigned numbers; inner ones their first 64 bits. */
export interface TunnelPacket {
  /** UDP destination port; 0 for protocol 41. */
  readonly port: number;
  readonly source: number;
  readonly destination: number;
  readonly innerSource: bigint;
  readonly innerDestination: bigint;
  readonly isFragment: boolean;
  readonly dontFragment: boolean;
  readonly innerSizeBytes: number;
  /** Perhaps several segments that a network card was to cut apart, each of which is smaller. */
  readonly mayBeSegments: boolean;
  readonly tos: number;
  readonly trafficClass: number;
  readonly ttl: number;
  readonly hopLimit: number;
}

/** Enough to tell overlays apart, and little enough to be quick. */
const MOST_PACKETS = 4000;
const UDP_HEADER_BYTES = 8;
const IPV6_HEADER_BYTES = 40;
const TEREDO_PREFIX = 0x2001_0000;
const GUE_PORT = 6080;
const CUT =
  'packets of protocol 41 end before their inner header does: capture more of each (tcpdump -s 128 or more), or name the --profile';
const IN_GRE = 'packets hold IPv6 in GRE: name the --profile, with encap=gre';
const IN_GUE = `datagrams go to port ${GUE_PORT}, that of GUE: name the --profile, with encap=gue:${GUE_PORT}`;

/** Tunnel packets of any overlay, gathered from the beginning of a capture. */
export class Sample {
  readonly packets: TunnelPacket[] = [];
  /** What else holds IPv6, but not so that an overlay can be told from it: each a sentence about so many packets. */
  readonly others = new Map<string, number>();
  readonly #walk = new PacketWalk();

  get isFull(): boolean {
    return this.packets.length >= MOST_PACKETS;
  }

  add(place: FramePlace): void {
    if (place.etherType === 0 || this.isFull) return;
    const walk = this.#walk;
    walk.begin(place);
    for (;;) {
      const carries = walk.look();
      if (carries === 'protocol-41' || (carries === 'udp' && walk.place.etherType === 0x0800)) {
        this.#take(carries);
        return;
      }
      if (carries === 'ipv6-in-gre') this.#note(IN_GRE);
      const goesOn = carries === 'another-packet' || carries === 'ipv6-in-ipv6' || carries === 'ipv6-in-gre';
      if (!goesOn || !walk.enter()) return;
    }
  }

  #note(what: string): void {
    this.others.set(what, (this.others.get(what) ?? 0) + 1);
  }

  #take(carries: Carries): void {
    const { place, payloadAt, isFragment } = this.#walk;
    const { bytes, networkAt: at, end } = place;
    // What a later fragment holds only looks like a header by chance.
    if ((readUint16(bytes, at + 6) & 0x1fff) !== 0) return;
    const isUdp = carries === 'udp';
    const innerAt = payloadAt + (isUdp ? UDP_HEADER_BYTES : 0);
    if (innerAt + IPV6_HEADER_BYTES > end) {
      if (!isUdp && !isFragment) this.#note(CUT);
      return;
    }
    if (isUdp && readUint16(bytes, payloadAt + 2) === GUE_PORT) this.#note(IN_GUE);
    if (readUint8(bytes, innerAt) >>> 4 !== 6) return;
    if (isUdp && !isTunnelUdp(bytes, payloadAt, innerAt)) return;
    const innerSizeBytes = IPV6_HEADER_BYTES + readUint16(bytes, innerAt + 4);
    this.packets.push({
      port: isUdp ? readUint16(bytes, payloadAt + 2) : 0,
      source: readUint32(bytes, at + 12),
      destination: readUint32(bytes, at + 16),
      innerSource: upperHalf(bytes, innerAt + 8),
      innerDestination: upperHalf(bytes, innerAt + 24),
      isFragment,
      dontFragment: (readUint8(bytes, at + 6) & 0x40) !== 0,
      innerSizeBytes,
      mayBeSegments: mayBeSegments({
        bytes: bytes.subarray(0, end),
        ipv6At: innerAt,
        ipv6EndAt: innerAt + innerSizeBytes,
      }),
      tos: readUint8(bytes, at + 1),
      trafficClass: (readUint16(bytes, innerAt) >>> 4) & 0xff,
      ttl: readUint8(bytes, at + 8),
      hopLimit: readUint8(bytes, innerAt + 7),
    });
  }
}

/** Whether the data of a UDP datagram are exactly one IPv6 packet, and not Teredo's (RFC 4380). */
function isTunnelUdp(bytes: Uint8Array, udpAt: number, innerAt: number): boolean {
  const isExact =
    readUint16(bytes, udpAt + 4) === UDP_HEADER_BYTES + IPV6_HEADER_BYTES + readUint16(bytes, innerAt + 4);
  return (
    isExact && readUint32(bytes, innerAt + 8) !== TEREDO_PREFIX && readUint32(bytes, innerAt + 24) !== TEREDO_PREFIX
  );
}

const upperHalf = (bytes: Uint8Array, at: number): bigint =>
  (BigInt(readUint32(bytes, at)) << 32n) | BigInt(readUint32(bytes, at + 4));
