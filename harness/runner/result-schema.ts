import * as v from 'valibot';
import { Proto41Error } from '../errors.ts';
import { NODE_NAMES } from '../node/node.ts';
import { AREAS, LEVELS } from './requirement.ts';
import type { RunResult } from './result.ts';
import { VERDICTS } from './verdict.ts';

export const RESULT_SCHEMA_ID = 'https://proto41.dev/schema/results-1.json';

const text = v.string();
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const durationMs = v.pipe(v.number(), v.minValue(0));
const described = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.pipe(schema, v.description(description));

const verdict = v.picklist(VERDICTS);

const fieldDifference = v.strictObject({
  layer: text,
  field: text,
  offset: v.pipe(v.number(), v.integer(), v.minValue(0)),
  expectedHex: text,
  actualHex: text,
  expectedText: text,
  actualText: text,
});

const violation = v.strictObject({
  requirement: described(text, 'Id of the requirement that is violated'),
  expected: described(v.array(text), 'Everything that would have been legal'),
  actual: text,
  frameNumber: v.exactOptional(described(count, 'Number of the decisive frame in the evidence file')),
  frame: v.exactOptional(described(text, 'The decisive frame in one line')),
  place: v.exactOptional(
    described(
      v.strictObject({
        offset: v.exactOptional(v.pipe(v.number(), v.integer())),
        lengthBytes: v.exactOptional(v.pipe(v.number(), v.integer())),
        field: v.exactOptional(text),
      }),
      'Where in the decisive frame it is wrong, in bytes from its start',
    ),
  ),
  differences: v.exactOptional(v.array(fieldDifference)),
  by: v.picklist(['case', 'rule']),
  tolerated: v.exactOptional(described(v.boolean(), 'The clause tolerates it: a warning')),
  count: v.exactOptional(described(count, 'How many frames of the case showed the same')),
  seenIn: v.exactOptional(described(text, 'Id of the case whose frames showed it, where it is another')),
  evidence: v.exactOptional(described(text, 'Evidence file that frameNumber counts in, where it is another')),
});

const doubt = v.strictObject({ reason: text, frameNumber: v.exactOptional(count) });

const expectation = v.variant('kind', [
  v.strictObject({ kind: v.literal('none'), unexpected: v.boolean() }),
  v.strictObject({
    kind: v.literal('expected'),
    unexpected: v.literal(false),
    reason: text,
    link: v.exactOptional(text),
  }),
  v.strictObject({ kind: v.literal('mismatch'), unexpected: v.literal(true), reason: text }),
]);

const caseResult = v.strictObject({
  id: text,
  requirement: text,
  profile: text,
  verdict,
  expectation,
  violations: v.array(violation),
  doubts: v.array(doubt),
  notes: v.array(text),
  reason: v.exactOptional(described(text, 'Why it was skipped or could not be decided, or the error that ended it')),
  durationMs,
  repeats: v.exactOptional(described(v.array(verdict), 'Verdict of each repetition')),
  evidence: v.exactOptional(described(text, 'Evidence file, relative to the output folder')),
  rerun: described(text, 'The command that runs just this case again'),
});

const phases = v.array(v.strictObject({ phase: text, durationMs }));

const nodeFacts = v.strictObject({
  node: v.picklist(NODE_NAMES),
  kernelRelease: v.exactOptional(text),
  kernelName: v.exactOptional(text),
  accelerator: v.exactOptional(text),
  wire: v.exactOptional(described(text, 'How frames get to a network interface: afpacket, pcap or cap')),
  phases,
});

const requirementFacts = v.strictObject({
  id: text,
  title: text,
  level: v.picklist(LEVELS),
  area: v.picklist(AREAS),
  sources: text,
  statement: text,
});

const values = v.record(text, text);

const declaration = v.strictObject({
  requirement: described(text, 'Id of a requirement or of one case'),
  verdicts: v.exactOptional(v.array(v.picklist(['fail', 'warn']))),
  matches: v.exactOptional(v.union([text, v.array(text)])),
  shownBy: v.exactOptional(v.array(text)),
  reason: text,
  link: v.exactOptional(text),
  expires: v.exactOptional(text),
  cases: v.exactOptional(described(v.array(text), 'All cases of the requirement, whether or not they ran')),
});

const configuration = v.strictObject({
  profile: text,
  text: described(text, 'The profile in words that need no target to be complete'),
  switches: described(values, 'The value of every switch'),
  policies: described(values, 'The switches that are so because the target declares it'),
  declared: v.exactOptional(described(v.array(declaration), 'The deviations that the target declares for it')),
});

/** The results file of a run, version 1. Fields may be added to a version, never removed or given another meaning. */
export const runResultSchema = v.strictObject({
  schema: v.literal(RESULT_SCHEMA_ID),
  tool: v.strictObject({ name: v.literal('proto41'), version: text }),
  target: text,
  node: nodeFacts,
  profiles: v.array(text),
  configurations: v.exactOptional(described(v.array(configuration), 'What each profile was for this target')),
  seed: text,
  strict: v.boolean(),
  shard: v.exactOptional(
    described(v.pipe(text, v.regex(/^\d+\/\d+$/)), 'The part of the cases that was asked for, as i/n'),
  ),
  startedAt: described(v.pipe(text, v.isoTimestamp()), 'ISO 8601, UTC'),
  durationMs,
  interrupted: described(v.boolean(), 'The run was cut short; cases that did not run are missing'),
  stopped: v.exactOptional(v.strictObject({ code: text, reason: text })),
  phases,
  cases: v.array(caseResult),
  requirements: v.exactOptional(v.array(requirementFacts)),
});

/** The value itself, when it is what the schema says. Throws Proto41Error (`RESULTS_INVALID`) that names the place. */
export const checkedResult = (value: unknown): RunResult => {
  const checked = v.safeParse(runResultSchema, value);
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  throw new Proto41Error(`Expected the results of a run: at ${v.getDotPath(issue) ?? 'the top'}: ${issue.message}`, {
    code: 'RESULTS_INVALID',
  });
};
