import type { Ipv4Address } from '../address/index.ts';
import { CaptureError } from '../capture/index.ts';
import type { Profile } from '../profile/index.ts';
import { Checker } from './checker.ts';
import { captureContext, completeNode, type NodeFacts } from './context.ts';
import { guessProfile, Sample, type ProfileGuess } from './guess/index.ts';
import type { CaptureInput, PassedFrames } from './input.ts';
import { createSeenAt } from './seen-at.ts';
import { findSides, type Sides } from './sides.ts';
import type { CheckedGroup, CheckSink, GroupResult } from './sink.ts';
import { createTally, summarize, type CheckSummary } from './tally.ts';
import { Conversations } from './conversations.ts';

export interface CheckRequest {
  /** To be closed by the caller. */
  readonly inputs: readonly CaptureInput[];
  /** Undefined: guess it. */
  readonly profile?: Profile | undefined;
  readonly inside?: string | undefined;
  readonly outside?: string | undefined;
  readonly node?: Ipv4Address | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CheckOutcome {
  readonly group: CheckedGroup;
  readonly result: GroupResult;
}

/**
 * Judges captures. Two that stand on the two sides of a node are judged together, all others one by one. Captures that cannot be
 * read are no exception but part of the result.
 */
export async function checkCaptures(
  request: CheckRequest,
  sinks: readonly CheckSink[],
): Promise<readonly CheckOutcome[]> {
  const { inputs, signal } = request;
  if (inputs.length > 1) {
    await Promise.all(inputs.map((input) => input.sample(passedTo(sinks))));
    const prepared = prepare(inputs, request);
    if (prepared.sides !== undefined) return [await judgeGroup(prepared, sinks, signal)];
  }
  const outcomes: CheckOutcome[] = [];
  for (const input of inputs) {
    if (signal?.aborted === true && outcomes.length > 0) break;
    const isForSides = request.profile !== undefined && request.inside === undefined && request.outside === undefined;
    if (inputs.length === 1) await input.sample(passedTo(sinks), isForSides);
    outcomes.push(await judgeGroup(prepare([input], request), sinks, signal));
  }
  return outcomes;
}

const passedTo = (sinks: readonly CheckSink[]): PassedFrames => ({
  frame: (input) => {
    for (const sink of sinks) sink.frame?.(input);
  },
  drain: async () => {
    for (const sink of sinks) await sink.drain?.();
  },
});

interface Prepared {
  readonly group: CheckedGroup;
  readonly sides: Sides | undefined;
  readonly node: NodeFacts;
}

function prepare(inputs: readonly CaptureInput[], request: CheckRequest): Prepared {
  const { guess, evidence } = request.profile === undefined ? guessFrom(inputs) : { guess: undefined, evidence: [] };
  const profile = request.profile ?? guess?.profile;
  const found =
    profile === undefined
      ? undefined
      : findSides(inputs, profile, { ...request, isGuessed: request.profile === undefined });
  const node = request.node === undefined ? {} : { ipv4: request.node };
  const sides =
    found === undefined || profile === undefined ? undefined : { ...found, node: completeNode(profile, found.node) };
  return {
    group: {
      inputs,
      profile,
      isGuessed: request.profile === undefined,
      evidence: [...evidence, ...(sides?.evidence ?? [])],
    },
    sides,
    node: sides?.node ?? node,
  };
}

function guessFrom(inputs: readonly CaptureInput[]): { guess: ProfileGuess | undefined; evidence: readonly string[] } {
  const all = new Sample();
  for (const input of inputs)
    for (const { tunnelled } of input.samples.values()) {
      all.packets.push(...tunnelled.packets);
      for (const [what, count] of tunnelled.others) all.others.set(what, (all.others.get(what) ?? 0) + count);
    }
  const guess = guessProfile(all);
  const others = [...all.others].map(([what, count]) => `${count} ${what}`);
  return { guess, evidence: guess?.evidence ?? others };
}

async function judgeGroup(
  { group, sides, node }: Prepared,
  sinks: readonly CheckSink[],
  signal: AbortSignal | undefined,
): Promise<CheckOutcome> {
  for (const sink of sinks) sink.begin?.(group);
  const { inputs, profile } = group;
  const passedFrames = inputs.reduce((sum, { passedFrames: passed }) => sum + passed, 0);
  const checker =
    profile === undefined
      ? undefined
      : new Checker({
          context: captureContext(profile, node, sides !== undefined),
          inputs: inputs.length,
          judgesForeign: node.isFromTheWire === true,
          seenAt: sides === undefined ? undefined : createSeenAt(sides),
          onLate: (finding, input, frameNumber) => {
            const file = inputs[input]?.name ?? '';
            for (const sink of sinks) sink.late?.({ finding, file, frameNumber }, group);
          },
          onFindings: (found) => {
            for (const sink of sinks) sink.found?.(found, group);
          },
        });
  // Most sinks do not look at every frame.
  const frameSinks = sinks.filter((sink) => sink.frame !== undefined);
  let frames = passedFrames;
  const errors = await readAll(
    inputs,
    (input, index) => {
      frames++;
      checker?.take(input.record, index);
      if (frameSinks.length > 0) for (const sink of frameSinks) sink.frame?.(input);
    },
    async () => {
      for (const sink of sinks) await sink.drain?.();
    },
    signal,
  );
  const summary = finish(checker, frames);
  const result = { summary, errors };
  for (const sink of sinks) sink.end?.(result, group);
  for (const sink of sinks) await sink.drain?.();
  return { group, result };
}

function finish(checker: Checker | undefined, frames: number): CheckSummary {
  if (checker === undefined) return summarize({ ...createTally(), frames }, new Map(), new Map(), new Conversations());
  return { ...checker.finish(), frames };
}

type Take = (input: CaptureInput, index: number) => void;

/** Reads captures to their ends, several in the order of their times. Gives back what could not be read. */
async function readAll(
  inputs: readonly CaptureInput[],
  take: Take,
  afterChunk: () => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<readonly CaptureError[]> {
  const errors: CaptureError[] = [];
  const [only] = inputs;
  const aborted = whenAborted(signal);
  const more = async (input: CaptureInput): Promise<boolean> => {
    if (signal?.aborted === true) return false;
    await afterChunk();
    return Promise.race([input.fill(), aborted]);
  };
  /** Whether there is a next frame in `record`. Errors end the file. */
  const next = async (input: CaptureInput): Promise<boolean> => {
    try {
      for (;;) {
        if (input.read()) return true;
        if (!(await more(input))) return false;
      }
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      errors.push(error);
      return false;
    }
  };
  if (inputs.length === 1 && only !== undefined) {
    // One await for each chunk, not for each frame.
    while (await next(only)) {
      take(only, 0);
      takeAvailable(only, take);
    }
    return errors;
  }
  const open = new Set<CaptureInput>();
  for (const input of inputs) if (await next(input)) open.add(input);
  while (open.size > 0) {
    const first = earliest(open);
    take(first, inputs.indexOf(first));
    if (!(await next(first))) open.delete(first);
  }
  return errors;
}

function takeAvailable(input: CaptureInput, take: Take): void {
  try {
    while (input.read()) take(input, 0);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    // It comes again, and is reported, when the next frame is asked for.
  }
}

function earliest(inputs: ReadonlySet<CaptureInput>): CaptureInput {
  const [first, ...others] = inputs;
  if (first === undefined) throw new TypeError('expected an input that is open');
  return others.reduce((best, each) => (each.record.timestampMs < best.record.timestampMs ? each : best), first);
}

function whenAborted(signal: AbortSignal | undefined): Promise<false> {
  return new Promise((resolve) => {
    signal?.addEventListener('abort', () => resolve(false), { once: true });
  });
}
