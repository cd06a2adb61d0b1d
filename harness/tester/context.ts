import type { Ipv4Address } from '../address/ipv4-address.ts';
import type { Ipv6Address } from '../address/ipv6-address.ts';
import type { Lab } from '../lab/index.ts';
import type { Layer } from '../packet/layer.ts';
import type { Decoded } from '../packet/decode.ts';
import type { Ipv4Header } from '../packet/ipv4.ts';
import type { Ipv6Header } from '../packet/ipv6.ts';
import type { MacAddress } from '../packet/mac-address.ts';
import type { Profile, Switches } from '../profile/index.ts';
import type { SeededRandom } from '../random.ts';
import type { PortName } from '../wire/wire.ts';

/** What a case may change of the set-up; everything else stays as the run asked for it. */
export interface SetupChanges {
  /** Another profile altogether, in text form (mapping vectors). */
  readonly profileText?: string;
  readonly switches?: Partial<Switches>;
  readonly staticMtuBytes?: number;
  /** 1500 unless changed. */
  readonly underlayMtuBytes?: number;
  /** MTU of the pod link, 1500 unless changed. */
  readonly podMtuBytes?: number;
  /** Prefix length of the underlay segment, 24 unless changed. */
  readonly underlayPrefixLength?: number;
  /** The DUT's own IPv4 address instead of the lab's. */
  readonly dutIpv4?: string;
  readonly secondUnderlayPort?: boolean;
  /** IPv4 prefixes routed through the gateway on U2. */
  readonly routesOverU2?: readonly string[];
}

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
  /** Outer IPv4 fields sent verbatim. */
  readonly outer?: Partial<Ipv4Header>;
  /** UDP fields sent verbatim, where the profile encapsulates in UDP. */
  readonly udp?: {
    readonly sourcePort?: number;
    readonly destinationPort?: number;
    readonly length?: number;
    readonly checksum?: number;
  };
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
}

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
  /** Outer header of the first frame. */
  readonly outer: Ipv4Header;
  /** What follows the outer header (and the UDP header of FOU) in the datagram: the inner packet as encapsulated. */
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
}

/** ICMPv6 errors that a clause tolerates where it demands silence otherwise. */
export interface AllowedIcmpv6 {
  readonly type: number;
  /** Any code when left out. */
  readonly codes?: readonly number[];
}

export interface SilenceOptions {
  /** Tolerated ICMPv6 errors to the sender. */
  readonly allow?: readonly AllowedIcmpv6[];
  /** At most this many of them; 1 unless given. */
  readonly atMost?: number;
  /** Overrides the requirement that a violation is charged to. */
  readonly requirement?: string;
}

export interface ExpectOptions {
  readonly requirement?: string;
  /** The frame that shows it. */
  readonly frame?: SeenFrame;
  /** Report as a warning even if the level is a MUST, because the clause tolerates it. */
  readonly tolerated?: boolean;
}

export interface Icmpv6Expectation {
  readonly type: number;
  readonly codes?: readonly number[];
  readonly parameter?: number;
  /** Native on P, or through the tunnel to this node. */
  readonly via: 'P' | Ipv4Address;
  readonly requirement?: string;
}

/**
 * What a case works with. Expectations do not throw: they record violations and return undefined when there is nothing to go on with,
 * so that one run of a case names everything that is wrong. When the path itself is dead they record a doubt instead.
 */
export interface TestContext {
  readonly lab: Lab;
  readonly profile: Profile;
  /** Largest inner packet of the set-up: underlay MTU minus overhead, or the static tunnel MTU. */
  readonly tunnelMtuBytes: number;
  readonly underlayMtuBytes: number;
  /** Seeded; the same seed gives the same case. */
  readonly random: SeededRandom;

  /** A frame from a pod, on P. Default: from pod 0 of N1 to pod 0 of N2. */
  fromPod(fields?: PodStimulusFields): Stimulus;
  /** An encapsulated packet on U. Default: from pod 0 of N2 to pod 0 of N1, outer N2 to N1. */
  fromTunnel(inner?: InnerFields | Uint8Array, fields?: TunnelStimulusFields): Stimulus;
  /** Any frame. The mark is the one that the frame carries, where it was made with `mark()`. */
  raw(port: PortName, title: string, frame: Uint8Array, mark?: number): Stimulus;
  /** A fresh mark, for packets that a case builds itself: put it into the flow label, or `tag(mark)` into the payload. */
  mark(): number;
  tag(mark: number): Uint8Array;
  /** An inner packet as bytes, for nesting; carries `mark` where given, a fresh one otherwise. */
  inner(fields?: InnerFields & { readonly mark?: number }): Uint8Array;

  /** Sends good packets both ways, the stimuli in order, good packets both ways; resolves when the last have come out. */
  exchange(...stimuli: readonly Stimulus[]): Promise<Seen>;
  /** As `exchange`, but no good packet goes before the stimuli: they are the first that a fresh DUT sees. */
  coldExchange(...stimuli: readonly Stimulus[]): Promise<Seen>;
  /** As `exchange`, and judges that nothing at all came out (negative sandwich). */
  expectSilence(stimuli: Stimulus | readonly Stimulus[], options?: SilenceOptions): Promise<Seen>;

  /** Exactly one tunnel packet for the stimulus and nothing else. Undefined after recording what is wrong. */
  expectTunnelled(
    seen: Seen,
    stimulus: Stimulus,
    options?: { readonly outerDestination?: Ipv4Address; readonly requirement?: string },
  ): TunnelPacket | undefined;
  /** Exactly one packet on P for the stimulus and nothing else. */
  expectDelivered(seen: Seen, stimulus: Stimulus, options?: { readonly requirement?: string }): Ipv6Packet | undefined;
  /** Exactly one ICMPv6 error about the stimulus with these properties, and the stimulus itself went nowhere. */
  expectIcmpv6(seen: Seen, stimulus: Stimulus, expectation: Icmpv6Expectation): Icmpv6Message | undefined;
  /** Nothing for this stimulus, apart from what the options tolerate. */
  expectNothing(seen: Seen, stimulus: Stimulus, options?: SilenceOptions): void;
  /**
   * An echo reply to an echo request stimulus, wherever it came out. Known by the tag in its data: a request with less data than a tag
   * has, or with other data, is for the case to find by identifier and sequence (as decap.local-delivery does).
   */
  echoReply(seen: Seen, stimulus: Stimulus): Icmpv6Message | undefined;

  /** Records a violation unless `actual` is one of `legal`. `what` names the field or fact, as in the RFC. */
  expectEqual<Value extends number | string | boolean>(
    what: string,
    actual: Value,
    legal: Value | readonly Value[],
    options?: ExpectOptions,
  ): boolean;
  /** Records a violation unless the bytes agree except under the mask (true = do not compare this byte); differences are named by header field. */
  expectBytes(
    what: string,
    actual: Uint8Array,
    expected: Uint8Array,
    options?: ExpectOptions & { readonly ignore?: (offset: number) => boolean },
  ): boolean;
  /** Records a violation outright. */
  violation(expected: string | readonly string[], actual: string, options?: ExpectOptions): void;
  /** Records that the case cannot decide. */
  doubt(reason: string): void;
  /** Ends the case as `skip` with its evidence. */
  skip(reason: string): never;
  /** A line in the evidence and the report, no verdict. */
  note(text: string): void;

  /** Takes the DUT down and up again with changes; ends the case as `skip` when the target itself says it cannot (exit 127). The runner restores the set-up. */
  restart(changes?: SetupChanges): Promise<void>;
  /** As `restart`, but a refusal is an answer: returns the reason instead of ending the case. */
  tryRestart(changes: SetupChanges): Promise<{ readonly refused: string | undefined }>;
  /** Waits on the node's clock; only where the protocol has a timer, in cases marked `slow`. */
  sleep(durationMs: number): Promise<void>;

  /** Makes the tester answer, or stop answering, ARP (IPv4) or neighbour discovery (IPv6) for an address. */
  answerFor(address: Ipv4Address | Ipv6Address, answer: boolean): void;
}
