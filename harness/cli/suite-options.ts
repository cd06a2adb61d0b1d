import type { NodeSession } from '../node/node.ts';
import { withPolicies, type Profile } from '../profile/index.ts';
import type { CaseRegistry } from '../runner/registry.ts';
import type { RunSuiteOptions } from '../runner/run-suite.ts';
import { expectFit } from './lab-profile.ts';
import type { RunFlags } from './run-flags.ts';
import type { RunPlan } from './run-plan.ts';
import type { Services } from './services.ts';
import { toolVersion } from './version.ts';

export interface SuiteCourse {
  /** Loaded here unless given. */
  readonly registry?: CaseRegistry;
  readonly signal: AbortSignal;
  /** Where the evidence and what the target has to say go. */
  readonly folder: string;
  /** What the node says of its start. */
  readonly onNote: (message: string) => void;
  /** Which of several workers this is, from 1. */
  readonly worker?: number;
}

/** A policy may make two profiles the same one, which is run once. */
const distinct = (profiles: readonly Profile[]): Profile[] =>
  [...new Map(profiles.toReversed().map((profile) => [profile.text, profile])).values()].toReversed();

/** What the runner is asked for by a plan. Throws what {@link Services.chooseTarget} throws. */
export const suiteOptionsOf = async (
  services: Services,
  flags: RunFlags,
  plan: RunPlan,
  { signal, folder, onNote, worker, registry: loaded }: SuiteCourse,
): Promise<RunSuiteOptions> => {
  const registry = loaded ?? (await services.loadRegistry());
  const target = await services.chooseTarget({ ...plan, registry });
  const createTestbed = await services.loadTester();
  return {
    registry,
    target: plan.target,
    probeNonsense: target.probeNonsense,
    profiles: distinct(plan.profiles.map((profile) => expectFit(withPolicies(profile, target.policies)))),
    filter: plan.filter,
    expectations: flags.expectations ? target.expectations : [],
    ...(target.expectationsFile === undefined ? {} : { expectationsFile: target.expectationsFile }),
    ...(flags.expectations ? {} : { withoutExpectations: true }),
    ...(flags.propertyPackets === undefined ? {} : { propertyPackets: flags.propertyPackets }),
    strict: flags.strict === true,
    bail: flags.bail === true,
    repetitions: flags.repeat ?? 1,
    seed: plan.seed,
    startSession: (): Promise<NodeSession> =>
      target.start({ signal, outFolder: folder, onProgress: onNote, ...(worker === undefined ? {} : { worker }) }),
    createTestbed,
    outFolder: folder,
    evidence: flags.evidence === 'all' ? 'all' : 'notable',
    toolVersion: toolVersion(),
    signal,
  };
};
