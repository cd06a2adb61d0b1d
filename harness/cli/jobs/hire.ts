import type { RunFlags } from '../run-flags.ts';
import type { RunPlan } from '../run-plan.ts';

/** The first message to a worker process: what it is to work on. */
export interface Hire {
  readonly kind: 'hire';
  /** With the seed of the run. */
  readonly flags: RunFlags;
  readonly kernel: string | undefined;
  readonly folder: string;
  /** From 1. */
  readonly number: number;
}

/** What the node of a worker says of its start. */
export interface Note {
  readonly kind: 'note';
  readonly message: string;
}

export const hireFor = (flags: RunFlags, plan: RunPlan, folder: string, number: number): Hire => ({
  kind: 'hire',
  flags: { ...flags, seed: plan.seed },
  kernel: plan.kernel,
  folder,
  number,
});

export const isHire = (message: unknown): message is Hire =>
  typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'hire';
