import type { RunResult } from '../../runner/result.ts';
import type { EvidenceFrames } from '../evidence-frame.ts';

/** A run with what its report needs of its evidence. */
export interface ReportedRun {
  readonly result: RunResult;
  /** Where the evidence lies as seen from the page, with a slash at its end; empty where the page lies beside it. */
  readonly linkPrefix: string;
  readonly evidence: EvidenceFrames;
}
