import type { RecordedFrame } from '../wire/recorder.ts';
import type { PortName } from '../wire/wire.ts';
import type { SeenFrame, Stimulus } from './context.ts';
import { isControlTraffic } from './control-traffic.ts';
import { RecordedSeenFrame } from './seen-frame.ts';
import type { Marks } from './marks.ts';

/** What owns a mark: a stimulus of a case, or a good packet of the tester's own. */
export type MarkOwner =
  | {
      readonly kind: 'stimulus';
      readonly stimulus: Stimulus;
      readonly caseId: string;
      readonly collector: FrameCollector;
    }
  | { readonly kind: 'fence'; readonly mark: number; readonly arrived: (frame: RecordedFrame) => void };

/** Takes the frames of one exchange while it is open. */
export class FrameCollector {
  readonly frames: RecordedSeenFrame[] = [];
  readonly control: RecordedSeenFrame[] = [];
  open = true;
}

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
      const frame = new RecordedSeenFrame(recorded, owner.stimulus);
      if (owner.collector.open) owner.collector.frames.push(frame);
      else this.late.push({ caseId: owner.caseId, stimulus: owner.stimulus, frame });
    } else {
      this.#takeUnmarked(recorded);
    }
  };

  #takeUnmarked(recorded: RecordedFrame): void {
    if (this.#reply(recorded.port, recorded.bytes)) this.playerReplies += 1;
    const collector = this.current?.open === true ? this.current : undefined;
    if (isControlTraffic(recorded.bytes)) {
      collector?.control.push(new RecordedSeenFrame(recorded, undefined));
      for (const listener of this.#controlListeners) listener(recorded);
      return;
    }
    collector?.frames.push(new RecordedSeenFrame(recorded, undefined));
  }
}
