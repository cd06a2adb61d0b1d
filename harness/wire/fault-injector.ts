import type { CaptureDirection } from '../capture/index.ts';
import type { SeededRandom } from '../random.ts';
import { checkFaultPlan, fateOf } from './fault-plan.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Wire } from './wire.ts';
import { wrapWire } from './wrap.ts';

export interface FaultInjectorOptions {
  /** The same seed and the same frames give the same faults. */
  readonly seed: string | number;
  /** Faults of the frames that the tester sends; the direction is as seen from the DUT, as everywhere. */
  readonly inbound?: FaultPlan;
  /** Faults of the frames that the DUT sends. */
  readonly outbound?: FaultPlan;
}

export interface InjectedFault {
  readonly direction: CaptureDirection;
  /** Number of the frame among those of its direction, from 1. */
  readonly frame: number;
  readonly fault: 'drop' | 'duplicate' | 'corrupt' | 'delay';
}

export interface FaultyWire extends Wire {
  /** What was done, in the order in which it was done. */
  readonly injected: readonly InjectedFault[];
  /** Lets all held frames go. Closing lets those towards the DUT go as well. */
  flush(): void;
}

/** Takes one frame onwards; `late` when it was held until after its time. */
type Release = (frame: Uint8Array, late: boolean) => void;

/** A wire that loses, doubles, damages, reorders and delays frames as planned. No frame is changed in place. */
export function injectFaults(wire: Wire, options: FaultInjectorOptions): FaultyWire {
  const injected: InjectedFault[] = [];
  const plan = (direction: CaptureDirection): FaultyDirection =>
    new FaultyDirection(options[direction] ?? {}, `${options.seed}/${wire.port}/${direction}`, (fault, frame) => {
      injected.push({ direction, frame, fault });
    });
  const inbound = plan('inbound');
  const outbound = plan('outbound');
  const wrapped = wrapWire(wire, {
    send: (frame, forward) => {
      // The sender may reuse its buffer once send has returned, and the frame may be held beyond that.
      inbound.pass(frame.slice(), forward);
    },
    receive: (frame, timestampNs, forward) => {
      outbound.pass(frame, (released, late) => {
        forward(released, late ? wire.now() : timestampNs);
      });
    },
    beforeClose: () => {
      inbound.flush();
    },
  });
  const flush = (): void => {
    inbound.flush();
    outbound.flush();
  };
  return { ...wrapped, injected, flush };
}

interface HeldFrame {
  /** Number of the frame after which it goes on. */
  readonly after: number;
  readonly release: () => void;
}

class FaultyDirection {
  readonly #plan: FaultPlan;
  readonly #seed: string;
  readonly #report: (fault: InjectedFault['fault'], frame: number) => void;
  #held: HeldFrame[] = [];
  #count = 0;

  constructor(plan: FaultPlan, seed: string, report: (fault: InjectedFault['fault'], frame: number) => void) {
    checkFaultPlan(plan);
    this.#plan = plan;
    this.#seed = seed;
    this.#report = report;
  }

  pass(frame: Uint8Array, release: Release): void {
    const ordinal = ++this.#count;
    const fate = fateOf(this.#plan, this.#seed, ordinal);
    if (fate.drop) {
      this.#report('drop', ordinal);
    } else {
      let passing = frame;
      if (fate.corruptFrom !== undefined && frame.length > fate.corruptFrom) {
        passing = withOneBitChanged(frame, fate.corruptFrom, fate.random);
        this.#report('corrupt', ordinal);
      }
      if (fate.duplicate) this.#report('duplicate', ordinal);
      const copies = fate.duplicate ? [passing, passing.slice()] : [passing];
      if (fate.delayFrames > 0) {
        this.#report('delay', ordinal);
        const late = (): void => {
          for (const copy of copies) release(copy, true);
        };
        this.#held.push({ after: ordinal + fate.delayFrames, release: late });
      } else {
        for (const copy of copies) release(copy, false);
      }
    }
    this.#releaseUntil(ordinal);
  }

  flush(): void {
    this.#releaseUntil(Infinity);
  }

  #releaseUntil(ordinal: number): void {
    if (this.#held.length === 0) return;
    const due = this.#held.filter(({ after }) => after <= ordinal);
    this.#held = this.#held.filter(({ after }) => after > ordinal);
    for (const { release } of due) release();
  }
}

function withOneBitChanged(frame: Uint8Array, from: number, random: SeededRandom): Uint8Array {
  const changed = frame.slice();
  const at = from + random.int(frame.length - from);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.int(8));
  return changed;
}
