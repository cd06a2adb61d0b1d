import type { CaseRegistry } from '../runner/registry.ts';
import { violationsOf } from '../runner/charge.ts';
import { judgeWithRules } from '../runner/rule-judge.ts';
import { runCase, type CaseRun } from '../runner/run-case.ts';
import type { Testbed } from '../tester/testbed-contract.ts';
import type { ComparedFinding } from './compare.ts';
import type { OriginalFinding, Recording } from './recording.ts';
import type { Replayed } from './replay.ts';

/** What the case itself says, which knows what it expects where frames alone do not tell. */
export type Confirmation =
  | { readonly kind: 'asked'; readonly requirements: ReadonlySet<string>; readonly run: CaseRun }
  | { readonly kind: 'not asked'; readonly reason: string };

export interface ConfirmOptions {
  readonly registry: CaseRegistry;
  readonly testbed: Testbed;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs the case of the recording once more. The test bed has to have the seed of the recording, so that the case makes the same choices.
 */
export const askTheCase = async (recording: Recording, options: ConfirmOptions): Promise<Confirmation> => {
  const { registry, testbed, signal } = options;
  const registered = registry.case(recording.name);
  if (recording.isStranger === true) return { kind: 'not asked', reason: 'the capture is not of a case' };
  if (!recording.isWholeCase) return { kind: 'not asked', reason: 'the packets are not those of the case any more' };
  if (registered === undefined) return { kind: 'not asked', reason: `there is no case ${recording.name}` };
  await testbed.down();
  const up = await testbed.up(recording.changes);
  if (up.kind !== 'ready') return { kind: 'not asked', reason: `the target refused its set-up: ${up.reason}` };
  const outcome = await runCase(
    testbed,
    { ...registered, notFor: undefined },
    {
      judgeFrames: judgeWithRules,
      repetition: 1,
      timeoutMs: options.timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    },
  );
  if (outcome.kind !== 'run') return { kind: 'not asked', reason: 'interrupted' };
  const { run } = outcome;
  if (run.error !== undefined) return { kind: 'not asked', reason: `the case broke: ${run.error}` };
  if (run.skipped !== undefined) return { kind: 'not asked', reason: `the case skipped itself: ${run.skipped}` };
  const [doubt] = run.observations.doubts;
  const requirements = new Set(violationsOf(run).map(({ requirement }) => requirement));
  if (doubt !== undefined && requirements.size === 0) return { kind: 'not asked', reason: doubt.reason };
  return { kind: 'asked', requirements, run };
};

/** The findings with what the case says of those that only a case can judge. */
export const confirmed = (
  replayed: Extract<Replayed, { kind: 'played' }>,
  confirmation: Confirmation,
): readonly ComparedFinding[] =>
  confirmation.kind === 'not asked'
    ? replayed.findings
    : replayed.findings.map((finding) => confirmedFinding(finding, confirmation));

const confirmedFinding = (
  finding: ComparedFinding,
  { requirements, run }: Extract<Confirmation, { kind: 'asked' }>,
): ComparedFinding => {
  const { original, state } = finding;
  if (original.by === 'rule') return finding;
  if (!requirements.has(original.requirement)) {
    if (state !== 'still there') return finding;
    const because = `${finding.because}, but the case accepts it now: what was wrong is in no single frame`;
    return { ...finding, state: 'gone', because };
  }
  if (state !== 'gone') return finding;
  const violations = violationsOf(run).filter(({ requirement }) => requirement === original.requirement);
  const again = violations.find(({ actual }) => actual === original.actual);
  // What was counted, or stands in counters of the target, is not to be compared by frames.
  if (isInNoFrame(original) && again !== undefined)
    return {
      ...finding,
      state: 'still there',
      because: `no frame shows it, and the case finds the same: ${again.actual}`,
    };
  const because = `${finding.because}, and the case finds: ${violations[0]?.actual ?? ''}`;
  return { ...finding, state: 'different', because };
};

const isInNoFrame = ({ decisive, mark }: OriginalFinding): boolean => decisive === undefined && mark === undefined;
