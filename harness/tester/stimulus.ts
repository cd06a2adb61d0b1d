/** What a case sends. */
import type { Ipv4Address } from '../address/ipv4-address.ts';
import type { Ipv6Address } from '../address/ipv6-address.ts';
import type { GueHeader } from '../packet/gue.ts';
import type { Layer } from '../packet/layer.ts';
import type { GreFields } from '../packet/layers/gre.ts';
import type { Ipv4Header } from '../packet/ipv4.ts';
import type { Ipv6Header } from '../packet/ipv6.ts';
import type { MacAddress } from '../packet/mac-address.ts';
import type { PortName } from '../wire/wire.ts';
import type { Seen } from './observation.ts';

/** Fields of an inner IPv6 packet; what is not given is sensible and legal. `flowLabel` is the mark of the stimulus unless set. */
export interface InnerFields {
  readonly source?: Ipv6Address;
  readonly destination?: Ipv6Address;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
  readonly version?: number;
  readonly payloadLength?: number;
  readonly nextHeader?: number;
  /** Headers between the IPv6 header and the payload (extension headers, UDP, ICMPv6...). Default: UDP 41000 > 41001. */
  readonly layers?: readonly Layer[];
  /** Exact size of the inner packet from the IPv6 header on; the payload is cut or filled to fit. Default: as small as the mark allows. */
  readonly lengthBytes?: number;
  /** Payload bytes instead of tag and filling. Then only the flow label marks the packet. */
  readonly payload?: Uint8Array;
}

export interface PodStimulusFields extends InnerFields {
  /** Bytes after the IPv6 packet in the frame: link-layer padding that must not travel. */
  readonly trailer?: Uint8Array;
  readonly ethernetSource?: MacAddress;
  readonly ethernetDestination?: MacAddress;
}

export interface TunnelStimulusFields {
  /** Outer source; N2 unless given. */
  readonly from?: Ipv4Address;
  /** Outer destination; the DUT unless given. */
  readonly to?: Ipv4Address;
  /**
   * Outer IPv4 fields sent verbatim. With an outer IPv6 header those that it has too, by other names: tos is its Traffic Class, ttl
   * its Hop Limit, protocol its Next Header, totalLength all of its packet, identification that of its fragments; addresses name the
   * players as everywhere.
   */
  readonly outer?: Partial<Ipv4Header>;
  /** Fields of an outer IPv6 header sent verbatim. */
  readonly outerIpv6?: Partial<Ipv6Header>;
  /** Extension headers behind an outer IPv6 header. */
  readonly outerExtensions?: readonly Layer[];
  /** UDP fields sent verbatim, where the profile encapsulates in UDP. */
  readonly udp?: {
    readonly sourcePort?: number;
    readonly destinationPort?: number;
    readonly length?: number;
    readonly checksum?: number;
  };
  /** GUE variant 0 fields sent verbatim, or no GUE header at all (variant 1), where the profile encapsulates in GUE. */
  readonly gue?: Partial<GueHeader> | 'variant-1';
  /** GRE fields sent verbatim, where the profile encapsulates in GRE. */
  readonly gre?: GreFields;
  readonly ethernetSource?: MacAddress;
  readonly ethernetDestination?: MacAddress;
  /** Bytes inside the outer packet after the inner one. */
  readonly surplus?: Uint8Array;
}

/** One frame that the tester sends, with a mark by which everything that comes out of it is recognised. */
export interface Stimulus {
  readonly port: PortName;
  readonly frame: Uint8Array;
  readonly mark: number;
  /** The inner packet as sent, from the IPv6 header on; empty for a frame without one. */
  readonly inner: Uint8Array;
  /** Says in one line what the stimulus is. */
  readonly title: string;
  /** The Identification that its fragments are to have, where the case has set one. */
  readonly identification?: number;
  /** The packet of which this frame is one fragment; what comes out belongs to that, and expectations are asked about that. */
  readonly partOf?: Stimulus;
}

/** One outer IPv4 fragment of a tunnel stimulus. Offsets count from the first byte behind the outer IPv4 header. */
export interface FragmentPiece {
  /** A multiple of 8. */
  readonly offsetBytes: number;
  /** Up to the end of the whole when left out. */
  readonly lengthBytes?: number;
  /** Set unless the piece reaches the end of the whole. */
  readonly moreFragments?: boolean;
  /** Other bytes than those of the whole. */
  readonly payload?: Uint8Array;
  /** Fields of its IPv4 header sent verbatim. */
  readonly outer?: Partial<Ipv4Header>;
  /** Link-layer padding behind it, which its Total Length does not count. */
  readonly trailer?: Uint8Array;
}

/** How long to listen after the stimuli; only where the protocol has a timer, in cases marked `slow`. */
export interface Watch {
  /** On the node's clock. */
  readonly forMs: number;
  /** Ends it early once everything that is waited for is there; asked every second. */
  readonly until?: (seen: Seen) => boolean;
}
