import type { NodeSession } from '../node/node.ts';
import type { CaseResult } from './result.ts';

/** A case that has just ended, with its target still up. */
export interface PausedCase {
  readonly id: string;
  readonly profile: string;
  /** What it shows by itself, of its own requirement and of others; frames of later cases can still add to it. The evidence is written. */
  readonly results: readonly CaseResult[];
  readonly session: NodeSession;
}

/** Called after every case, before its target is taken down; the run waits for the answer. */
export type PauseAt = (paused: PausedCase) => Promise<'continue' | 'end'>;
