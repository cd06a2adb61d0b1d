import type { CaseSegment } from '../tester/testbed-contract.ts';
import type { RecordedFrame, Recorder } from '../wire/recorder.ts';
import type { Violation } from './verdict.ts';

/** What a rule says of one frame, or of the frames as a whole. */
export interface RuleFinding {
  readonly requirement: string;
  readonly expected: readonly string[];
  readonly actual: string;
  /** Recorder number of the decisive frame. */
  readonly frameNumber?: number;
  /** The decisive frame in one line. */
  readonly frame?: string;
  readonly tolerated?: boolean;
}

export interface RuleReport {
  readonly findings: readonly RuleFinding[];
  /** How many frames the rule of each requirement had something to judge in. */
  readonly judgedFrames: ReadonlyMap<string, number>;
}

/** The mark of the stimulus that a frame is or belongs to. */
export type MarkOf = (frame: Uint8Array) => number | undefined;

/** Runs every rule over the frames of one segment. */
export type JudgeFrames = (segment: CaseSegment, frames: readonly RecordedFrame[], markOf?: MarkOf) => RuleReport;

export interface RulePass {
  /** One violation per requirement, with the number of frames that showed one. */
  readonly violations: readonly Violation[];
  readonly judgedFrames: ReadonlyMap<string, number>;
}

/** The frames of a segment, as recorded. */
export const segmentFrames = (
  recorder: Recorder,
  { fromFrame, toFrame }: Pick<CaseSegment, 'fromFrame' | 'toFrame'>,
): readonly RecordedFrame[] => recorder.since({ nextNumber: fromFrame }, { nextNumber: toFrame });

/** Runs the rules over the frames of one case, each segment under its own lab, since state does not outlive a restart. */
export const runRules = (
  judgeFrames: JudgeFrames,
  recorder: Recorder,
  segments: readonly CaseSegment[],
  markOf?: MarkOf,
): RulePass => {
  const judgedFrames = new Map<string, number>();
  const findings: RuleFinding[] = [];
  for (const segment of segments) {
    const report = judgeFrames(segment, segmentFrames(recorder, segment), markOf);
    findings.push(...report.findings);
    for (const [id, count] of report.judgedFrames) judgedFrames.set(id, (judgedFrames.get(id) ?? 0) + count);
  }
  return { violations: mergeFindings(findings), judgedFrames };
};

/** A tolerated finding is kept apart from one that is not: the first must not lend its excuse to the second. */
const mergeFindings = (findings: readonly RuleFinding[]): readonly Violation[] => {
  const merged = new Map<string, { first: RuleFinding; count: number }>();
  for (const finding of findings) {
    const key = `${finding.requirement} ${String(finding.tolerated ?? false)}`;
    const entry = merged.get(key);
    if (entry === undefined) merged.set(key, { first: finding, count: 1 });
    else entry.count += 1;
  }
  return [...merged.values()].map(({ first, count }) => ({ ...first, by: 'rule', ...(count > 1 ? { count } : {}) }));
};
