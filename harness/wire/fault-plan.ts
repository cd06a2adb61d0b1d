import { seededRandom } from '../random.ts';
import type { SeededRandom } from '../random.ts';

/** When a fault happens: with a probability, and always to the frames with these numbers (the first of a direction is 1). */
export interface FaultOdds {
  /** 0 to 1; 0 unless given. */
  readonly probability?: number;
  readonly frames?: readonly number[];
}

/** The faults of one direction. Each is decided for each frame on its own; a dropped frame meets none of the others. */
export interface FaultPlan {
  readonly drop?: FaultOdds;
  /** The frame arrives twice. */
  readonly duplicate?: FaultOdds;
  /** One bit of the frame is changed, at or after `firstByte` (0 unless given). */
  readonly corrupt?: FaultOdds & { readonly firstByte?: number };
  /** The frame changes places with its successor: a delay by one frame. */
  readonly reorder?: FaultOdds;
  /** The frame is held until this number of later frames of its direction have passed. */
  readonly delay?: FaultOdds & { readonly byFrames: number };
}

/** What happens to one frame. */
export interface FrameFate {
  readonly drop: boolean;
  readonly duplicate: boolean;
  /** 0 is no delay. */
  readonly delayFrames: number;
  /** Set when the frame is to be corrupted. */
  readonly corruptFrom?: number;
  /** Draws of this frame alone. */
  readonly random: SeededRandom;
}

const FAULT_NAMES = ['drop', 'duplicate', 'corrupt', 'reorder', 'delay'] as const;

/** Throws RangeError for a plan that cannot be meant. */
export function checkFaultPlan(plan: FaultPlan): void {
  for (const name of FAULT_NAMES) {
    const { probability = 0, frames = [] } = plan[name] ?? {};
    if (!(probability >= 0 && probability <= 1)) {
      throw new RangeError(`expected a probability of 0 to 1 for ${name}, found ${probability}`);
    }
    const wrongFrame = frames.find((frame) => !Number.isInteger(frame) || frame < 1);
    if (wrongFrame !== undefined) {
      throw new RangeError(`expected frame numbers from 1 on for ${name}, found ${wrongFrame}`);
    }
  }
  const byFrames = plan.delay?.byFrames ?? 1;
  if (!Number.isInteger(byFrames) || byFrames < 1) {
    throw new RangeError(`expected a delay by 1 frame or more, found ${byFrames}`);
  }
}

/**
 * The fate of frame `ordinal` (from 1). Depends on the seed and the ordinal alone, and each fault draws from a generator of
 * its own: changing the odds of one fault, or traffic in the other direction, leaves everything else as it was.
 */
export function fateOf(plan: FaultPlan, seed: string, ordinal: number): FrameFate {
  const random = seededRandom(seed).fork(ordinal);
  const happens = (name: (typeof FAULT_NAMES)[number]): boolean => {
    const odds = plan[name];
    if (odds === undefined) return false;
    if (odds.frames?.includes(ordinal)) return true;
    return odds.probability !== undefined && random.fork(name).chance(odds.probability);
  };
  const delayFrames = plan.delay !== undefined && happens('delay') ? plan.delay.byFrames : 0;
  return {
    drop: happens('drop'),
    duplicate: happens('duplicate'),
    delayFrames: Math.max(delayFrames, happens('reorder') ? 1 : 0),
    ...(happens('corrupt') && { corruptFrom: plan.corrupt?.firstByte ?? 0 }),
    random,
  };
}
