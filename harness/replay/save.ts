import { LinkType, writeCaptureFile } from '../capture/index.ts';
import { replayComment, type RecordedFinding } from '../runner/replay-record.ts';
import type { CourseStep } from '../tester/course.ts';
import { PORT_NAMES, type PortName } from '../wire/wire.ts';
import { Attribution, type Cause } from './attribution.ts';
import type { OutputFrame } from './canonical.ts';
import type { Recording } from './recording.ts';
import { ReplayError } from './replay-error.ts';

/** Time between two frames of a file in which only their order means anything. */
const STEP_NS = 1_000_000n;

interface SavedFrame {
  readonly port: PortName;
  readonly direction: 'inbound' | 'outbound';
  readonly bytes: Uint8Array;
  readonly comments: readonly string[];
}

/** Writes a recording that can be replayed: each packet, and behind it what came out of it. Throws ReplayError when it is too long. */
export const saveRecording = async (path: string, recording: Recording): Promise<void> => {
  const { frames, comment } = contentsOf(recording);
  const used = PORT_NAMES.filter((name) => name !== 'U2' || frames.some(({ port }) => port === name));
  await writeCaptureFile(path, {
    section: { comments: [`proto41 case ${recording.name}${recording.isWholeCase ? '' : ', smaller'}`, comment] },
    interfaces: used.map((name) => ({ name, linkType: LinkType.ETHERNET })),
    frames: frames.map((frame, index) => ({
      ...frame,
      interfaceIndex: used.indexOf(frame.port),
      timestampNs: BigInt(index) * STEP_NS,
    })),
  });
};

const contentsOf = (recording: Recording): { readonly frames: readonly SavedFrame[]; readonly comment: string } => {
  const frames: SavedFrame[] = [];
  const numbers = new Map<OutputFrame, number>();
  const causes = new Attribution(recording).causesOf(recording.outputs);
  const addOutputs = (isWanted: (cause: Cause) => boolean): void => {
    for (const [index, output] of recording.outputs.entries()) {
      if (numbers.has(output) || !isWanted(causes[index] ?? 'unknown')) continue;
      frames.push({
        port: output.port,
        direction: 'outbound',
        bytes: output.bytes,
        comments: commentsOf(output, recording),
      });
      numbers.set(output, frames.length);
    }
  };
  const steps = recording.steps.map((step): CourseStep => {
    if (step.kind !== 'exchange') return step;
    const stimuli = step.stimuli.map(({ port, bytes, mark }) => {
      frames.push({ port, direction: 'inbound', bytes, comments: [] });
      const frame = frames.length;
      addOutputs((cause) => cause === mark);
      return { frame, mark };
    });
    return { ...step, stimuli };
  });
  addOutputs((cause) => cause !== 'fence');
  const findings = recording.findings.map(({ decisive, frame: _frame, ...finding }): RecordedFinding => {
    const frame = decisive === undefined ? undefined : numbers.get(decisive);
    return frame === undefined ? finding : { ...finding, frame };
  });
  const { name, profileText, seed, nonce, dutMacs, changes, isWholeCase, isStranger } = recording;
  const facts = { version: 1 as const, case: name, profile: profileText, seed, nonce, dutMacs, changes, findings };
  const comment = replayComment({
    ...facts,
    steps,
    ...(isWholeCase ? {} : { shrunk: true }),
    ...(isStranger === true ? { stranger: true } : {}),
  });
  if (comment === undefined)
    throw new ReplayError(`${name}: expected few enough packets to say which they are in a comment; shrink it first`);
  return { frames, comment };
};

const commentsOf = (output: OutputFrame, { findings }: Recording): string[] =>
  findings.flatMap(({ decisive, requirement, expected, actual }) =>
    decisive === output ? [`${requirement}: expected ${expected}; actual ${actual}`] : [],
  );
