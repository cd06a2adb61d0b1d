import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseProfile } from '../profile/index.ts';
import type { Recorder, RecordedFrame } from '../wire/recorder.ts';
import { numberInSlice } from '../wire/recorder.ts';
import { violationsOf } from './charge.ts';
import { replayComments } from './replay-record.ts';
import { segmentFrames } from './rule-pass.ts';
import type { CaseRun } from './run-case.ts';
import type { Violation } from './verdict.ts';

export const EVIDENCE_FOLDER = 'evidence';

/** The capture of one case run: all frames on all ports from its first to its last, and what came out late. */
export interface EvidenceFile {
  /** Relative to the output folder. */
  readonly name: string;
  /** Their recorder numbers, in the order of the file. */
  readonly frames: readonly Pick<RecordedFrame, 'number'>[];
  readonly run: CaseRun;
}

/** Where the frames of runs are kept until it is known which of them are evidence. */
export interface EvidenceSource {
  /** The evidence of a run; undefined when no frame passed, or the frames are lost. */
  fileOf(run: CaseRun, naming: EvidenceNaming): EvidenceFile | undefined;
  /** Writes the file under the output folder. False when its frames are lost meanwhile. */
  write(outFolder: string, file: EvidenceFile): Promise<boolean>;
}

/** The frames of runs that this process recorded itself. */
export const recordedEvidence = (recorder: Recorder): EvidenceSource => ({
  fileOf: (run, naming) => {
    const frames = framesOf(run, recorder);
    return frames.length === 0 ? undefined : { name: evidenceName(run, naming), frames, run };
  },
  write: async (outFolder, file) => {
    await writeEvidence(outFolder, file, recorder);
    return true;
  },
});

export interface EvidenceNaming {
  readonly profileName: string;
  /** The repetition becomes part of the name where there are several. */
  readonly repeated: boolean;
}

/** Relative to the output folder. */
export const evidenceName = (run: CaseRun, naming: EvidenceNaming): string => {
  const repetition = naming.repeated ? `.run${String(run.repetition)}` : '';
  const caseName = run.selected.definition.id.replaceAll('/', '_');
  return `${EVIDENCE_FOLDER}/${caseName}.${profileSlug(naming.profileName)}${repetition}.pcapng`;
};

/** The name itself where a file can have it; otherwise its harmless characters and a hash, so that no two profiles share a file. */
export const profileSlug = (name: string): string => {
  if (/^[A-Za-z0-9-]+$/.test(name)) return name;
  const readable = name.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 60);
  return `${readable}-${createHash('sha256').update(name).digest('hex').slice(0, 6)}`;
};

/** The number of a recorded frame as Wireshark shows it in the file. */
export const frameNumberIn = (file: EvidenceFile | undefined, recorderNumber: number): number | undefined =>
  file === undefined ? undefined : numberInSlice(file.frames, recorderNumber);

/** Writes the file under the output folder; it appears whole or not at all. */
const writeEvidence = async (outFolder: string, file: EvidenceFile, recorder: Recorder): Promise<void> => {
  for (const violation of violationsOf(file.run)) {
    const { frameNumber } = violation;
    if (frameNumber !== undefined && recorder.frame(frameNumber) !== undefined)
      recorder.annotate(frameNumber, comment(violation));
  }
  const path = join(outFolder, file.name);
  const partial = `${path}.partial`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await recorder.writeFile(partial, framesOf(file.run, recorder), commentsOf(file));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
};

/** What it is, and what is needed to play it again. */
const commentsOf = (file: EvidenceFile): readonly string[] => [
  `proto41 case ${file.run.selected.definition.id}`,
  ...profileComments(file.run),
  ...replayComments(file),
];

/** The profile with the value of every switch, of which a target may have decided some. */
const profileComments = ({ observations: { course } }: CaseRun): readonly string[] => {
  if (course === undefined) return [];
  const { text, switches } = parseProfile(course.profileText);
  const values = Object.entries(switches).map(([name, value]) => `${name}=${value}`);
  return [`proto41 profile ${text}; switches ${values.join(' ')}`];
};

const comment = ({ requirement, expected, actual }: Violation): string =>
  `${requirement}: expected ${expected.join(' or ')}; actual ${actual}`;

/** Without gaps between the segments of a case that restarted: what the DUT does while it comes up is evidence too. */
export const framesOf = (run: CaseRun, recorder: Recorder): readonly RecordedFrame[] => {
  const filled = run.observations.segments.filter(({ fromFrame, toFrame }) => toFrame > fromFrame);
  const fromFrame = Math.min(...filled.map((segment) => segment.fromFrame));
  const toFrame = Math.max(...filled.map((segment) => segment.toFrame));
  const frames = filled.length === 0 ? [] : segmentFrames(recorder, { fromFrame, toFrame });
  const present = new Set(frames.map(({ number }) => number));
  const late = [...new Set(violationsOf(run).map(({ frameNumber }) => frameNumber))]
    .flatMap((number) => (number === undefined || present.has(number) ? [] : [recorder.frame(number)]))
    .filter((frame) => frame !== undefined)
    .toSorted((a, b) => a.number - b.number);
  return [...frames, ...late];
};
