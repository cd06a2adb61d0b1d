import { grouped } from '../grouped.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { ethernetEtherType, ETHERNET } from '../packet/ethernet.ts';
import { IPV6, readIpv6Header } from '../packet/ipv6.ts';
import { equalBytes } from '../packet/bytes.ts';
import type { Profile } from '../profile/index.ts';
import type { Icmpv6Message, Ipv6Packet, Seen, SeenFrame, Stimulus, TunnelPacket } from './context.ts';
import { tunnelPacketsIn } from './datagrams.ts';
import { icmpv6In, ipv6PacketIn, isIcmpv6Error } from './icmpv6-view.ts';

/** How sure it is that a port had said all that it had to say. */
export type Certainty =
  /** A good packet sent after the stimuli came out: whatever they caused came out before it. */
  | 'fenced'
  /** The port forwards nothing, but the DUT answered ARP or neighbour discovery that was sent after the stimuli. */
  | 'answered'
  /** The DUT said nothing at all. */
  | 'silent';

/** What came out between two fences, and how far its completeness is proven. */
export class SeenExchange implements Seen {
  readonly frames: readonly SeenFrame[];
  readonly control: readonly SeenFrame[];
  readonly stimuli: readonly Stimulus[];
  /** For output on P, and for output on the underlay. */
  readonly certainty: { readonly P: Certainty; readonly U: Certainty };
  /** Recorder numbers of the first frame of the exchange, and behind its last one. */
  readonly range: { readonly fromFrame: number; readonly toFrame: number };
  /** Whether the node may have nothing more to say to who sent the stimulus; as of now, so to be asked soon. */
  readonly mayHoldBack: (stimulus: Stimulus) => boolean;
  readonly #profile: Profile;
  // Indexed when first asked for: an exchange may have thousands of stimuli.
  #byStimulus: Map<Stimulus | undefined, SeenFrame[]> | undefined;
  #tunnelled: Map<Stimulus | undefined, TunnelPacket[]> | undefined;
  #strangersReported = false;

  constructor(
    {
      frames,
      control,
      mayHoldBack = () => false,
    }: {
      readonly frames: readonly SeenFrame[];
      readonly control: readonly SeenFrame[];
      readonly mayHoldBack?: (stimulus: Stimulus) => boolean;
    },
    stimuli: readonly Stimulus[],
    certainty: { readonly P: Certainty; readonly U: Certainty },
    profile: Profile,
    range: { readonly fromFrame: number; readonly toFrame: number },
  ) {
    this.range = range;
    this.frames = frames;
    this.control = control;
    this.stimuli = stimuli;
    this.certainty = certainty;
    this.#profile = profile;
    this.mayHoldBack = mayHoldBack;
  }

  of(stimulus: Stimulus): readonly SeenFrame[] {
    this.#byStimulus ??= grouped(this.frames, (frame) => frame.stimulus);
    return this.#byStimulus.get(stimulus) ?? [];
  }

  /** Frames that belong to no stimulus; they are handed out once, so that they are charged once. */
  takeStrangers(): readonly SeenFrame[] {
    if (this.#strangersReported) return [];
    this.#strangersReported = true;
    return this.frames.filter((frame) => frame.stimulus === undefined);
  }

  tunnelPackets(stimulus: Stimulus): readonly TunnelPacket[] {
    return this.#tunnelledFor(stimulus).filter((packet) => this.#errorIn(packet, stimulus) === undefined);
  }

  podPackets(stimulus: Stimulus): readonly Ipv6Packet[] {
    return this.#nativePackets(stimulus).filter(
      ({ packet, frame }) => errorAbout(icmpv6In(packet, frame, undefined), stimulus) === undefined,
    );
  }

  icmpv6Errors(stimulus: Stimulus): readonly Icmpv6Message[] {
    const native = this.#nativePackets(stimulus).flatMap(
      ({ packet, frame }) => errorAbout(icmpv6In(packet, frame, undefined), stimulus) ?? [],
    );
    const tunnelled = this.#tunnelledFor(stimulus).flatMap((packet) => this.#errorIn(packet, stimulus) ?? []);
    return [...native, ...tunnelled];
  }

  /** ICMPv6 informational messages that belong to the stimulus, native or through the tunnel. */
  icmpv6Informational(stimulus: Stimulus): readonly Icmpv6Message[] {
    const native = this.#nativePackets(stimulus).flatMap(
      ({ packet, frame }) => icmpv6In(packet, frame, undefined) ?? [],
    );
    const tunnelled = this.#tunnelledFor(stimulus).flatMap(
      (packet) => icmpv6In(packet.inner, packet.frame, packet) ?? [],
    );
    return [...native, ...tunnelled].filter((message) => !isIcmpv6Error(message));
  }

  #errorIn(packet: TunnelPacket, stimulus: Stimulus): Icmpv6Message | undefined {
    return errorAbout(icmpv6In(packet.inner, packet.frame, packet), stimulus);
  }

  #nativePackets(stimulus: Stimulus): Ipv6Packet[] {
    return this.of(stimulus).flatMap((frame) => nativePacket(frame) ?? []);
  }

  #tunnelledFor(stimulus: Stimulus): readonly TunnelPacket[] {
    this.#tunnelled ??= grouped(tunnelPacketsIn(this.frames, this.#profile), (packet) => packet.frame.stimulus);
    return this.#tunnelled.get(stimulus) ?? [];
  }
}

/** The IPv6 packet that a frame carries natively, on whatever port. */
export const nativePacket = (frame: SeenFrame): Ipv6Packet | undefined => {
  const { bytes } = frame;
  if (bytes.length < ETHERNET.HEADER_LENGTH + IPV6.HEADER_LENGTH || ethernetEtherType(bytes) !== ETHER_TYPE.IPV6)
    return undefined;
  const packet = ipv6PacketIn(bytes.subarray(ETHERNET.HEADER_LENGTH));
  return { frame, packet, header: readIpv6Header(packet, 0) };
};

/** The message if it is an ICMPv6 error about the stimulus, not the stimulus itself on its way (which may be an ICMPv6 error too). */
const errorAbout = (message: Icmpv6Message | undefined, stimulus: Stimulus): Icmpv6Message | undefined => {
  if (message === undefined || !isIcmpv6Error(message)) return undefined;
  const isStimulusItself =
    stimulus.inner.length >= IPV6.HEADER_LENGTH &&
    equalBytes(
      message.packet.subarray(IPV6.SOURCE, IPV6.HEADER_LENGTH),
      stimulus.inner.subarray(IPV6.SOURCE, IPV6.HEADER_LENGTH),
    );
  return isStimulusItself ? undefined : message;
};
