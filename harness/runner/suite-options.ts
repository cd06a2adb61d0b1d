import { Proto41Error } from '../errors.ts';
import type { NodeFacts, NodeSession } from '../node/node.ts';
import type { Profile } from '../profile/index.ts';
import type { CreateTestbed, TestbedOptions } from '../tester/testbed-contract.ts';
import { checkExpectations, type Expectation } from './expectation.ts';
import type { VerdictOptions } from './profile-run.ts';
import type { PauseAt } from './pause.ts';
import type { OnProgress } from './progress.ts';
import type { CaseRegistry } from './registry.ts';
import { judgeWithRules } from './rule-judge.ts';
import type { JudgeFrames } from './rule-pass.ts';
import type { CaseFilter } from './select-cases.ts';
import { selectForProfiles, type ProfileSelection } from './select-profiles.ts';

export interface RunSuiteOptions {
  readonly registry: CaseRegistry;
  /** Name or folder of the target, as the user gave it. */
  readonly target: string;
  /** Whether the target is a program of its own, whose refusals must be believed (every kind but `module`). */
  readonly probeNonsense: boolean;
  readonly profiles: readonly Profile[];
  readonly filter?: CaseFilter;
  readonly expectations?: readonly Expectation[];
  /** The target's own ones were left out on purpose; said again in the commands that run a case again. */
  readonly withoutExpectations?: boolean;
  /** Random packets for each property; 200 unless given. */
  readonly propertyPackets?: number;
  /** Named in errors about them. */
  readonly expectationsFile?: string;
  readonly strict?: boolean;
  readonly bail?: boolean;
  /** To look at a target while it is as a case left it. */
  readonly pauseAt?: PauseAt;
  /** How many times the whole list runs; 1 unless given. */
  readonly repetitions?: number;
  readonly seed: string;
  /** Boots the node; called once, after the cases are selected. The runner disposes of the session. */
  readonly startSession: () => Promise<NodeSession>;
  readonly createTestbed: CreateTestbed;
  /** The rules; those of harness/rules unless given. */
  readonly judgeFrames?: JudgeFrames;
  /** Evidence goes to `<outFolder>/evidence/`; none is written without it. */
  readonly outFolder?: string;
  /** Evidence of everything that is not a plain pass or skip (default), or of every case. */
  readonly evidence?: 'notable' | 'all';
  readonly toolVersion: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly fenceTimeoutMs?: number;
  /** Wall clock for each case, beyond the `waitSeconds` that it declares; 300 s unless given. */
  readonly caseTimeoutMs?: number;
  /** YYYY-MM-DD, for expectations that expire. Today in UTC unless given. */
  readonly today?: string;
}

const DEFAULT_CASE_TIMEOUT_MS = 300_000;

/**
 * What is to be run, profile by profile.
 *
 * @throws SelectionError, ExpectationError (exit 2), Proto41Error for a number of repetitions that is none
 */
export const checkedSelections = (options: RunSuiteOptions): readonly ProfileSelection[] => {
  const { registry, profiles, expectations = [], repetitions = 1 } = options;
  if (!Number.isInteger(repetitions) || repetitions < 1) {
    throw new Proto41Error(`Expected a number of repetitions from 1, found ${String(repetitions)}`, {
      code: 'REPETITIONS',
    });
  }
  checkExpectations(options.expectationsFile ?? 'of the target', expectations, registry);
  return selectForProfiles(registry, profiles, options.filter);
};

/** How often a case is run, over all profiles and repetitions. */
export const countRuns = (selections: readonly ProfileSelection[], { repetitions = 1 }: RunSuiteOptions): number =>
  selections.reduce((sum, { selected }) => sum + selected.length, 0) * repetitions;

export const testbedOptionsOf = (
  { seed, fenceTimeoutMs, propertyPackets }: RunSuiteOptions,
  session: NodeSession,
  profile: Profile,
): TestbedOptions => ({
  session,
  profile,
  seed,
  ...(fenceTimeoutMs === undefined ? {} : { fenceTimeoutMs }),
  ...(propertyPackets === undefined ? {} : { propertyPackets }),
});

export const judgingOptionsOf = ({
  judgeFrames = judgeWithRules,
  caseTimeoutMs = DEFAULT_CASE_TIMEOUT_MS,
}: RunSuiteOptions): { readonly judgeFrames: JudgeFrames; readonly caseTimeoutMs: number } => ({
  judgeFrames,
  caseTimeoutMs,
});

export const verdictOptionsOf = (options: RunSuiteOptions, node: NodeFacts, profile: Profile): VerdictOptions => {
  const { registry, target, seed, strict = false, expectations = [], filter, outFolder } = options;
  const { withoutExpectations, propertyPackets } = options;
  return {
    registry,
    profile,
    target,
    node,
    seed,
    strict,
    expectations,
    ...(withoutExpectations === undefined ? {} : { withoutExpectations }),
    ...(propertyPackets === undefined ? {} : { propertyPackets }),
    ...(filter?.levels === undefined ? {} : { levels: filter.levels }),
    today: options.today ?? new Date().toISOString().slice(0, 10),
    repetitions: options.repetitions ?? 1,
    ...(outFolder === undefined ? {} : { outFolder }),
    evidence: options.evidence ?? 'notable',
  };
};
