import type { Lab } from '../lab/index.ts';
import { readUint16, writeUint16, writeUint8 } from '../packet/bytes.ts';
import { build } from '../packet/build.ts';
import { updateChecksum } from '../packet/checksum.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { ETHERNET, ethernetDestination, ethernetEtherType } from '../packet/ethernet.ts';
import { fragmentIpv4 } from '../packet/fragment.ts';
import { ICMPV4_TYPE, ICMPV4_UNREACHABLE } from '../packet/icmpv4-types.ts';
import {
  IPV4,
  ipv4ChecksumIsGood,
  ipv4Destination,
  ipv4DontFragment,
  ipv4FragmentOffset,
  ipv4HeaderLengthBytes,
  ipv4Protocol,
  ipv4Source,
  ipv4TotalLength,
  ipv4Ttl,
  ipv4Version,
} from '../packet/ipv4.ts';
import { payload } from '../packet/layer.ts';
import { ethernet } from '../packet/layers/ethernet.ts';
import { icmpv4Error } from '../packet/layers/icmpv4.ts';
import { ipv4 } from '../packet/layers/ipv4.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { otherSide, type LinkFrame } from './links.ts';
import type { Side } from './result.ts';

const AT = ETHERNET.HEADER_LENGTH;
const ETHERNET_MTU_BYTES = 1500;
/** RFC 1812 section 4.3.2.3: an error is no longer than this. */
const LARGEST_ERROR_BYTES = 576;

/** What became of an IPv4 packet in the network. */
export type Fate =
  | { readonly kind: 'forwarded' }
  /** Larger than the path, with DF: answered with "fragmentation needed". */
  | { readonly kind: 'too-big'; readonly from: Side; readonly lengthBytes: number; readonly pathMtuBytes: number }
  /** For the other node, but in a frame to somebody who does not forward to it. */
  | { readonly kind: 'misdirected'; readonly from: Side; readonly mac: string; readonly nextHopMac: string }
  /** Not for the other node, or not a packet that a router forwards. */
  | { readonly kind: 'dropped'; readonly reason: string };

/**
 * The IPv4 network between the nodes: one router with proxy ARP, so that each node takes the other one for a neighbour. It takes a hop,
 * keeps the path MTU of each direction, fragments what may be fragmented (RFC 791 section 3.2), and answers what may not (RFC 1191).
 */
export class Network {
  /** What became of the frames that the nodes sent, by their number. */
  readonly fates = new Map<number, Fate>();
  readonly #labs: Readonly<Record<Side, Lab>>;
  readonly #send: (side: Side, frame: Uint8Array) => void;
  readonly #pathMtuBytes: Record<Side, number> = { n1: ETHERNET_MTU_BYTES, n2: ETHERNET_MTU_BYTES };

  constructor(labs: Readonly<Record<Side, Lab>>, send: (side: Side, frame: Uint8Array) => void) {
    this.#labs = labs;
    this.#send = send;
  }

  /** The MTU of the path on which the packets of this node travel. */
  pathMtuBytes(from: Side): number {
    return this.#pathMtuBytes[from];
  }

  setPathMtu(from: Side, bytes: number): void {
    this.#pathMtuBytes[from] = bytes;
  }

  /** Whether a node has been told that its path takes no more than this. */
  hasToldOf(from: Side, pathMtuBytes: number): boolean {
    return [...this.fates.values()].some(
      (fate) => fate.kind === 'too-big' && fate.from === from && fate.pathMtuBytes <= pathMtuBytes,
    );
  }

  /** Takes an IPv4 frame of a node; other frames are nothing to a router. */
  receive({ side, number, bytes }: LinkFrame): void {
    if (bytes.length < AT + IPV4.MINIMUM_HEADER_LENGTH || ethernetEtherType(bytes) !== ETHER_TYPE.IPV4) return;
    this.fates.set(number, this.#route(side, bytes));
  }

  #route(side: Side, bytes: Uint8Array): Fate {
    const { underlay, macOf, macs, nextHop } = this.#labs[side];
    const fault = headerFault(bytes);
    if (fault !== undefined) return { kind: 'dropped', reason: fault };
    const destination = ipv4Destination(bytes, AT);
    if (!destination.equals(underlay.n2)) return { kind: 'dropped', reason: `nobody has ${destination.toString()}` };
    const hop = nextHop(destination) ?? destination;
    const mac = ethernetDestination(bytes);
    if (!mac.equals(macOf(hop)))
      return { kind: 'misdirected', from: side, mac: mac.toString(), nextHopMac: macOf(hop).toString() };
    const packet = bytes.slice(AT, AT + ipv4TotalLength(bytes, AT));
    const pathMtuBytes = this.#pathMtuBytes[side];
    if (packet.length > pathMtuBytes && ipv4DontFragment(packet, 0)) {
      // RFC 1122 section 3.2.2: no error about an error, nor about a later fragment.
      if (ipv4FragmentOffset(packet, 0) === 0 && ipv4Protocol(packet, 0) !== PROTOCOL.ICMPV4) {
        const answer = build(
          ethernet({ source: macOf(underlay.gatewayA), destination: macs.dut.U }),
          ipv4({ source: underlay.gatewayA, destination: ipv4Source(packet, 0) }),
          icmpv4Error({
            type: ICMPV4_TYPE.DESTINATION_UNREACHABLE,
            code: ICMPV4_UNREACHABLE.FRAGMENTATION_NEEDED,
            nextHopMtu: pathMtuBytes,
            quoted: packet.subarray(0, LARGEST_ERROR_BYTES - IPV4.MINIMUM_HEADER_LENGTH - 8),
          }),
        );
        this.#send(side, answer);
      }
      return { kind: 'too-big', from: side, lengthBytes: packet.length, pathMtuBytes };
    }
    takeHop(packet);
    for (const piece of piecesOf(packet, pathMtuBytes)) this.#deliver(otherSide(side), piece);
    return { kind: 'forwarded' };
  }

  #deliver(to: Side, packet: Uint8Array): void {
    const { macs, macOf, underlay } = this.#labs[to];
    const header = ethernet({ source: macOf(underlay.n2), destination: macs.dut.U, etherType: ETHER_TYPE.IPV4 });
    this.#send(to, build(header, payload(packet)));
  }
}

/** Why a router discards a packet (RFC 1812 section 5.2.2); undefined when it does not. */
const headerFault = (bytes: Uint8Array): string | undefined => {
  const headerLength = ipv4HeaderLengthBytes(bytes, AT);
  const totalLength = ipv4TotalLength(bytes, AT);
  if (ipv4Version(bytes, AT) !== 4) return `IP version ${String(ipv4Version(bytes, AT))} in a frame of IPv4`;
  if (headerLength < IPV4.MINIMUM_HEADER_LENGTH || AT + headerLength > bytes.length)
    return `a header length of ${String(headerLength)} bytes`;
  if (totalLength < headerLength || AT + totalLength > bytes.length)
    return `a Total Length of ${String(totalLength)} in a frame of ${String(bytes.length)} bytes`;
  if (!ipv4ChecksumIsGood(bytes, AT)) return 'a wrong header checksum';
  return ipv4Ttl(bytes, AT) <= 1 ? `a TTL of ${String(ipv4Ttl(bytes, AT))}` : undefined;
};

/** One hop less, and the checksum adjusted (RFC 1624). */
const takeHop = (packet: Uint8Array): void => {
  const before = readUint16(packet, IPV4.TTL);
  writeUint8(packet, IPV4.TTL, ipv4Ttl(packet, 0) - 1);
  const checksum = readUint16(packet, IPV4.HEADER_CHECKSUM);
  writeUint16(packet, IPV4.HEADER_CHECKSUM, updateChecksum(checksum, before, readUint16(packet, IPV4.TTL)));
};

/** The packet, or its fragments where the path is too narrow for it. */
const piecesOf = (packet: Uint8Array, mtuBytes: number): readonly Uint8Array[] => {
  if (packet.length <= mtuBytes) return [packet];
  const headerLength = ipv4HeaderLengthBytes(packet, 0);
  const perPiece = Math.floor((mtuBytes - headerLength) / 8) * 8;
  const count = Math.ceil((packet.length - headerLength) / perPiece);
  return fragmentIpv4(
    packet,
    Array.from({ length: count - 1 }, () => perPiece),
  );
};
