import type { CaptureError } from '../capture/index.ts';
import type { Profile } from '../profile/index.ts';
import type { Finding } from '../rules/index.ts';
import type { FrameFindings } from './checker.ts';
import type { CaptureInput } from './input.ts';
import type { CheckSummary } from './tally.ts';

/** What is judged together: one capture, or those of the two sides of a node. */
export interface CheckedGroup {
  readonly inputs: readonly CaptureInput[];
  /** Undefined where there is no tunnel packet to guess it from; then nothing is judged. */
  readonly profile: Profile | undefined;
  readonly isGuessed: boolean;
  /** Why this profile, and why these sides. */
  readonly evidence: readonly string[];
}

export interface GroupResult {
  readonly summary: CheckSummary;
  /** What could not be read, by file; what came before it has been judged. */
  readonly errors: readonly CaptureError[];
}

/** A finding in a frame that went by before. */
export interface LateFinding {
  readonly finding: Finding;
  readonly file: string;
  readonly frameNumber: number;
}

/** Takes the results of a check while they come. */
export interface CheckSink {
  begin?(group: CheckedGroup): void;
  /** The frame is in a buffer that is used again: whatever is kept must be copied. */
  found?(found: FrameFindings, group: CheckedGroup): void;
  /** Every frame, in the record of the input, after its findings. */
  frame?(input: CaptureInput): void;
  late?(found: LateFinding, group: CheckedGroup): void;
  end?(result: GroupResult, group: CheckedGroup): void;
  /** Waits until what was written has been taken; called now and then. */
  drain?(): Promise<void>;
}
