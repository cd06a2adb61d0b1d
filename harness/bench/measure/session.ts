import type { Collected } from '../collected.ts';
import type { BenchPlan } from '../plan.ts';
import type { BenchMode, Setting } from '../result.ts';
import type { Rig } from './rig.ts';

/** What every measurement works with. */
export interface Measurement {
  readonly rig: Rig;
  readonly plan: BenchPlan;
  readonly collected: Collected;
  /** Of the tester alone, see {@link qualify}; nothing above is offered. */
  readonly highestRate: (frameSizeBytes: number) => number;
}

/** A part of the run, with the time that it is likely to take; it is told of in the progress. */
export interface Step {
  readonly name: string;
  readonly seconds: number;
  readonly run: (measurement: Measurement) => Promise<void>;
}

export const usualSetting = (plan: BenchPlan, mode: BenchMode, frameSizeBytes: number): Setting => ({
  mode,
  frameSizeBytes,
  flows: plan.flows,
});

export const smallestSize = ({ frameSizesBytes }: BenchPlan): number => Math.min(...frameSizesBytes);

/** Modes of the plan that use the tunnel in one direction. */
export const oneWayModes = ({ modes }: BenchPlan): readonly ('encap' | 'decap')[] =>
  (['encap', 'decap'] as const).filter((mode) => modes.includes(mode));
