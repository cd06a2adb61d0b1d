import type { Ipv4Address } from '../address/ipv4-address.ts';
import type { Ipv6Address } from '../address/ipv6-address.ts';
import type { Lab } from '../lab/index.ts';
import type { Profile } from '../profile/index.ts';
import type { SeededRandom } from '../random.ts';
import type { StatsOutcome, TargetStats } from '../target/stats.ts';
import type { PortName } from '../wire/wire.ts';
import type {
  ExpectOptions,
  FragmentPiece,
  Icmpv6Expectation,
  Icmpv6Message,
  InnerFields,
  Ipv6Packet,
  PodStimulusFields,
  Seen,
  SetupChanges,
  SilenceOptions,
  Stimulus,
  TestContext,
  Trial,
  TunnelPacket,
  TunnelStimulusFields,
  Watch,
} from './context.ts';
import { Expectations } from './expectations.ts';
import { fragmentOf, fragmentsOf } from './fragments.ts';
import { Judgement } from './judgement.ts';
import { SeenExchange } from './seen.ts';
import { SkipSignal } from './skip-signal.ts';
import type { SetUp } from './set-up.ts';
import type { StimulusFactory } from './stimuli.ts';

/** What a case needs of the test bed; the set-up in it changes when the case restarts the DUT. */
export interface CaseHost {
  readonly current: { readonly setUp: SetUp; readonly factory: StimulusFactory };
  readonly propertyPackets: number;
  nextMark(): number;
  tag(mark: number): Uint8Array;
  /** For the fragments of the packet with this mark. */
  identificationOf(mark: number): number;
  exchange(
    caseId: string,
    stimuli: readonly Stimulus[],
    how: { readonly cold?: boolean; readonly watch?: Watch },
  ): Promise<SeenExchange>;
  forget(seen: SeenExchange): void;
  restart(changes: SetupChanges): Promise<{ readonly refused: string | undefined }>;
  stats(): Promise<StatsOutcome>;
  sleep(durationMs: number): Promise<void>;
  answerFor(address: Ipv4Address | Ipv6Address, answer: boolean): void;
}

/** The TestContext of one case. */
export class CaseContext implements TestContext {
  readonly judgement: Judgement;
  readonly random: SeededRandom;
  restarted = false;
  readonly #host: CaseHost;
  readonly #caseId: string;
  readonly #expectations: Expectations;

  /** @param caseId id of the case: its requirement, with a variant behind a slash */
  constructor(host: CaseHost, caseId: string, random: SeededRandom) {
    this.#host = host;
    this.#caseId = caseId;
    this.random = random;
    this.judgement = new Judgement(caseId.split('/', 1)[0] ?? caseId, () => this.profile);
    this.#expectations = new Expectations(this.judgement);
  }

  get lab(): Lab {
    return this.#host.current.setUp.lab;
  }

  get profile(): Profile {
    return this.lab.profile;
  }

  get secondLab(): Lab {
    const { second } = this.#host.current.setUp;
    if (second === undefined) throw new Error('Expected a set-up with a second tunnel; ask for one in the changes');
    return second;
  }

  get tunnelMtuBytes(): number {
    return this.#host.current.setUp.tunnelMtuBytes;
  }

  get underlayMtuBytes(): number {
    return this.#host.current.setUp.underlayMtuBytes;
  }

  get propertyPackets(): number {
    return this.#host.propertyPackets;
  }

  fromPod(fields: PodStimulusFields = {}): Stimulus {
    return this.#host.current.factory.fromPod(fields, this.mark());
  }

  fromTunnel(inner: InnerFields | Uint8Array = {}, fields: TunnelStimulusFields = {}): Stimulus {
    return this.#host.current.factory.fromTunnel(inner, fields, this.mark());
  }

  raw(port: PortName, title: string, frame: Uint8Array, mark: number = this.mark()): Stimulus {
    return { port, title, frame, mark, inner: new Uint8Array(0) };
  }

  fragmentOf(whole: Stimulus, piece: FragmentPiece): Stimulus {
    return fragmentOf(whole, piece, (mark) => this.#host.identificationOf(mark));
  }

  fragmentsOf(whole: Stimulus, pieceLengthsBytes: readonly number[]): Stimulus[] {
    return fragmentsOf(whole, pieceLengthsBytes, (mark) => this.#host.identificationOf(mark));
  }

  mark(): number {
    return this.#host.nextMark();
  }

  tag(mark: number): Uint8Array {
    return this.#host.tag(mark);
  }

  inner(fields: InnerFields & { readonly mark?: number } = {}): Uint8Array {
    const { lab } = this;
    return this.#host.current.factory.inner(fields, fields.mark ?? this.mark(), lab.n2.pod(), lab.n1.pod());
  }

  exchange(...stimuli: readonly Stimulus[]): Promise<Seen> {
    return this.#host.exchange(this.#caseId, stimuli, {});
  }

  coldExchange(...stimuli: readonly Stimulus[]): Promise<Seen> {
    return this.#host.exchange(this.#caseId, stimuli, { cold: true });
  }

  watch(watch: Watch, ...stimuli: readonly Stimulus[]): Promise<Seen> {
    return this.#host.exchange(this.#caseId, stimuli, { watch });
  }

  async expectSilence(stimuli: Stimulus | readonly Stimulus[], options?: SilenceOptions): Promise<Seen> {
    const list = 'frame' in stimuli ? [stimuli] : stimuli;
    const seen = await this.exchange(...list);
    for (const stimulus of list) this.expectNothing(seen, stimulus, options);
    return seen;
  }

  expectTunnelled(
    seen: Seen,
    stimulus: Stimulus,
    options?: { readonly outerDestination?: Ipv4Address; readonly requirement?: string },
  ): TunnelPacket | undefined {
    return this.#expectations.tunnelled(ours(seen), stimulus, options);
  }

  expectDelivered(seen: Seen, stimulus: Stimulus, options?: { readonly requirement?: string }): Ipv6Packet | undefined {
    return this.#expectations.delivered(ours(seen), stimulus, options);
  }

  expectIcmpv6(seen: Seen, stimulus: Stimulus, expectation: Icmpv6Expectation): Icmpv6Message | undefined {
    return this.#expectations.icmpv6(ours(seen), stimulus, expectation);
  }

  expectNothing(seen: Seen, stimulus: Stimulus, options?: SilenceOptions): void {
    this.#expectations.nothing(ours(seen), stimulus, options);
  }

  echoReply(seen: Seen, stimulus: Stimulus): Icmpv6Message | undefined {
    return this.#expectations.echoReply(ours(seen), stimulus);
  }

  expectEqual<Value extends number | string | boolean>(
    what: string,
    actual: Value,
    legal: Value | readonly Value[],
    options?: ExpectOptions,
  ): boolean {
    return this.judgement.expectEqual(what, actual, legal, options);
  }

  expectBytes(
    what: string,
    actual: Uint8Array,
    expected: Uint8Array,
    options?: ExpectOptions & { readonly ignore?: (offset: number) => boolean },
  ): boolean {
    return this.judgement.expectBytes(what, actual, expected, options);
  }

  trial(expectations: () => void): Trial {
    return this.judgement.trial(expectations);
  }

  forget(seen: Seen): void {
    // What shows a violation is evidence, and what came before it may explain it.
    if (this.judgement.violations.length === 0) this.#host.forget(ours(seen));
  }

  violation(expected: string | readonly string[], actual: string, options?: ExpectOptions): void {
    this.judgement.judgements += 1;
    this.judgement.violation(expected, actual, options);
  }

  doubt(reason: string): void {
    this.judgement.doubt(reason);
  }

  skip(reason: string): never {
    throw new SkipSignal(reason);
  }

  note(text: string): void {
    this.judgement.notes.push(text);
  }

  async restart(changes: SetupChanges = {}): Promise<void> {
    const { refused } = await this.tryRestart(changes);
    if (refused !== undefined) this.skip(`The target does not support this set-up: ${refused}`);
  }

  async tryRestart(changes: SetupChanges): Promise<{ readonly refused: string | undefined }> {
    this.restarted = true;
    return this.#host.restart(changes);
  }

  async stats(): Promise<TargetStats> {
    const outcome = await this.#host.stats();
    return outcome.kind === 'stats'
      ? outcome.stats
      : this.skip(`The target does not say what it counts: ${outcome.reason}`);
  }

  sleep(durationMs: number): Promise<void> {
    return this.#host.sleep(durationMs);
  }

  answerFor(address: Ipv4Address | Ipv6Address, answer: boolean): void {
    this.#host.answerFor(address, answer);
  }
}

/** Only exchanges make a Seen; the type that a case sees hides what the expectations need of it. */
const ours = (seen: Seen): SeenExchange => {
  if (seen instanceof SeenExchange) return seen;
  throw new TypeError('Expected what exchange() returned');
};
