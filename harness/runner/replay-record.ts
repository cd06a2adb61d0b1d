import * as v from 'valibot';
import type { SetupChanges } from '../tester/setup-changes.ts';
import type { CourseStep, SentStimulus } from '../tester/course.ts';
import { violationsOf } from './charge.ts';
import type { EvidenceFile } from './evidence.ts';

/** What an evidence file says of itself beside its frames, so that it can be played again: one comment of its section. */
const PREFIX = 'proto41 replay ';
/** An option of pcapng has 16 bits for its length. */
const LONGEST_COMMENT_BYTES = 60_000;
const MOST_FINDINGS = 20;
const LONGEST_WORDS = 600;

/** `[frame, mark, count, step]`: so many stimuli, their marks in a row, their frames `step` apart. */
const runSchema = v.tuple([v.number(), v.number(), v.number(), v.number()]);

const changesSchema = v.record(v.string(), v.unknown());

const stepSchema = v.variant('kind', [
  v.object({
    kind: v.literal('exchange'),
    cold: v.boolean(),
    watchMs: v.optional(v.number()),
    stimuli: v.array(runSchema),
  }),
  v.object({ kind: v.literal('sleep'), forMs: v.number() }),
  v.object({ kind: v.literal('answer-for'), address: v.string(), answer: v.boolean() }),
  v.object({ kind: v.literal('restart'), changes: changesSchema }),
]);

const findingSchema = v.object({
  requirement: v.string(),
  by: v.picklist(['case', 'rule']),
  expected: v.string(),
  actual: v.string(),
  /** Number of the decisive frame in the file. */
  frame: v.optional(v.number()),
  /** Mark of the stimulus in question. */
  mark: v.optional(v.number()),
});

const recordSchema = v.object({
  version: v.literal(1),
  case: v.string(),
  profile: v.string(),
  seed: v.string(),
  nonce: v.number(),
  dutMacs: v.object({ P: v.string(), U: v.string(), U2: v.string() }),
  changes: changesSchema,
  steps: v.array(stepSchema),
  findings: v.array(findingSchema),
  /** The packets are not those of the case any more. */
  shrunk: v.optional(v.boolean()),
  /** It is no case's, but somebody else's capture. */
  stranger: v.optional(v.boolean()),
});

export type RecordedFinding = v.InferOutput<typeof findingSchema>;

/** Frame numbers are those of the file, from 1. */
export interface ReplayRecord extends Omit<v.InferOutput<typeof recordSchema>, 'changes' | 'steps'> {
  readonly changes: SetupChanges;
  readonly steps: readonly CourseStep[];
}

/** The comments with which a file can be played again, or say why it cannot. */
export const replayComments = (file: EvidenceFile): readonly string[] => {
  const { course } = file.run.observations;
  if (course === undefined) return [];
  const numbers = new Map(file.frames.map(({ number }, index) => [number, index + 1]));
  const inFile = (stimuli: readonly SentStimulus[]): SentStimulus[] =>
    stimuli.flatMap(({ frame, mark }) => {
      const number = numbers.get(frame);
      return number === undefined ? [] : [{ frame: number, mark }];
    });
  const { profileText, steps, ...facts } = course;
  const comment = replayComment({
    version: 1,
    case: file.run.selected.definition.id,
    profile: profileText,
    ...facts,
    steps: steps.map((step) => (step.kind === 'exchange' ? { ...step, stimuli: inFile(step.stimuli) } : step)),
    findings: violationsOf(file.run)
      .slice(0, MOST_FINDINGS)
      .map(({ requirement, by, expected, actual, frameNumber, mark }) => {
        const frame = frameNumber === undefined ? undefined : numbers.get(frameNumber);
        return {
          requirement,
          by,
          expected: expected.join(' or ').slice(0, LONGEST_WORDS),
          actual: actual.slice(0, LONGEST_WORDS),
          ...(frame === undefined ? {} : { frame }),
          ...(mark === undefined ? {} : { mark }),
        };
      }),
  });
  return [comment ?? 'proto41: too many stimuli to say which frames they are'];
};

/** Undefined when it is longer than a comment can be. */
export const replayComment = (record: ReplayRecord): string | undefined => {
  const steps = record.steps.map((step) =>
    step.kind === 'exchange' ? { ...step, stimuli: runsOf(step.stimuli) } : step,
  );
  const comment = `${PREFIX}${JSON.stringify({ ...record, steps })}`;
  return Buffer.byteLength(comment) > LONGEST_COMMENT_BYTES ? undefined : comment;
};

/** The record among the comments of a file; undefined where there is none. Throws what JSON and valibot throw for a broken one. */
export const parseReplayRecord = (comments: readonly string[]): ReplayRecord | undefined => {
  const comment = comments.find((each) => each.startsWith(PREFIX));
  if (comment === undefined) return undefined;
  const record = v.parse(recordSchema, JSON.parse(comment.slice(PREFIX.length)));
  // Changes are what some test bed was given; planning the set-up says what is wrong with them if anything is.
  return {
    ...record,
    changes: record.changes as SetupChanges,
    steps: record.steps.map((step): CourseStep => {
      if (step.kind === 'restart') return { kind: 'restart', changes: step.changes as SetupChanges };
      if (step.kind !== 'exchange') return step;
      const { kind, cold, watchMs, stimuli } = step;
      return { kind, cold, ...(watchMs === undefined ? {} : { watchMs }), stimuli: stimuli.flatMap(stimuliOf) };
    }),
  };
};

type Run = v.InferOutput<typeof runSchema>;

const runsOf = (stimuli: readonly SentStimulus[]): Run[] => {
  const runs: Run[] = [];
  for (const { frame, mark } of stimuli) {
    const last = runs.at(-1);
    if (last !== undefined && mark === last[1] + last[2]) {
      const step = frame - (last[0] + last[3] * (last[2] - 1));
      if (last[2] === 1 || step === last[3]) {
        last[2] += 1;
        last[3] = step;
        continue;
      }
    }
    runs.push([frame, mark, 1, 0]);
  }
  return runs;
};

const stimuliOf = ([frame, mark, count, step]: Run): SentStimulus[] =>
  Array.from({ length: Math.min(count, 0x100000) }, (_, index) => ({
    frame: frame + index * step,
    mark: mark + index,
  }));
