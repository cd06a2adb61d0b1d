import { isProto41Error, Proto41Error } from '../../errors.ts';
import type { NodeFacts, PhaseDuration } from '../../node/node.ts';
import type { CaseObservations } from '../../tester/testbed-contract.ts';
import type { Phase } from '../progress.ts';
import type { RunStop } from '../result.ts';
import type { CaseRun } from '../run-case.ts';
import type { SelectedCase } from '../select-cases.ts';

/** Cases of one group of one profile, which a worker runs one after the other. */
export interface Unit {
  readonly id: number;
  /** Positions among the selections, among the groups of the profile, and of the cases in the registry. */
  readonly profile: number;
  readonly group: number;
  readonly cases: readonly number[];
  /** From 1. */
  readonly repetition: number;
}

/** A run without what only its worker can use: the frames, and what takes them apart. */
export interface PlainRun extends Omit<CaseRun, 'selected' | 'observations'> {
  /** Position of the case in the registry. */
  readonly caseIndex: number;
  readonly observations: Omit<CaseObservations, 'segments' | 'course'>;
  /** Recorder numbers of its evidence, in the order of the file. */
  readonly frames: readonly number[];
}

/** A run of a worker, by its place among those of its profile there. */
export interface RunPlace {
  readonly profile: number;
  readonly index: number;
}

export interface PlainError {
  readonly message: string;
  readonly code: string;
  readonly exitCode: number;
}

export type ToWorker =
  | { readonly kind: 'unit'; readonly unit: Unit; readonly knownToComeUp: boolean }
  /** End the case at hand and start no other. */
  | { readonly kind: 'abort' }
  /** No unit will follow. */
  | { readonly kind: 'finish' }
  | ({ readonly kind: 'write'; readonly outFolder: string; readonly name: string } & RunPlace)
  | { readonly kind: 'end' };

export type FromWorker =
  | { readonly kind: 'started'; readonly facts: NodeFacts }
  | { readonly kind: 'not-started'; readonly error: PlainError }
  | { readonly kind: 'phase'; readonly phase: Phase; readonly profile?: string }
  /** The target has come up under this profile. */
  | { readonly kind: 'ready'; readonly profile: number }
  | { readonly kind: 'case-started'; readonly profile: number; readonly caseIndex: number; readonly repetition: number }
  | { readonly kind: 'case-finished'; readonly profile: number; readonly run: PlainRun }
  | { readonly kind: 'unit-done'; readonly stop?: RunStop }
  | {
      readonly kind: 'finished';
      /** Runs to which something that came late was added. */
      readonly late: readonly (RunPlace & { readonly run: PlainRun })[];
      readonly phases: readonly PhaseDuration[];
      readonly stop?: RunStop;
    }
  | { readonly kind: 'written'; readonly error?: PlainError }
  | { readonly kind: 'ended'; readonly stop?: RunStop };

/** One end of the line between the process that decides and a worker. */
export interface JobChannel<Out, In> {
  /** Does nothing once the other end is gone. */
  send(message: Out): void;
  onMessage(listener: (message: In) => void): void;
  /** Called once, when the other end is gone; with how it ended, for people. */
  onEnded(listener: (how: string) => void): void;
}

export const plainRun = (
  { selected, observations, ...run }: CaseRun,
  frames: readonly { readonly number: number }[],
): PlainRun => {
  const { segments: _segments, course: _course, ...plain } = observations;
  return { ...run, caseIndex: selected.index, observations: plain, frames: frames.map(({ number }) => number) };
};

export const caseRunOf = (
  { caseIndex: _caseIndex, observations, frames: _frames, ...run }: PlainRun,
  selected: SelectedCase,
): CaseRun => ({ ...run, selected, observations: { ...observations, segments: [] } });

export const plainError = (error: unknown): PlainError => {
  const message = error instanceof Error ? error.message : String(error);
  return isProto41Error(error)
    ? { message, code: error.code, exitCode: error.exitCode }
    : { message: error instanceof Error ? (error.stack ?? message) : message, code: 'JOBS_WORKER', exitCode: 1 };
};

export const errorOf = ({ message, code, exitCode }: PlainError): Proto41Error =>
  new Proto41Error(message, { code, exitCode });
