import type { Verdict } from './verdict.ts';

export const PHASES = ['boot', 'probe', 'set-up', 'cases', 'late wait', 'evidence'] as const;
export type Phase = (typeof PHASES)[number];

/** How far the run is: case runs over all profiles and repetitions. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

export type ProgressEvent =
  | { readonly kind: 'phase'; readonly phase: Phase; readonly profile?: string }
  | ({
      readonly kind: 'case-started';
      readonly id: string;
      readonly profile: string;
      readonly repetition: number;
    } & Progress)
  | ({
      readonly kind: 'case-finished';
      readonly id: string;
      readonly profile: string;
      readonly repetition: number;
      /** What the case alone says; frames of later cases can still add to it. */
      readonly verdict: Verdict;
      readonly reason?: string;
      /** What the first violation found. */
      readonly found?: string;
      /** Whether the deviation is one that the target declares. */
      readonly expected: boolean;
      readonly durationMs: number;
    } & Progress);

export type OnProgress = (event: ProgressEvent) => void;
