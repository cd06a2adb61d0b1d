import type { NodeSession } from '../node/node.ts';
import { tunnelPortsOf, type Profile } from '../profile/index.ts';
import { seededRandom, type SeededRandom } from '../random.ts';
import { Recorder, recordWire, type RecordedWire } from '../wire/recorder.ts';
import { WireError } from '../wire/wire-error.ts';
import type { PortName } from '../wire/wire.ts';
import { identificationsOf } from './chosen-identifications.ts';
import { CaseContext, type CaseHost } from './case-scope.ts';
import { CourseLog } from './course.ts';
import type { SetupChanges } from './context.ts';
import { Dispatcher, withoutBytes, type MarkOwner } from './dispatcher.ts';
import { errorAllowanceOf, type ErrorAllowance, type JudgedErrors } from './error-allowance.ts';
import { runExchange } from './exchange.ts';
import { Fences } from './fences.ts';
import { describeFrames } from './judgement.ts';
import { Marks } from './marks.ts';
import { Players } from './players.ts';
import { segmentOf } from './segment.ts';
import { ownDelayOf } from './own-delay.ts';
import { planSetUp, underPolicies, type SetUp } from './set-up.ts';
import type { SeenExchange } from './seen.ts';
import { StimulusFactory } from './stimuli.ts';
import {
  DEFAULT_PROPERTY_PACKETS,
  type CaseObservations,
  type CaseScope,
  type CaseSegment,
  type CaseTreatment,
  type LateFrame,
  type Testbed,
  type TestbedOptions,
  type TestbedUpOutcome,
} from './testbed-contract.ts';

const DEFAULT_FENCE_TIMEOUT_MS = 5000;
/** Above it there is room for the packets of a case, since a mark has 32 bits. */
const HIGHEST_PLACE = 0x80000000;
/** Waited once, at the end of a run: what has not come out by then is not waited for. */
const LATE_WAIT_MS = 500;

/** Everything that belongs to one set-up and is made anew with the next. */
interface Current {
  readonly setUp: SetUp;
  readonly factory: StimulusFactory;
  readonly players: Players;
  readonly fences: Fences;
  readonly changes: SetupChanges;
  readonly fromFrame: number;
}

/** The tester around one node session, for one profile. Make it with {@link createTestbed}. */
class LiveTestbed implements Testbed {
  readonly recorder = new Recorder();
  readonly #session: NodeSession;
  readonly #profile: Profile;
  readonly #random: SeededRandom;
  readonly #timeoutMs: number;
  readonly #propertyPackets: number;
  readonly #wires = new Map<PortName, RecordedWire>();
  readonly #seed: string;
  readonly #nonce: number;
  readonly #marks: Marks<MarkOwner>;
  readonly #dispatcher: Dispatcher;
  readonly #errors: ErrorAllowance;
  #current: Current | undefined;
  #segments: CaseSegment[] = [];
  #mayForget: (segment: CaseSegment) => boolean = () => false;
  #judgedErrors: JudgedErrors | undefined;
  #lateJudged = 0;
  /** Whether the DUT answered nothing under the last set-up. */
  #isSilent = false;
  /** What the case at hand has done so far. */
  #course: CourseLog | undefined;
  /** Of the case at hand: whether it exchanged anything, and whether the DUT forwarded anything then. */
  #traffic = { exchanged: false, forwarded: false };

  constructor({ session, profile, seed, fenceTimeoutMs, propertyPackets }: TestbedOptions) {
    this.#session = session;
    this.#profile = profile;
    this.#random = seededRandom(seed);
    this.#timeoutMs = fenceTimeoutMs ?? DEFAULT_FENCE_TIMEOUT_MS;
    this.#propertyPackets = propertyPackets ?? DEFAULT_PROPERTY_PACKETS;
    const marking = this.#random.fork(`marks ${profile.text}`);
    this.#seed = seed;
    this.#nonce = marking.int(0x10000);
    this.#marks = new Marks<MarkOwner>(this.#nonce, marking.int(0x100000));
    this.#dispatcher = new Dispatcher(this.#marks, (port, frame) => this.#answer(port, frame));
    this.#errors = errorAllowanceOf(session);
    this.recorder.onRecorded((frame) => {
      if (this.#current !== undefined) this.#errors.take(frame);
      this.#dispatcher.take(frame);
    });
    for (const [port, wire] of session.wires) this.#wires.set(port, recordWire(wire, this.recorder));
  }

  async up(asked: SetupChanges = {}): Promise<TestbedUpOutcome> {
    const changes = underPolicies(this.#profile, asked);
    const setUp = planSetUp(this.#session, this.#profile, changes);
    this.#endSegment();
    this.#current = this.#prepare(setUp, changes);
    const outcome = await this.#session.up(setUp.setup);
    if (outcome.kind === 'ready') return { kind: 'ready' };
    this.#current = undefined;
    return { kind: 'unsupported', reason: outcome.reason };
  }

  async down(): Promise<void> {
    if (this.#current !== undefined) this.#isSilent = this.#current.fences.isSilent;
    this.#endSegment();
    await this.#session.down();
    this.#current = undefined;
  }

  begin(caseId: string, { mayForget = () => false, errors, repetition = 1 }: CaseTreatment = {}): CaseScope {
    this.#mayForget = mayForget;
    this.#judgedErrors = errors;
    this.#traffic = { exchanged: false, forwarded: false };
    const first = this.recorder.mark().nextNumber;
    this.#segments = [];
    if (this.#current !== undefined) this.#current = { ...this.#current, fromFrame: first };
    this.#course = new CourseLog(this.#current?.changes ?? {}, this.#current?.setUp.lab.macs.dut);
    // Neither its packets nor their marks depend on what ran before.
    const place = this.#random.fork(`marks ${this.#profile.text} ${caseId} ${String(repetition)}`).int(HIGHEST_PLACE);
    this.#marks.goOnAfter(place);
    const context = new CaseContext(this.#host(), caseId, this.#random.fork(caseId));
    return { context, finish: () => this.#finish(context) };
  }

  markOf(frame: Uint8Array): number | undefined {
    return this.#dispatcher.markOf(frame);
  }

  async comesAlive(limitMs: number): Promise<boolean> {
    return (await this.#current?.fences.comesAlive(limitMs)) ?? false;
  }

  async lateFrames(): Promise<readonly LateFrame[]> {
    await this.#session.clock.sleep(LATE_WAIT_MS);
    const late = this.#dispatcher.late.slice(this.#lateJudged);
    this.#lateJudged = this.#dispatcher.late.length;
    return late.map(({ caseId, frame, stimulus }) => ({
      caseId,
      frame,
      description: `${describeFrames([frame], this.#profile)} (after the ${stimulus.title})`,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The session may go on to another test bed, whose frames are not for the record of this one.
    for (const wire of this.#wires.values()) wire.detach();
    await this.down();
  }

  #prepare(setUp: SetUp, changes: SetupChanges): Current {
    this.#dispatcher.reading = tunnelPortsOf(setUp.lab.profile);
    const factory = new StimulusFactory(setUp.lab, (mark) => this.#marks.tag(mark));
    const fences = new Fences({
      lab: setUp.lab,
      clock: this.#session.clock,
      marks: this.#marks,
      dispatcher: this.#dispatcher,
      factory,
      timeoutMs: this.#timeoutMs,
      isKnownSilent: this.#isSilent,
      ownDelay: ownDelayOf(this.#session),
      hasSecondUnderlayPort: changes.secondUnderlayPort === true,
      send: this.#send.bind(this),
    });
    return {
      setUp,
      factory,
      fences,
      changes,
      players: new Players(setUp.lab, setUp.second),
      fromFrame: this.recorder.mark().nextNumber,
    };
  }

  #answer(port: PortName, frame: Uint8Array): boolean {
    const reply = this.#current?.players.replyTo(port, frame);
    if (reply === undefined) return false;
    this.#send(port, reply);
    return true;
  }

  #send(port: PortName, frame: Uint8Array): void {
    const wire = this.#wires.get(port);
    if (wire === undefined)
      throw new WireError(
        'WIRE_FAILED',
        `expected a node with port ${port}, found ${[...this.#wires.keys()].join(', ')}`,
      );
    wire.send(frame);
  }

  #required(): Current {
    if (this.#current === undefined) throw new Error('Expected a DUT that is up; call up() before begin()');
    return this.#current;
  }

  #host(): CaseHost {
    // The case works on whatever set-up is current, which its own restarts replace.
    const required = (): Current => this.#required();
    return {
      get current(): Current {
        return required();
      },
      propertyPackets: this.#propertyPackets,
      nextMark: () => this.#marks.next(),
      tag: (mark) => this.#marks.tag(mark),
      identificationOf: (mark) => identificationsOf(this.#session).of(mark),
      exchange: async (caseId, stimuli, { cold = false, watch }) => {
        const { fences } = required();
        if (this.#judgedErrors !== undefined) await this.#errors.refill(stimuli, this.#judgedErrors);
        const sent = this.#course?.exchange(stimuli, cold, watch?.forMs);
        const seen = await runExchange(stimuli, {
          caseId,
          cold,
          ...(watch === undefined ? {} : { watch }),
          clock: this.#session.clock,
          fences,
          dispatcher: this.#dispatcher,
          marks: this.#marks,
          mayHoldBack: (stimulus) => this.#errors.isSpent(stimulus),
          profile: required().setUp.lab.profile,
          nextFrame: () => this.recorder.mark().nextNumber,
          send: (port, frame) => {
            sent?.(this.recorder.mark().nextNumber);
            this.#send(port, frame);
          },
        });
        this.#traffic = { exchanged: true, forwarded: this.#traffic.forwarded || fences.isForwarding };
        return seen;
      },
      forget: (seen) => {
        this.#forget(seen);
      },
      restart: async (asked) => {
        const changes = underPolicies(this.#profile, asked);
        const merged = { ...required().changes, ...changes };
        const before = required();
        this.#course?.add({ kind: 'restart', changes });
        await this.down();
        const outcome = await this.up(merged);
        if (outcome.kind === 'ready') return { refused: undefined };
        // Nothing is up now; the lab of the set-up before is what the case may still talk about.
        this.#current = { ...before, fromFrame: this.recorder.mark().nextNumber };
        return { refused: outcome.reason };
      },
      stats: () => this.#session.stats(),
      sleep: (durationMs) => {
        this.#course?.add({ kind: 'sleep', forMs: durationMs });
        return this.#session.clock.sleep(durationMs);
      },
      answerFor: (address, answer) => {
        this.#course?.add({ kind: 'answer-for', address: address.toString(), answer });
        required().players.answerFor(address, answer);
      },
    };
  }

  #endSegment(): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#segments.push(segmentOf(current, { ...current, toFrame: this.recorder.mark().nextNumber }));
  }

  /** The mark of a forgotten stimulus stays, so that what comes late of it is known; its bytes go. */
  #forget({ range, stimuli }: SeenExchange): void {
    if (!this.#mayForget(segmentOf(this.#required(), range))) return;
    this.#course?.forget(range);
    this.recorder.discard({ nextNumber: range.fromFrame }, { nextNumber: range.toFrame });
    for (const { mark } of stimuli) this.#marks.lighten(mark, withoutBytes);
  }

  #finish(context: CaseContext): CaseObservations {
    this.#endSegment();
    const { restarted, judgement } = context;
    const { violations, doubts, notes, judgements } = judgement;
    const segments = this.#segments;
    this.#segments = [];
    const { exchanged, forwarded } = this.#traffic;
    const profileText = this.#profile.text;
    const course = this.#course?.finish({ profileText, seed: this.#seed, nonce: this.#nonce });
    return {
      violations,
      doubts,
      notes,
      judgements,
      segments,
      restarted,
      isDead: exchanged && !forwarded,
      ...(course === undefined ? {} : { course }),
    };
  }
}

/** Puts a tester around a started node. The session stays the caller's: disposing of the test bed takes the target down and ends the recording. */
export const createTestbed = async (options: TestbedOptions): Promise<Testbed> =>
  Promise.resolve(new LiveTestbed(options));
