/** What a case sees of what the DUT sent. */
import type { Decoded } from '../packet/decode.ts';
import type { Ipv4Header } from '../packet/ipv4.ts';
import type { Ipv6Header } from '../packet/ipv6.ts';
import type { MacAddress } from '../packet/mac-address.ts';
import type { PortName } from '../wire/wire.ts';
import type { Stimulus } from './stimulus.ts';

/** A frame that came out of the DUT. */
export interface SeenFrame {
  /** Number of the frame in the evidence. */
  readonly number: number;
  readonly port: PortName;
  readonly bytes: Uint8Array;
  readonly timestampNs: bigint;
  readonly decoded: Decoded;
  /** The stimulus that it belongs to: by its mark, also when it only quotes it. */
  readonly stimulus: Stimulus | undefined;
}

/** A tunnel packet seen on the underlay, reassembled where the DUT fragmented it. */
export interface TunnelPacket {
  /** The first (or only) frame. */
  readonly frame: SeenFrame;
  /** All frames, more than one for an outer fragment train, in order of arrival. */
  readonly frames: readonly SeenFrame[];
  readonly ethernetDestination: MacAddress;
  /**
   * Outer header of the first frame. An outer IPv6 header is told in the words of IPv4: tos is its Traffic Class, totalLength all of
   * its packet, ttl its Hop Limit, protocol what stands behind its extension headers, source and destination the IPv4 addresses
   * that name the players (0.0.0.0 for nobody's). What IPv6 has not is as in an unfragmented packet with DF set; a case
   * about that is `notFor` such profiles.
   */
  readonly outer: Ipv4Header;
  /** The outer header itself, where it is IPv6. */
  readonly outerIpv6?: Ipv6Header;
  /** What follows the outer header (and the header of UDP, GUE or GRE) in the datagram: the inner packet as encapsulated. */
  readonly inner: Uint8Array;
  readonly innerHeader: Ipv6Header | undefined;
}

/** An IPv6 packet seen native on a port, or carried in a tunnel packet. */
export interface Ipv6Packet {
  readonly frame: SeenFrame;
  /** From the IPv6 header on, without link-layer padding. */
  readonly packet: Uint8Array;
  readonly header: Ipv6Header;
}

/** An ICMPv6 error or informational message seen on a port. */
export interface Icmpv6Message {
  readonly frame: SeenFrame;
  readonly type: number;
  readonly code: number;
  /** Third word: MTU of Packet Too Big, pointer of Parameter Problem, identifier and sequence of an echo. */
  readonly parameter: number;
  readonly checksumGood: boolean;
  /** What follows the eight bytes of ICMPv6 header: the quoted packet, or echo data. */
  readonly body: Uint8Array;
  readonly header: Ipv6Header;
  /** The whole IPv6 packet of the message. */
  readonly packet: Uint8Array;
  /** Set when the message came through the tunnel. */
  readonly tunnel: TunnelPacket | undefined;
}

/** What came out between two fences. */
export interface Seen {
  /** Every frame except neighbour discovery, ARP, multicast listener reports and the fences themselves, in order of arrival. */
  readonly frames: readonly SeenFrame[];
  /** What the DUT said of its own accord meanwhile: ARP, neighbour and multicast listener discovery, native or through the tunnel. */
  readonly control: readonly SeenFrame[];
  /** The stimuli of the exchange, as sent. */
  readonly stimuli: readonly Stimulus[];
  of(stimulus: Stimulus): readonly SeenFrame[];
  /** Tunnel packets on an underlay port that belong to the stimulus and carry it (not those that carry an ICMPv6 error about it). */
  tunnelPackets(stimulus: Stimulus): readonly TunnelPacket[];
  /** IPv6 packets on P that belong to the stimulus and are no ICMPv6 errors. */
  podPackets(stimulus: Stimulus): readonly Ipv6Packet[];
  /** ICMPv6 errors about the stimulus, native or through the tunnel. */
  icmpv6Errors(stimulus: Stimulus): readonly Icmpv6Message[];
  /** Whether a node that limits its errors may have held one back, because who sent the stimulus has got many; to be asked at once. */
  mayHoldBack(stimulus: Stimulus): boolean;
}
