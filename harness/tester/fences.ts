import type { Clock } from '../wire/clock.ts';
import type { RecordedFrame } from '../wire/recorder.ts';
import type { PortName } from '../wire/wire.ts';
import type { Lab } from '../lab/index.ts';
import type { Dispatcher, MarkOwner } from './dispatcher.ts';
import type { Marks } from './marks.ts';
import type { OwnDelay } from './own-delay.ts';
import { arpProbe, solicitationProbe, type Probe } from './probes.ts';
import type { Certainty } from './seen.ts';
import type { StimulusFactory } from './stimuli.ts';

/** The port that a good packet enters; it leaves on the other one. */
export type Entry = 'P' | 'U';
const ENTRIES: readonly Entry[] = ['P', 'U'];

/** What is known of a direction: whether a good packet entering there comes out of the other port. */
type PathState = 'unknown' | 'open' | 'closed';

/** After this much silence the DUT is asked whether it is there at all. */
const QUICK_WAIT_MS = 100;
/** Silence after which a DUT that answers has nothing more to say. */
const QUIET_WAIT_MS = 700;
/** A node may report a good packet and send it all the same: the packet then follows at once. */
const REPORTED_WAIT_MS = 20;

/** More rounds than a set-up has neighbours would mean that the DUT asks for ever. */
const MAXIMUM_ROUNDS = 64;

export interface FencesOptions {
  readonly lab: Lab;
  readonly clock: Clock;
  readonly marks: Marks<MarkOwner>;
  readonly dispatcher: Dispatcher;
  readonly factory: StimulusFactory;
  readonly timeoutMs: number;
  readonly hasSecondUnderlayPort: boolean;
  readonly send: (port: PortName, frame: Uint8Array) => void;
  /** The DUT did not answer under the set-up before either. */
  readonly isKnownSilent: boolean;
  readonly ownDelay: OwnDelay;
}

/**
 * Proves that the DUT is done: a good packet sent after a stimulus on the same port comes out after everything that the
 * stimulus caused there, because ports and queues keep their order. Good packets then go the other way as well, so that the
 * other port has said everything too; and again as long as neighbours had to be found, because packets wait for that.
 */
export class Fences {
  readonly #options: FencesOptions;
  readonly #paths: Record<Entry, PathState> = { P: 'unknown', U: 'unknown' };
  /** Ways that were open until a good packet did not come out. */
  readonly #toBeTried = new Set<Entry>();
  #repliesBefore = 0;
  #repliesPaced = 0;
  /** How often in a row the DUT has let the whole time-out pass without an answer. */
  #unanswered: number;

  constructor(options: FencesOptions) {
    this.#options = options;
    this.#unanswered = options.isKnownSilent ? 1 : 0;
  }

  /** The DUT has been given all the time that there is, and is not given as much again until it answers. */
  get isSilent(): boolean {
    return this.#unanswered > 0;
  }

  /** Good A: sends a good packet each way unless the way is known to be open. */
  async establish(): Promise<void> {
    for (const entry of this.#toBeTried) this.#paths[entry] = 'unknown';
    this.#toBeTried.clear();
    const unknown = ENTRIES.filter((entry) => this.#paths[entry] === 'unknown');
    const open = await Promise.all(unknown.map((entry) => this.#goodPacket(entry)));
    unknown.forEach((entry, index) => (this.#paths[entry] = open[index] === true ? 'open' : 'closed'));
  }

  /** Whether good packets come out of the DUT at all, one way or the other, as far as is known. */
  get isForwarding(): boolean {
    return ENTRIES.some((entry) => this.#paths[entry] === 'open');
  }

  /** Sends one good packet each way and waits no longer than this for either to come out. */
  async comesAlive(limitMs: number): Promise<boolean> {
    const { clock } = this.#options;
    const sent = ENTRIES.map((entry) => this.#sendGoodPacket(entry));
    await clock.wait(Promise.race(sent.map(({ forwarded }) => forwarded)), limitMs);
    for (const { forget } of sent) forget();
    return sent.some(({ hasPassed }) => hasPassed());
  }

  /**
   * Good packet on one port alone, for flow control inside a long row of stimuli. Where a neighbour had to be found the answer comes in on the
   * port opposite to what waits for it, so that a good packet goes there as well: a node need not keep more than one packet meanwhile.
   */
  async pace(entry: Entry): Promise<void> {
    await this.#goodUnlessClosed(entry);
    const { playerReplies } = this.#options.dispatcher;
    if (playerReplies === this.#repliesPaced) return;
    this.#repliesPaced = playerReplies;
    await this.#goodUnlessClosed(entry === 'P' ? 'U' : 'P');
  }

  async #goodUnlessClosed(entry: Entry): Promise<void> {
    if (this.#paths[entry] !== 'closed') await this.#goodPacket(entry);
  }

  /** Good B: resolves when both ports have said what they had to say about frames sent so far on `entries`. */
  async settle(entries: ReadonlySet<Entry>): Promise<{ readonly P: Certainty; readonly U: Certainty }> {
    const { dispatcher } = this.#options;
    // After a cold start nothing is known; what comes out now decides.
    const first = ENTRIES.filter((entry) => entries.has(entry));
    let certainty = await this.#pass(first);
    const opposite = first.length === 2 ? ENTRIES : ENTRIES.filter((entry) => !entries.has(entry));
    certainty = { ...certainty, ...(await this.#pass(opposite)) };
    let replies = this.#repliesBefore;
    for (let round = 0; round < MAXIMUM_ROUNDS && replies !== dispatcher.playerReplies; round += 1) {
      replies = dispatcher.playerReplies;
      certainty = { ...certainty, ...(await this.#pass(['U'])) };
      certainty = { ...certainty, ...(await this.#pass(['P'])) };
    }
    return { P: certainty.P ?? 'silent', U: certainty.U ?? 'silent' };
  }

  /** Once all is settled: gives the DUT the time that it takes for what it says itself. */
  async linger(isMissing: () => boolean): Promise<void> {
    await this.#options.ownDelay.linger({ ...this.#options, fences: this }, isMissing);
  }

  /** Remembers how much had been asked and answered when an exchange began. */
  begin(): void {
    this.#repliesBefore = this.#options.dispatcher.playerReplies;
    this.#repliesPaced = this.#repliesBefore;
  }

  /** Certainty about the port where packets entering at `entries` leave. */
  async #pass(entries: readonly Entry[]): Promise<Partial<Record<Entry, Certainty>>> {
    const results = await Promise.all(entries.map((entry) => this.#fence(entry)));
    if (this.#options.hasSecondUnderlayPort && entries.includes('P')) {
      await this.#probe(arpProbe(this.#options.lab, 'U2'), this.#patienceMs);
    }
    const certainty: Partial<Record<Entry, Certainty>> = {};
    entries.forEach((entry, index) => {
      const result = results[index];
      if (result !== undefined) certainty[entry === 'P' ? 'U' : 'P'] = result;
    });
    return certainty;
  }

  async #fence(entry: Entry): Promise<Certainty> {
    if (this.#paths[entry] !== 'closed') {
      if (await this.#goodPacket(entry)) {
        this.#paths[entry] = 'open';
        return 'fenced';
      }
      // Open a moment ago, so perhaps lost for once: the next exchange finds out.
      if (this.#paths[entry] === 'open') this.#toBeTried.add(entry);
      this.#paths[entry] = 'closed';
    }
    return (await this.#isAnswering(entry)) ? 'answered' : 'silent';
  }

  /** Whether the DUT answers on the port of entry and then on the other one, so that it has dealt with what came before. */
  async #isAnswering(entry: Entry): Promise<boolean> {
    const { lab } = this.#options;
    const asked =
      entry === 'P' ? [solicitationProbe(lab), arpProbe(lab, 'U')] : [arpProbe(lab, 'U'), solicitationProbe(lab)];
    for (const probe of asked) {
      if (await this.#probe(probe, this.#patienceMs)) continue;
      this.#unanswered += 1;
      return false;
    }
    this.#unanswered = 0;
    return true;
  }

  get #patienceMs(): number {
    const { timeoutMs } = this.#options;
    return this.isSilent ? Math.min(timeoutMs, QUIET_WAIT_MS) : timeoutMs;
  }

  /** True when the packet came out of the other port; false when it did not in time, or came back as an error. */
  async #goodPacket(entry: Entry): Promise<boolean> {
    const { clock, timeoutMs } = this.#options;
    const sent = this.#sendGoodPacket(entry);
    const hasPassed = async (): Promise<boolean> =>
      sent.hasPassed() ||
      (sent.isReported() && (await clock.wait(sent.forwarded, Math.min(timeoutMs, REPORTED_WAIT_MS))));
    try {
      if (await clock.wait(sent.decided, Math.min(timeoutMs, QUICK_WAIT_MS))) return await hasPassed();
      // Nothing yet. A DUT that answers questions asked after the packet, and falls quiet, has lost it; any other is waited for.
      const isAnswering = await this.#isAnswering(entry);
      const limitMs = isAnswering ? Math.min(timeoutMs, QUIET_WAIT_MS) : this.#patienceMs;
      for (let round = 0; round < MAXIMUM_ROUNDS && !(await this.#decidedOrQuiet(sent.decided, limitMs)); round += 1);
      const passed = await hasPassed();
      if (passed) this.#unanswered = 0;
      return passed;
    } finally {
      sent.forget();
    }
  }

  #sendGoodPacket(entry: Entry): GoodPacket {
    const { marks, factory, send } = this.#options;
    const mark = marks.next();
    const stimulus = entry === 'P' ? factory.fromPod({}, mark) : factory.fromTunnel({}, {}, mark);
    const packet = awaitedPacket(entry);
    marks.claim(mark, { kind: 'fence', mark, arrived: packet.arrived }, stimulus.inner);
    send(entry, stimulus.frame);
    // Remembered as one of ours for a long time, without its bytes.
    const forget = (): void => {
      marks.lighten(mark, () => ({ kind: 'fence', mark, arrived: ignore }));
    };
    return { ...packet, forget };
  }

  /** Waits while the DUT keeps saying something: a slow one is not a dead one. True when decided, or after `limitMs` of silence. */
  async #decidedOrQuiet(decided: Promise<void>, limitMs: number): Promise<boolean> {
    const before = this.#options.dispatcher.taken;
    return (await this.#options.clock.wait(decided, limitMs)) || this.#options.dispatcher.taken === before;
  }

  async #probe(probe: Probe, timeoutMs: number): Promise<boolean> {
    const { dispatcher, clock, send } = this.#options;
    let remove = (): void => {};
    const answered = new Promise<void>((resolve) => {
      remove = dispatcher.onControl((frame) => {
        if (probe.isAnswer(frame)) resolve();
      });
    });
    try {
      send(probe.port, probe.frame);
      return await clock.wait(answered, timeoutMs);
    } finally {
      remove();
    }
  }
}

const ignore = (): void => {};

/** A good packet on its way. */
interface GoodPacket {
  /** Resolves when it came out of the other port. */
  readonly forwarded: Promise<void>;
  /** Resolves when it came out, or an error about it came back. */
  readonly decided: Promise<void>;
  readonly hasPassed: () => boolean;
  readonly isReported: () => boolean;
  readonly forget: () => void;
}

/** What becomes of a good packet; apart from its bytes, which whoever waits need not keep. */
const awaitedPacket = (
  entry: Entry,
): Omit<GoodPacket, 'forget'> & { readonly arrived: (frame: RecordedFrame) => void } => {
  let passed = false;
  let reported = false;
  let onForwarded = (): void => {};
  let onDecided = (): void => {};
  const forwarded = new Promise<void>((resolve) => (onForwarded = resolve));
  const decided = new Promise<void>((resolve) => (onDecided = resolve));
  const arrived = (frame: RecordedFrame): void => {
    if (isForwarded(frame, entry)) {
      passed = true;
      onForwarded();
    } else reported = true;
    onDecided();
  };
  return { forwarded, decided, arrived, hasPassed: () => passed, isReported: () => reported };
};

/** A good packet leaves on the other side; on its own side only an error about it comes back. What is wrong with its bytes is for the rules to say. */
const isForwarded = (frame: RecordedFrame, entry: Entry): boolean => (frame.port === 'P') === (entry === 'U');
