import { decode, type DecodeOptions } from '../packet/decode.ts';
import type { RecordedFrame } from '../wire/recorder.ts';
import type { PortName } from '../wire/wire.ts';
import type { SeenFrame, Stimulus } from './context.ts';
import { isControlTraffic } from './control-traffic.ts';
import { fragmentKey } from './datagrams.ts';
import { reassemblyTimeoutIn, type ReassemblyTimeout } from './reassembly-timeout.ts';
import { RecordedSeenFrame } from './seen-frame.ts';
import type { Marks } from './marks.ts';

/** What owns a mark: a stimulus of a case, or a good packet of the tester's own. */
export type MarkOwner =
  | {
      readonly kind: 'stimulus';
      readonly stimulus: Stimulus;
      readonly caseId: string;
      readonly collector: FrameCollector;
      /** The stimulus was sent in fragments, so that a timer may speak of it long after. */
      readonly isFragmented: boolean;
    }
  | { readonly kind: 'fence'; readonly mark: number; readonly arrived: (frame: RecordedFrame) => void };

const NO_BYTES = new Uint8Array(0);

/** The owner of a mark, of whose stimulus only the facts are kept. */
export const withoutBytes = (owner: MarkOwner): MarkOwner =>
  owner.kind === 'stimulus' ? { ...owner, stimulus: { ...owner.stimulus, frame: NO_BYTES, inner: NO_BYTES } } : owner;

/** Takes the frames of one exchange while it is open. */
export class FrameCollector {
  frames: RecordedSeenFrame[] = [];
  control: RecordedSeenFrame[] = [];
  open = true;

  /** Every mark of the exchange remembers its collector, which therefore must not keep the frames. */
  close(): void {
    this.open = false;
    this.frames = [];
    this.control = [];
  }
}

/** As many as there are Identifications. */
const REMEMBERED_FRAGMENTS = 0x10000;

export interface LateArrival {
  readonly caseId: string;
  readonly stimulus: Stimulus;
  readonly frame: SeenFrame;
}

/** Sorts what the DUT emits: to the players, to a fence, to the exchange that caused it, or to the late arrivals. */
export class Dispatcher {
  readonly late: LateArrival[] = [];
  /** Frames that the DUT has emitted so far, control traffic left out. */
  taken = 0;
  /** How often a player has answered the DUT: each answer may set free packets that waited for it. */
  playerReplies = 0;
  current: FrameCollector | undefined;
  /** Who sent the fragments of a datagram that may still be incomplete. */
  readonly #fragmentOwners = new Map<string, MarkOwner & { kind: 'stimulus' }>();
  /** How the frames of the current profile are decoded. */
  reading: DecodeOptions = {};
  readonly #marks: Marks<MarkOwner>;
  readonly #reply: (port: PortName, frame: Uint8Array) => boolean;
  readonly #controlListeners = new Set<(frame: RecordedFrame) => void>();

  /** @param reply lets a player answer; returns whether one did */
  constructor(marks: Marks<MarkOwner>, reply: (port: PortName, frame: Uint8Array) => boolean) {
    this.#marks = marks;
    this.#reply = reply;
  }

  /** Hears every frame without a mark that is control traffic: the answers to probes are among them. */
  onControl(listener: (frame: RecordedFrame) => void): () => void {
    this.#controlListeners.add(listener);
    return () => void this.#controlListeners.delete(listener);
  }

  /** Remembers whose a fragment is, by its outer header: there may be no mark in it. */
  claimFragment(frame: Uint8Array, owner: MarkOwner & { kind: 'stimulus' }): void {
    const key = fragmentKey(frame);
    if (key === undefined) return;
    this.#fragmentOwners.delete(key);
    this.#fragmentOwners.set(key, owner);
    if (this.#fragmentOwners.size <= REMEMBERED_FRAGMENTS) return;
    for (const oldest of this.#fragmentOwners.keys()) {
      this.#fragmentOwners.delete(oldest);
      return;
    }
  }

  /** The mark of the stimulus or good packet that a frame is, belongs to, or quotes. */
  markOf(frame: Uint8Array): number | undefined {
    const owner = this.#marks.ownerOf(frame);
    return owner?.kind === 'fence' ? owner.mark : owner?.stimulus.mark;
  }

  readonly take = (recorded: RecordedFrame): void => {
    if (recorded.direction !== 'outbound') return;
    const owner = this.#marks.ownerOf(recorded.bytes);
    if (owner !== undefined) this.taken += 1;
    if (owner?.kind === 'fence') {
      owner.arrived(recorded);
    } else if (owner?.kind === 'stimulus') {
      const frame = new RecordedSeenFrame(recorded, owner.stimulus, this.reading);
      if (owner.collector.open) owner.collector.frames.push(frame);
      else if (reassemblyTimeoutIn(recorded.bytes) === undefined || !this.#mayBeIncomplete(owner))
        this.late.push({ caseId: owner.caseId, stimulus: owner.stimulus, frame });
    } else {
      this.#takeUnmarked(recorded);
    }
  };

  /** Sent in fragments, or one itself, as what damaged bytes happen to make of a packet. */
  #mayBeIncomplete({ isFragmented, stimulus }: MarkOwner & { kind: 'stimulus' }): boolean {
    if (isFragmented || fragmentKey(stimulus.frame) !== undefined) return true;
    return decode(stimulus.frame, 'ethernet', this.reading).layers.some(({ kind }) => kind === 'ipv6-fragment');
  }

  #takeUnmarked(recorded: RecordedFrame): void {
    if (this.#reply(recorded.port, recorded.bytes)) this.playerReplies += 1;
    const collector = this.current?.open === true ? this.current : undefined;
    if (isControlTraffic(recorded.bytes)) {
      collector?.control.push(new RecordedSeenFrame(recorded, undefined, this.reading));
      for (const listener of this.#controlListeners) listener(recorded);
      return;
    }
    const timeout = reassemblyTimeoutIn(recorded.bytes);
    if (timeout === undefined) collector?.frames.push(new RecordedSeenFrame(recorded, undefined, this.reading));
    else this.#takeTimeout(recorded, timeout);
  }

  /** A timer speaks of what was sent up to two minutes ago, perhaps under another profile: that is nobody's fault now. */
  #takeTimeout(recorded: RecordedFrame, { key }: ReassemblyTimeout): void {
    const owner = key === undefined ? undefined : this.#fragmentOwners.get(key);
    if (owner?.collector.open !== true) return;
    owner.collector.frames.push(new RecordedSeenFrame(recorded, owner.stimulus, this.reading));
  }
}
