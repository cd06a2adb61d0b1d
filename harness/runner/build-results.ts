import type { NodeFacts } from '../node/node.ts';
import type { Profile } from '../profile/index.ts';
import type { ChargedViolation } from './charge.ts';
import { frameNumberIn, type EvidenceFile } from './evidence.ts';
import type { JudgedCase } from './judged-case.ts';
import { roundMs } from './phase-timer.ts';
import { rerunCommand } from './rerun.ts';
import { DEFAULT_LONGEST_WAIT_SECONDS } from './select-cases.ts';
import type { CaseResult, ExpectationOutcome } from './result.ts';
import type { CaseRun } from './run-case.ts';
import type { Doubt, Violation } from './verdict.ts';

export interface ResultFacts {
  readonly target: string;
  readonly node: NodeFacts;
  readonly profile: Profile;
  readonly seed: string;
  readonly strict: boolean;
  readonly withoutExpectations?: boolean;
  readonly propertyPackets?: number;
  /** The evidence of a run, whether or not it is written. */
  readonly evidenceOf: (run: CaseRun) => EvidenceFile | undefined;
  /** Whether the file exists for the reader. */
  readonly isWritten: (file: EvidenceFile) => boolean;
}

/** A result as the report gets it: frame numbers are those of the evidence files. */
export const buildResult = (judged: JudgedCase, expectation: ExpectationOutcome, facts: ResultFacts): CaseResult => {
  const [firstShown] = judged.violations;
  const shownBy = judged.run ?? firstShown?.shownBy;
  const own = judged.run === undefined ? undefined : facts.evidenceOf(judged.run);
  const file = own ?? (shownBy === undefined ? undefined : facts.evidenceOf(shownBy));
  return {
    id: judged.id,
    requirement: judged.requirement,
    profile: facts.profile.name,
    verdict: judged.verdict,
    expectation,
    violations: judged.violations.map((violation) => renumberViolation(violation, file, facts)),
    doubts: judged.doubts.map((doubt) => renumberDoubt(doubt, own)),
    notes: judged.notes,
    ...(judged.reason === undefined ? {} : { reason: judged.reason }),
    durationMs: roundMs(judged.durationMs),
    ...(judged.repeats === undefined ? {} : { repeats: judged.repeats }),
    ...(file !== undefined && facts.isWritten(file) ? { evidence: file.name } : {}),
    rerun: rerunCommand({
      target: facts.target,
      node: facts.node,
      profile: facts.profile.name,
      // A passive result has no case of its own to run.
      caseId: judged.run === undefined ? (shownBy?.selected.definition.id ?? judged.requirement) : judged.id,
      seed: facts.seed,
      strict: facts.strict,
      ...(facts.withoutExpectations === undefined ? {} : { withoutExpectations: facts.withoutExpectations }),
      ...(facts.propertyPackets === undefined ? {} : { propertyPackets: facts.propertyPackets }),
      slow: ((judged.run ?? shownBy)?.selected.definition.waitSeconds ?? 0) > DEFAULT_LONGEST_WAIT_SECONDS,
    }),
  };
};

const renumberViolation = (
  { violation, shownBy }: ChargedViolation,
  own: EvidenceFile | undefined,
  facts: ResultFacts,
): Violation => {
  // A mark is of use only beside the frames that carry it.
  const { frameNumber, mark: _mark, ...rest } = violation;
  const file = facts.evidenceOf(shownBy);
  const isElsewhere = file !== undefined && file.name !== own?.name;
  const elsewhere = isElsewhere && facts.isWritten(file);
  // A number whose capture is not kept would be looked up in the one that is.
  const isMisleading = isElsewhere && !elsewhere && own !== undefined && facts.isWritten(own);
  const number = frameNumber === undefined || isMisleading ? undefined : frameNumberIn(file, frameNumber);
  return {
    ...rest,
    ...(number === undefined ? {} : { frameNumber: number }),
    ...(elsewhere ? { evidence: file.name } : {}),
  };
};

const renumberDoubt = ({ reason, frameNumber }: Doubt, own: EvidenceFile | undefined): Doubt => {
  const number = frameNumber === undefined ? undefined : frameNumberIn(own, frameNumber);
  return { reason, ...(number === undefined ? {} : { frameNumber: number }) };
};
