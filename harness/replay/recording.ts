/** A capture as it can be played again: what to send, what came out then, and what was wrong with it. */
import { CaptureError, LinkType, readCaptureFile, type CaptureInfo } from '../capture/index.ts';
import type { CaptureDirection, CapturedFrame } from '../capture/index.ts';
import { parseReplayRecord, type RecordedFinding, type ReplayRecord } from '../runner/replay-record.ts';
import type { CourseStep, DutMacs } from '../tester/course.ts';
import type { SetupChanges } from '../tester/setup-changes.ts';
import { PORT_NAMES, type PortName } from '../wire/wire.ts';
import { ReplayError } from './replay-error.ts';

/** A frame on a port of the DUT. */
export interface PortFrame {
  /** From 1, as Wireshark counts. */
  readonly number: number;
  readonly port: PortName;
  readonly direction: CaptureDirection;
  readonly bytes: Uint8Array;
}

/** A frame that is sent to the DUT. */
export interface ReplayStimulus {
  readonly port: PortName;
  readonly bytes: Uint8Array;
  /** By which what comes out of it is known. */
  readonly mark: number;
}

export type ReplayStep =
  | {
      readonly kind: 'exchange';
      readonly cold: boolean;
      readonly watchMs?: number;
      readonly stimuli: readonly ReplayStimulus[];
    }
  | Exclude<CourseStep, { kind: 'exchange' }>;

/** A finding of the original, with its decisive frame where it had one. */
export interface OriginalFinding extends RecordedFinding {
  readonly decisive?: PortFrame;
}

export interface Recording {
  /** Id of the case that made it, or the name of a stranger's capture. */
  readonly name: string;
  readonly profileText: string;
  readonly seed: string;
  /** Tells the marks in its frames. */
  readonly nonce: number;
  readonly dutMacs: DutMacs;
  readonly changes: SetupChanges;
  readonly steps: readonly ReplayStep[];
  readonly findings: readonly OriginalFinding[];
  /** What came out of the DUT then, in order. */
  readonly outputs: readonly PortFrame[];
  /** The case of this name sends just these packets. */
  readonly isWholeCase: boolean;
  /** Somebody else's capture, whose addresses were carried over into the lab. */
  readonly isStranger?: boolean;
}

export const stimuliOf = ({ steps }: Pick<Recording, 'steps'>): readonly ReplayStimulus[] =>
  steps.flatMap((step) => (step.kind === 'exchange' ? step.stimuli : []));

export interface LoadedCapture {
  readonly file: string;
  readonly frames: readonly CapturedFrame[];
  readonly info: CaptureInfo;
}

/** Reads a whole capture. Throws CaptureError (exit 2). */
export const loadCapture = async (file: string): Promise<LoadedCapture> => {
  const reader = readCaptureFile(file);
  const frames: CapturedFrame[] = [];
  for await (const frame of reader) frames.push({ ...frame, bytes: frame.bytes.slice() });
  const { info } = reader;
  if (info === undefined)
    throw new CaptureError({ file, byteOffset: 0, expected: 'a capture', found: 'an empty file' });
  return { file, frames, info };
};

/** The evidence of a case; undefined for a capture of somebody else's. Throws ReplayError for evidence that is damaged. */
export const recordingOf = ({ file, frames, info }: LoadedCapture): Recording | undefined => {
  const record = readRecord(file, info);
  if (record === undefined) return undefined;
  const byNumber = new Map<number, PortFrame>();
  for (const { index, interfaceName, direction, linkType, bytes } of frames) {
    const port = PORT_NAMES.find((name) => name === interfaceName);
    if (port === undefined || direction === undefined || linkType !== LinkType.ETHERNET)
      throw new ReplayError(
        `${file}, frame ${String(index + 1)}: expected an Ethernet frame with a direction on port ${PORT_NAMES.join(', ')}, found one on ${String(interfaceName)}`,
      );
    byNumber.set(index + 1, { number: index + 1, port, direction, bytes });
  }
  const required = (number: number): PortFrame => {
    const frame = byNumber.get(number);
    if (frame === undefined)
      throw new ReplayError(`${file}: expected the frame ${String(number)} that its comment names, found none`);
    return frame;
  };
  const { profile, case: name, steps, findings, shrunk, stranger, ...facts } = record;
  return {
    ...facts,
    name,
    profileText: profile,
    steps: steps.map((step) =>
      step.kind !== 'exchange'
        ? step
        : {
            ...step,
            stimuli: step.stimuli.map(({ frame, mark }) => {
              const { port, bytes } = required(frame);
              return { port, bytes, mark };
            }),
          },
    ),
    findings: findings.map((finding) =>
      finding.frame === undefined ? finding : { ...finding, decisive: required(finding.frame) },
    ),
    outputs: [...byNumber.values()].filter(({ direction }) => direction === 'outbound'),
    isWholeCase: shrunk !== true,
    ...(stranger === true ? { isStranger: true } : {}),
  };
};

const readRecord = (file: string, { comments }: CaptureInfo): ReplayRecord | undefined => {
  try {
    return parseReplayRecord(comments);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ReplayError(`${file}: expected the comment with which it can be replayed, found: ${message}`, error);
  }
};
