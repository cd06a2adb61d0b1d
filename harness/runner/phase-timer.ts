import type { PhaseDuration } from '../node/node.ts';
import { PHASES, type OnProgress, type Phase } from './progress.ts';

/** Adds up on the wall clock what each phase took, however often the run comes back to it. */
export class PhaseTimer {
  readonly #totals = new Map<Phase, number>();
  readonly #onProgress: OnProgress;

  constructor(onProgress: OnProgress = () => {}) {
    this.#onProgress = onProgress;
  }

  async measure<Result>(phase: Phase, work: () => Promise<Result>, profile?: string): Promise<Result> {
    this.#onProgress({ kind: 'phase', phase, ...(profile === undefined ? {} : { profile }) });
    const startMs = performance.now();
    try {
      return await work();
    } finally {
      this.add(phase, performance.now() - startMs);
    }
  }

  add(phase: Phase, durationMs: number): void {
    this.#totals.set(phase, (this.#totals.get(phase) ?? 0) + durationMs);
  }

  /** Adds what another timer measured. */
  addAll(phases: readonly PhaseDuration[], share: number): void {
    for (const phase of PHASES) {
      const found = phases.find((each) => each.phase === phase);
      if (found !== undefined) this.add(phase, found.durationMs * share);
    }
  }

  /** The phases that took place, in the order of a run, in milliseconds with one decimal. */
  durations(): readonly PhaseDuration[] {
    return PHASES.flatMap((phase) => {
      const total = this.#totals.get(phase);
      return total === undefined ? [] : [{ phase, durationMs: roundMs(total) }];
    });
  }
}

export const roundMs = (durationMs: number): number => Math.round(durationMs * 10) / 10;
