import { setImmediate } from 'node:timers/promises';
import { NAMED_PROFILES, parseProfile, type Profile } from '../../profile/index.ts';
import { requirementAppliesTo } from '../applicability.ts';
import { roundMs } from '../phase-timer.ts';
import type { FaultPlan, PlannedFault } from './plan.ts';
import type { FaultOutcome, FaultScore, MeasuredFault } from './score.ts';
import { createTrials, type RunTrial, type Trial, type TrialOptions } from './trial.ts';

/** One of each mapping and each framing, and UDP over either family: together they reach every case that can run. */
export const FAULT_PROFILES: readonly Profile[] = [
  ...NAMED_PROFILES.map(({ name }) => name),
  'ip6ip6,encap=fou:3544',
].map(parseProfile);

export interface MeasureOptions extends Omit<TrialOptions, 'seed'> {
  readonly plan: FaultPlan;
  /** Run every case against a fault that those of its requirement do not catch. Takes minutes. */
  readonly allCases?: boolean;
  /** `1` unless given: the same score every time. */
  readonly seed?: string;
  readonly onProgress?: (fault: string, done: number, total: number) => void;
}

/**
 * Switches each fault on in the reference and runs the cases of its requirement, profile by profile, until one catches it.
 * What was measured before an interruption is kept.
 *
 * @throws CleanReferenceError when there is nothing to compare with; whatever starting the reference throws
 */
export const measureFaults = async (options: MeasureOptions): Promise<FaultScore> => {
  const startMs = performance.now();
  const { plan } = options;
  const measurement = new Measurement(options);
  const faults: MeasuredFault[] = [];
  for (const [index, fault] of plan.faults.entries()) {
    options.onProgress?.(fault.name, index, plan.faults.length);
    if (options.signal?.aborted === true) break;
    const outcome = await measurement.outcomeOf(fault);
    if (outcome === undefined) break;
    const { id, area, priority } = fault.requirement;
    faults.push({ name: fault.name, defect: fault.defect, requirement: id, area, priority, outcome });
  }
  const idle = faults.length === plan.faults.length ? await measurement.casesThatNoFaultFails() : undefined;
  return {
    profiles: FAULT_PROFILES.map(({ name }) => name),
    planned: plan.faults.length,
    faults,
    lacking: plan.lacking.map(({ name, requirement: { id, area } }) => ({ name, requirement: id, area })),
    ...(idle === undefined ? {} : { casesThatNoFaultFails: idle }),
    interrupted: idle === undefined,
    durationMs: roundMs(performance.now() - startMs),
  };
};

type Caught = Extract<FaultOutcome, { kind: 'caught' }>;

class Measurement {
  readonly #options: MeasureOptions;
  readonly #runTrial: RunTrial;
  /** Cases that a fault has failed. */
  readonly #failed = new Set<string>();

  constructor(options: MeasureOptions) {
    this.#options = options;
    this.#runTrial = createTrials({ ...options, seed: options.seed ?? '1' });
  }

  /** Undefined when interrupted. */
  async outcomeOf(fault: PlannedFault): Promise<FaultOutcome | undefined> {
    const hasCase = fault.cases.length > 0;
    const own = hasCase ? await this.#catch(fault, 'own cases') : [];
    if (own === undefined || !Array.isArray(own)) return own;
    // Every case takes a hundred times as long as its own ones, so they are asked only where these catch nothing.
    const others = this.#options.allCases === true ? await this.#catch(fault, 'all cases') : [];
    if (others === undefined || !Array.isArray(others)) return others;
    return hasCase ? { kind: 'survived', trials: own } : { kind: 'without case' };
  }

  /** What caught the fault, or the trials in which nothing did; undefined when interrupted. */
  async #catch(fault: PlannedFault, scope: 'own cases' | 'all cases'): Promise<Caught | Trial[] | undefined> {
    const isOwn = scope === 'own cases';
    const trials: Trial[] = [];
    for (const profile of isOwn ? profilesOf(fault) : FAULT_PROFILES) {
      const trial = await this.#try(fault, profile, isOwn ? idsOf(fault) : undefined);
      if (trial === undefined) return undefined;
      // Faults show in other requirements too; those say nothing of the case that was written for this one.
      const results = trial.results.filter(({ requirement }) => !isOwn || requirement === fault.requirement.id);
      const cases = results.filter(({ catches }) => catches).map(({ id }) => id);
      if (cases.length > 0) return { kind: 'caught', profile: profile.name, cases };
      trials.push({ ...trial, results });
    }
    return trials;
  }

  /** A fault stops at the first profile that catches it, so cases that have not failed by then get every fault and profile. */
  async casesThatNoFaultFails(): Promise<readonly string[] | undefined> {
    const { plan } = this.#options;
    for (const id of plan.provableCases) {
      for (const fault of plan.faults.filter((each) => idsOf(each).includes(id))) {
        for (const profile of profilesOf(fault)) {
          if (this.#failed.has(id)) continue;
          const trial = await this.#try(fault, profile, idsOf(fault));
          if (trial === undefined) return undefined;
        }
      }
    }
    return plan.provableCases.filter((id) => !this.#failed.has(id));
  }

  async #try(
    fault: PlannedFault,
    profile: Profile,
    caseGlobs: readonly string[] | undefined,
  ): Promise<Trial | undefined> {
    // In memory nothing ever waits for the world outside, which would keep Ctrl-C from being heard.
    await setImmediate();
    if (this.#options.signal?.aborted === true) return undefined;
    const trial = await this.#runTrial(fault.name, profile, caseGlobs);
    for (const { id, catches } of trial?.results ?? []) if (catches) this.#failed.add(id);
    return trial;
  }
}

const idsOf = ({ cases }: PlannedFault): readonly string[] => cases.map(({ definition }) => definition.id);

/** Where one of its cases can run. */
const profilesOf = ({ cases }: PlannedFault): readonly Profile[] =>
  FAULT_PROFILES.filter((profile) => cases.some(({ requirement }) => requirementAppliesTo(requirement, profile)));
