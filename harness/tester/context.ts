import type { Ipv4Address } from '../address/ipv4-address.ts';
import type { Ipv6Address } from '../address/ipv6-address.ts';
import type { Lab } from '../lab/index.ts';
import type { Profile } from '../profile/index.ts';
import type { SeededRandom } from '../random.ts';
import type { TargetStats } from '../target/stats.ts';
import type { PortName } from '../wire/wire.ts';
import type { SetupChanges } from './setup-changes.ts';
import type { SeenFrame, TunnelPacket, Ipv6Packet, Icmpv6Message, Seen } from './observation.ts';
import type {
  InnerFields,
  PodStimulusFields,
  TunnelStimulusFields,
  Stimulus,
  FragmentPiece,
  Watch,
} from './stimulus.ts';

export type { SetupChanges, TargetStats };
export type * from './observation.ts';
export type * from './stimulus.ts';

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
  /** The stimulus that it is about, where no frame shows it. */
  readonly stimulus?: Stimulus;
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

/** What an expectation would have recorded; see {@link TestContext.trial}. */
export interface Trial {
  readonly failed: boolean;
  readonly doubtful: boolean;
  /** Records it after all. */
  keep(): void;
}

/**
 * What a case works with. Expectations do not throw: they record violations and return undefined when there is nothing to go on with,
 * so that one run of a case names everything that is wrong. When the path itself is dead they record a doubt instead.
 */
export interface TestContext {
  readonly lab: Lab;
  readonly profile: Profile;
  /** The same nodes with their addresses in the second tunnel; throws where the set-up has none. */
  readonly secondLab: Lab;
  /** Largest inner packet of the set-up: underlay MTU minus overhead, or the static tunnel MTU. */
  readonly tunnelMtuBytes: number;
  readonly underlayMtuBytes: number;
  /** Seeded; the same seed gives the same case. */
  readonly random: SeededRandom;
  /** How many packets a case of random packets is to try. */
  readonly propertyPackets: number;

  /** A frame from a pod, on P. Default: from pod 0 of N1 to pod 0 of N2. */
  fromPod(fields?: PodStimulusFields): Stimulus;
  /** An encapsulated packet on U. Default: from pod 0 of N2 to pod 0 of N1, outer N2 to N1. */
  fromTunnel(inner?: InnerFields | Uint8Array, fields?: TunnelStimulusFields): Stimulus;
  /** Any frame. The mark is the one that the frame carries, where it was made with `mark()`. */
  raw(port: PortName, title: string, frame: Uint8Array, mark?: number): Stimulus;
  /** One outer fragment of a tunnel stimulus, right or wrong. Fragments of one whole share an Identification that no other has. */
  fragmentOf(whole: Stimulus, piece: FragmentPiece): Stimulus;
  /** A tunnel stimulus in outer fragments of these payload lengths (multiples of 8), the last one with the rest, in order. */
  fragmentsOf(whole: Stimulus, pieceLengthsBytes: readonly number[]): Stimulus[];
  /** A fresh mark, for packets that a case builds itself: put it into the flow label, or `tag(mark)` into the payload. */
  mark(): number;
  tag(mark: number): Uint8Array;
  /** An inner packet as bytes, for nesting; carries `mark` where given, a fresh one otherwise. */
  inner(fields?: InnerFields & { readonly mark?: number }): Uint8Array;

  /** Sends good packets both ways, the stimuli in order, good packets both ways; resolves when the last have come out. */
  exchange(...stimuli: readonly Stimulus[]): Promise<Seen>;
  /** As `exchange`, but no good packet goes before the stimuli: they are the first that a fresh DUT sees. */
  coldExchange(...stimuli: readonly Stimulus[]): Promise<Seen>;
  /** As `exchange`, but listens on after the stimuli, for what a timer of the DUT sets off, before good packets go again. */
  watch(watch: Watch, ...stimuli: readonly Stimulus[]): Promise<Seen>;
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
  /** Runs expectations without recording what they find: it is handed back, to be kept or dropped. */
  trial(expectations: () => void): Trial;
  /**
   * Says that everything about an exchange has been judged. Where the rules find nothing wrong in its frames either, they are let
   * go of, so that a case of a million packets runs in the memory of one; else they stay as evidence.
   */
  forget(seen: Seen): void;
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
  /** What the target counts; ends the case as `skip` when it has nothing to say (exit 127, or no program `stats`). */
  stats(): Promise<TargetStats>;
  /** Waits on the node's clock; only where the protocol has a timer, in cases marked `slow`. */
  sleep(durationMs: number): Promise<void>;

  /** Makes the tester answer, or stop answering, ARP (IPv4) or neighbour discovery (IPv6) for an address. */
  answerFor(address: Ipv4Address | Ipv6Address, answer: boolean): void;
}
