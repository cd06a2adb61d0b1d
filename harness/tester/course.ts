import type { SetupChanges } from './setup-changes.ts';
import type { Stimulus } from './stimulus.ts';

/** A stimulus as it went out. */
export interface SentStimulus {
  /** Number of its frame in the recorder. */
  readonly frame: number;
  readonly mark: number;
}

export type CourseStep =
  | {
      readonly kind: 'exchange';
      readonly cold: boolean;
      /** How long it listened on after the stimuli. */
      readonly watchMs?: number;
      readonly stimuli: readonly SentStimulus[];
    }
  | { readonly kind: 'sleep'; readonly forMs: number }
  | { readonly kind: 'answer-for'; readonly address: string; readonly answer: boolean }
  | { readonly kind: 'restart'; readonly changes: SetupChanges };

export interface DutMacs {
  readonly P: string;
  readonly U: string;
  readonly U2: string;
}

/** Everything that a case did to the DUT, apart from the bytes of its frames, which the recorder has. */
export interface Course {
  readonly profileText: string;
  readonly seed: string;
  /** What told the marks of the run from those of others. */
  readonly nonce: number;
  readonly dutMacs: DutMacs;
  /** The set-up in which the case began. */
  readonly changes: SetupChanges;
  readonly steps: readonly CourseStep[];
}

/** Writes down what a case does, while it does it. */
export class CourseLog {
  readonly #changes: SetupChanges;
  readonly #dutMacs: DutMacs;
  #steps: CourseStep[] = [];

  constructor(changes: SetupChanges, macs: { readonly [Port in keyof DutMacs]: { toString(): string } } | undefined) {
    this.#changes = changes;
    this.#dutMacs = {
      P: macs?.P.toString() ?? '',
      U: macs?.U.toString() ?? '',
      U2: macs?.U2.toString() ?? '',
    };
  }

  add(step: CourseStep): void {
    this.#steps.push(step);
  }

  /** To be called with the number that the frame of the next stimulus is going to get, once for each. */
  exchange(stimuli: readonly Stimulus[], cold: boolean, watchMs: number | undefined): (frame: number) => void {
    const sent: SentStimulus[] = [];
    this.add({ kind: 'exchange', cold, ...(watchMs === undefined ? {} : { watchMs }), stimuli: sent });
    return (frame) => {
      const mark = stimuli[sent.length]?.mark;
      if (mark !== undefined) sent.push({ frame, mark });
    };
  }

  /** Without its frames an exchange cannot be had again. */
  forget({ fromFrame, toFrame }: { readonly fromFrame: number; readonly toFrame: number }): void {
    const isForgotten = (step: CourseStep): boolean =>
      step.kind === 'exchange' && step.stimuli.some(({ frame }) => frame >= fromFrame && frame < toFrame);
    // The one that is forgotten is nearly always the last.
    const at = this.#steps.findLastIndex(isForgotten);
    if (at >= 0) this.#steps.splice(at, 1);
  }

  finish(facts: Pick<Course, 'profileText' | 'seed' | 'nonce'>): Course {
    return { ...facts, dutMacs: this.#dutMacs, changes: this.#changes, steps: this.#steps };
  }
}
