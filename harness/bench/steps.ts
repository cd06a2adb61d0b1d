import { contentionStep, integrityStep } from './measure/integrity.ts';
import { latencySteps } from './measure/latency.ts';
import { lossStep } from './measure/loss.ts';
import { scaleSteps } from './measure/scale.ts';
import { oneWayModes, smallestSize, type Step } from './measure/session.ts';
import { flowSteps, mixSteps, throughputSteps } from './measure/throughput.ts';
import type { BenchPlan, Measure } from './plan.ts';

/** Sizes at which delays are measured: the smallest, where the node has most to do, and the largest. */
const latencySizes = ({ frameSizesBytes }: BenchPlan): readonly number[] => [
  ...new Set([Math.min(...frameSizesBytes), Math.max(...frameSizesBytes)]),
];

/** Parts of a run in their order: what decides floors comes first, so that an interrupted run has it. */
export const stepsOf = (plan: BenchPlan): readonly Step[] => {
  const modes = oneWayModes(plan);
  const size = smallestSize(plan);
  const parts: Readonly<Record<Measure, () => readonly Step[]>> = {
    throughput: () => throughputSteps(plan),
    integrity: () => [
      ...modes.map((mode) => integrityStep(plan, mode, size)),
      ...(plan.modes.includes('both') ? [contentionStep(plan, size)] : []),
    ],
    loss: () => modes.map((mode) => lossStep(plan, mode, size)),
    latency: () => latencySizes(plan).flatMap((each) => modes.flatMap((mode) => latencySteps(plan, mode, each))),
    flows: () => flowSteps(plan, modes, size),
    mixes: () => mixSteps(plan, size),
    scale: () => scaleSteps(plan),
  };
  return plan.measures.flatMap((measure) => parts[measure]());
};

export interface BenchProgress {
  readonly name: string;
  /** 0 to 1, by the time that each part is expected to take. */
  readonly done: number;
}

/** How far a run has come. */
export class Pace {
  readonly #total: number;
  #done = 0;

  constructor(steps: readonly Step[]) {
    this.#total = steps.reduce((sum, { seconds }) => sum + seconds, 0);
  }

  finish(step: Step): void {
    this.#done += step.seconds;
  }

  progress(name: string): BenchProgress {
    return { name, done: this.#total === 0 ? 1 : this.#done / this.#total };
  }
}
