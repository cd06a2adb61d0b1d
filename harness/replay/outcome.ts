import { EXIT } from '../runner/exit-code.ts';
import type { ComparedFinding, FindingState } from './compare.ts';
import type { Confirmation } from './confirm.ts';
import type { Recording } from './recording.ts';
import { describeFrame, profileOf } from './replay.ts';

export interface ReplayOutcome {
  readonly file: string;
  readonly target: string;
  readonly recording: Recording;
  readonly findings: readonly ComparedFinding[];
  /** Undefined for a capture that no case has made. */
  readonly confirmation?: Confirmation;
  /** What could not be carried over, one sentence each. */
  readonly notes: readonly string[];
}

/** 1 when a finding is still there or different, 4 when nothing could be decided, 0 when all are gone. */
export const exitCodeOfReplay = (findings: readonly ComparedFinding[]): number => {
  const has = (wanted: FindingState): boolean => findings.some(({ state }) => state === wanted);
  if (has('still there') || has('different')) return EXIT.unexpected;
  return has('gone') && !has('undecided') ? EXIT.expected : EXIT.undecided;
};

const MOST_FRAMES = 4;

/** What is said of one finding, for people: what it was, what has become of it, and both byte strings. */
export const findingLines = ({ original, state, because, now }: ComparedFinding, recording: Recording): string[] => {
  const profile = profileOf(recording);
  const { decisive } = original;
  const bytesOf = (bytes: Uint8Array): string => `      ${Buffer.from(bytes).toString('hex')}`;
  return [
    `${state.padEnd(11)}  ${original.requirement} (${original.by === 'rule' ? 'a rule' : 'its case'} found it)`,
    `    expected  ${original.expected}`,
    `    was       ${original.actual}`,
    ...(decisive === undefined ? [] : [`    then      ${describeFrame(decisive, profile)}`, bytesOf(decisive.bytes)]),
    ...now
      .slice(0, MOST_FRAMES)
      .flatMap((frame) => [`    now       ${describeFrame(frame, profile)}`, bytesOf(frame.bytes)]),
    ...(now.length > MOST_FRAMES ? [`    now       and ${String(now.length - MOST_FRAMES)} more`] : []),
    `    because   ${because}`,
  ];
};

/** Everything, for programs. */
export const outcomeJson = ({ file, target, recording, findings, confirmation, notes }: ReplayOutcome): unknown => ({
  file,
  target,
  name: recording.name,
  profile: recording.profileText,
  findings: findings.map(({ original, state, because, now }) => ({
    requirement: original.requirement,
    by: original.by,
    state,
    because,
    expected: original.expected,
    actual: original.actual,
    ...(original.decisive === undefined
      ? {}
      : { recorded: { port: original.decisive.port, bytes: Buffer.from(original.decisive.bytes).toString('hex') } }),
    now: now.map(({ port, bytes }) => ({ port, bytes: Buffer.from(bytes).toString('hex') })),
  })),
  ...(confirmation === undefined
    ? {}
    : {
        case:
          confirmation.kind === 'asked'
            ? { asked: true, violates: [...confirmation.requirements] }
            : { asked: false, reason: confirmation.reason },
      }),
  notes,
  exitCode: exitCodeOfReplay(findings),
});

export const countsLine = (findings: readonly ComparedFinding[]): string => {
  const count = (wanted: FindingState): number => findings.filter(({ state }) => state === wanted).length;
  const states: readonly FindingState[] = ['still there', 'different', 'undecided', 'gone'];
  const parts = states.flatMap((state) => (count(state) > 0 ? [`${String(count(state))} ${state}`] : []));
  return `${String(findings.length)} finding${findings.length === 1 ? '' : 's'}: ${parts.join(', ') || 'none'}`;
};
