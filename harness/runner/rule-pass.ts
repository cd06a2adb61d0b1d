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
  readonly place?: NonNullable<Violation['place']>;
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

/** A header that is always wrong shows in every exchange; the frames of a few are evidence enough. */
const EXCHANGES_KEPT = 5;

/** Runs the rules over the frames of one case, each segment under its own lab, since state does not outlive a restart. */
export class RuleJudge {
  readonly #judgeFrames: JudgeFrames;
  readonly #recorder: Recorder;
  readonly #markOf: MarkOf | undefined;
  readonly #judgedFrames = new Map<string, number>();
  /** A tolerated finding is kept apart from one that is not: the first must not lend its excuse to the second. */
  readonly #merged = new Map<string, { first: RuleFinding; count: number }>();
  #kept = 0;

  constructor(judgeFrames: JudgeFrames, recorder: Recorder, markOf?: MarkOf) {
    this.#judgeFrames = judgeFrames;
    this.#recorder = recorder;
    this.#markOf = markOf;
  }

  /** Judges an exchange that the case is done with. True when its frames are not needed any more; else they stay, to be judged with the rest. */
  mayDiscard(segment: CaseSegment): boolean {
    const report = this.#reportOn(segment);
    const isClean = report.findings.length === 0;
    if (!isClean && this.#kept < EXCHANGES_KEPT) {
      this.#kept += 1;
      return false;
    }
    this.#add(report);
    return true;
  }

  finish(segments: readonly CaseSegment[]): RulePass {
    for (const segment of segments) this.#add(this.#reportOn(segment));
    const violations = [...this.#merged.values()].map(({ first, count }): Violation => ({
      ...first,
      by: 'rule',
      ...(count > 1 ? { count } : {}),
    }));
    return { violations, judgedFrames: this.#judgedFrames };
  }

  #reportOn(segment: CaseSegment): RuleReport {
    return this.#judgeFrames(segment, segmentFrames(this.#recorder, segment), this.#markOf);
  }

  #add({ findings, judgedFrames }: RuleReport): void {
    for (const finding of findings) {
      const key = `${finding.requirement} ${String(finding.tolerated ?? false)}`;
      const entry = this.#merged.get(key);
      if (entry === undefined) this.#merged.set(key, { first: finding, count: 1 });
      // A frame that is still there shows more than one that was discarded.
      else this.#merged.set(key, { first: this.#isKept(entry.first) ? entry.first : finding, count: entry.count + 1 });
    }
    for (const [id, count] of judgedFrames) this.#judgedFrames.set(id, (this.#judgedFrames.get(id) ?? 0) + count);
  }

  #isKept({ frameNumber }: RuleFinding): boolean {
    return frameNumber === undefined || this.#recorder.frame(frameNumber) !== undefined;
  }
}
