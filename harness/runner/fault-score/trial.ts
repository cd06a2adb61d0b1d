import { Proto41Error } from '../../errors.ts';
import type { NodeSession } from '../../node/node.ts';
import type { Profile } from '../../profile/index.ts';
import type { CreateTestbed } from '../../tester/testbed-contract.ts';
import type { CaseRegistry } from '../registry.ts';
import type { CaseResult, RunResult, RunStop } from '../result.ts';
import { runSuite } from '../run-suite.ts';
import type { Verdict } from '../verdict.ts';

export interface TrialOptions {
  readonly registry: CaseRegistry;
  /** Starts the reference with these faults switched on; none is the clean reference. */
  readonly startReference: (faults: readonly string[]) => Promise<NodeSession>;
  readonly createTestbed: CreateTestbed;
  readonly seed: string;
  readonly toolVersion: string;
  readonly signal?: AbortSignal;
}

/** What the cases said of one fault under one profile. */
export interface Trial {
  readonly profile: string;
  readonly results: readonly TrialResult[];
  /** Set when the fault ended the reference, which no verdict of a case says by itself. */
  readonly stopped?: RunStop;
}

export interface TrialResult {
  readonly id: string;
  readonly requirement: string;
  readonly verdict: Verdict;
  readonly reason?: string;
  /** A fail or warn that the clean reference does not show. */
  readonly catches: boolean;
}

/** Runs cases with a fault switched on. `caseGlobs` undefined stands for every case. Undefined when interrupted. */
export type RunTrial = (
  fault: string,
  profile: Profile,
  caseGlobs: readonly string[] | undefined,
) => Promise<Trial | undefined>;

/** The reference without faults did not get to the end of the cases, so nothing can be compared with it. */
export class CleanReferenceError extends Proto41Error {
  constructor(profile: string, reason: string) {
    super(`Expected the reference without faults to run under ${profile}, found: ${reason}`, {
      code: 'CLEAN_REFERENCE',
    });
  }
}

/** Trials that compare with the clean reference under the same profile and cases, which runs once for each of these. */
export const createTrials = (options: TrialOptions): RunTrial => {
  const clean = new Map<string, RunResult>();
  const run = (
    faults: readonly string[],
    profile: Profile,
    caseGlobs: readonly string[] | undefined,
  ): Promise<RunResult> =>
    runSuite({
      registry: options.registry,
      target: 'reference',
      probeNonsense: false,
      profiles: [profile],
      filter: caseGlobs === undefined ? {} : { caseGlobs },
      seed: options.seed,
      startSession: () => options.startReference(faults),
      createTestbed: options.createTestbed,
      toolVersion: options.toolVersion,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });

  const runClean = async (
    profile: Profile,
    caseGlobs: readonly string[] | undefined,
  ): Promise<RunResult | undefined> => {
    const key = [profile.text, ...(caseGlobs ?? ['*'])].join(' ');
    const known = clean.get(key);
    if (known !== undefined) return known;
    const result = await run([], profile, caseGlobs);
    if (result.stopped !== undefined) throw new CleanReferenceError(profile.name, result.stopped.reason);
    if (result.interrupted) return undefined;
    clean.set(key, result);
    return result;
  };

  return async (fault, profile, caseGlobs) => {
    const faulty = await run([fault], profile, caseGlobs);
    if (options.signal?.aborted === true) return undefined;
    // Most of what is asked is answered by a pass, so the clean reference is only asked about what is not one.
    const compared = faulty.cases.some(isNegative) ? await runClean(profile, caseGlobs) : faulty;
    if (compared === undefined) return undefined;
    const usual = new Set(compared === faulty ? [] : compared.cases.filter(isNegative).map(signatureOf));
    return {
      profile: profile.name,
      results: faulty.cases.map((result) => ({
        id: result.id,
        requirement: result.requirement,
        verdict: result.verdict,
        ...(result.reason === undefined ? {} : { reason: result.reason }),
        catches: isNegative(result) && !usual.has(signatureOf(result)),
      })),
      ...(faulty.stopped === undefined ? {} : { stopped: faulty.stopped }),
    };
  };
};

const isNegative = ({ verdict }: CaseResult): boolean => verdict === 'fail' || verdict === 'warn';

const signatureOf = ({ id, verdict }: CaseResult): string => `${id} ${verdict}`;
