import { isProto41Error } from '../errors.ts';
import { SkipSignal } from '../tester/skip-signal.ts';
import type { CaseObservations, Testbed } from '../tester/testbed-contract.ts';
import { RuleJudge, type JudgeFrames, type RulePass } from './rule-pass.ts';
import type { SelectedCase } from './select-cases.ts';

/** One execution of one case, before anything is charged or compared. Frame numbers are recorder numbers. */
export interface CaseRun {
  readonly selected: SelectedCase;
  /** From 1. */
  readonly repetition: number;
  readonly observations: CaseObservations;
  readonly rules: RulePass;
  readonly error?: string;
  readonly skipped?: string;
  readonly durationMs: number;
}

export interface RunCaseOptions {
  readonly judgeFrames: JudgeFrames;
  readonly repetition: number;
  /** A case that takes longer, on the wall clock, is an error. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** How the body of a case ended. */
type Ending =
  | { readonly kind: 'done' }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'error'; readonly text: string; readonly cause: unknown }
  | { readonly kind: 'aborted' };

export type CaseOutcome =
  | { readonly kind: 'run'; readonly run: CaseRun; readonly nodeFailure?: Error }
  /** The signal ended it; there is nothing to report. */
  | { readonly kind: 'aborted' };

const NOTHING: CaseObservations = {
  violations: [],
  doubts: [],
  notes: [],
  judgements: 0,
  restarted: false,
  segments: [],
};
const NO_RULES: RulePass = { violations: [], judgedFrames: new Map() };

/** Runs a case on a testbed whose DUT is up. Never throws for what the case, the tester or a rule throws: that is its result. */
export const runCase = async (
  testbed: Testbed,
  selected: SelectedCase,
  options: RunCaseOptions,
): Promise<CaseOutcome> => {
  const startMs = performance.now();
  const { run: body, id } = selected.definition;
  let ending: Ending = { kind: 'done' };
  let observations = NOTHING;
  let rules = NO_RULES;
  try {
    const ruleJudge = new RuleJudge(options.judgeFrames, testbed.recorder, (frame) => testbed.markOf?.(frame));
    const scope = testbed.begin(id, {
      mayForget: (segment) => ruleJudge.mayDiscard(segment),
      ...(selected.definition.errors === undefined ? {} : { errors: selected.definition.errors }),
      repetition: options.repetition,
    });
    // Behind a promise, so that a body that throws before its first await is finished like any other.
    ending = await race(
      Promise.resolve(scope.context).then((context) => body(context)),
      options,
    );
    if (ending.kind === 'aborted') return ending;
    observations = scope.finish();
    rules = ruleJudge.finish(observations.segments);
  } catch (error) {
    // The first error is the one to report; a second one follows from it.
    if (ending.kind !== 'error') ending = endingOf(error);
  }
  const run: CaseRun = {
    selected,
    repetition: options.repetition,
    observations,
    rules,
    ...(ending.kind === 'error' ? { error: ending.text } : {}),
    ...(ending.kind === 'skipped' ? { skipped: ending.reason } : {}),
    durationMs: performance.now() - startMs,
  };
  const failure = ending.kind === 'error' && isNodeFailure(ending.cause) ? ending.cause : undefined;
  return { kind: 'run', run, ...(failure === undefined ? {} : { nodeFailure: failure }) };
};

/** A case that never started, with the reason: the target refused its set-up, or the case is not for the profile. */
export const skippedRun = (selected: SelectedCase, repetition: number, reason: string): CaseRun => ({
  selected,
  repetition,
  observations: NOTHING,
  rules: NO_RULES,
  skipped: reason,
  durationMs: 0,
});

/** A case that was not run, because nothing could have come of it but a doubt. */
export const undecidedRun = (selected: SelectedCase, repetition: number, reason: string): CaseRun => ({
  selected,
  repetition,
  observations: { ...NOTHING, doubts: [{ reason }] },
  rules: NO_RULES,
  durationMs: 0,
});

/** A case that could not start, because its set-up failed. */
export const failedRun = (selected: SelectedCase, repetition: number, error: unknown): CaseRun => ({
  selected,
  repetition,
  observations: NOTHING,
  rules: NO_RULES,
  error: errorText(error),
  durationMs: 0,
});

/** The node or a wire to it is gone, or in a state that nobody knows, as opposed to a case or a target that went wrong. */
export const isNodeFailure = (error: unknown): error is Error =>
  isProto41Error(error) && /^(NODE_|VM_|NETNS_|WIRE_|TARGET_DOWN_FAILED$)/.test(error.code);

/** The stack where there is one, since an error of a case is a defect that somebody has to find. */
export const errorText = (error: unknown): string => {
  if (!(error instanceof Error)) return `thrown value without a stack: ${String(error)}`;
  if (isProto41Error(error) && error.exitCode === 3) return error.message;
  return error.stack ?? `${error.name}: ${error.message}`;
};

const endingOf = (error: unknown): Ending =>
  error instanceof SkipSignal
    ? { kind: 'skipped', reason: error.reason }
    : { kind: 'error', text: errorText(error), cause: error };

/** The body's own end, the time limit or the signal, whichever comes first. */
const race = async (body: Promise<void>, { timeoutMs, signal }: RunCaseOptions): Promise<Ending> => {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const settled = body.then((): Ending => ({ kind: 'done' }), endingOf);
  const expired = new Promise<Ending>((resolve) => {
    timer = setTimeout(() => {
      const text = `expected the case to end within ${String(timeoutMs)} ms, it is still running`;
      resolve({ kind: 'error', text, cause: undefined });
    }, timeoutMs);
  });
  const aborted = new Promise<Ending>((resolve) => {
    onAbort = () => {
      resolve({ kind: 'aborted' });
    };
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([settled, expired, aborted]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
};
