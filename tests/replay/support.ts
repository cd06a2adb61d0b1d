import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMemoryNode } from '../../harness/node/memory/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import type { ComparedFinding } from '../../harness/replay/compare.ts';
import { askTheCase, confirmed } from '../../harness/replay/confirm.ts';
import { loadCapture, recordingOf, type Recording } from '../../harness/replay/recording.ts';
import { replay, type Replayed } from '../../harness/replay/replay.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { runSuite } from '../../harness/runner/run-suite.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { areas } from '../../suites/index.ts';

export const registry = createRegistry(requirements, areas);

/** A folder that is gone when the work is done. */
export const inFolder = async <Result>(work: (folder: string) => Promise<Result>): Promise<Result> => {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-replay-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

export interface FaultCase {
  readonly fault: string;
  readonly profile: string;
  readonly caseId: string;
}

/** Runs the case against the reference with the fault; the path of its evidence, if it left any. */
export const leaveEvidence = async (
  folder: string,
  { fault, profile, caseId }: FaultCase,
): Promise<string | undefined> => {
  const result = await runSuite({
    registry,
    target: 'reference',
    probeNonsense: false,
    profiles: [parseProfile(profile)],
    filter: { caseGlobs: [caseId] },
    seed: '1',
    startSession: () => startMemoryNode({ faults: [fault] }),
    createTestbed,
    toolVersion: 'test',
    outFolder: folder,
  });
  const evidence = result.cases.find(({ id }) => id === caseId)?.evidence;
  return evidence === undefined ? undefined : join(folder, evidence);
};

export const readRecording = async (file: string): Promise<Recording> => {
  const recording = recordingOf(await loadCapture(file));
  if (recording === undefined) throw new Error(`Expected evidence that can be replayed in ${file}`);
  return recording;
};

/** Replays against the reference with these faults, under a seed of the replay's own. */
export const replayAgainst = async (
  faults: readonly string[],
  recording: Recording,
  seed = 'replay',
): Promise<Replayed> => {
  await using session = await startMemoryNode({ faults });
  await using testbed = await createTestbed({ session, profile: parseProfile(recording.profileText), seed });
  return await replay(testbed, recording);
};

/** As the command does it: the frames are compared, and the case is asked where they are all of its packets. */
export const findingsAgainst = async (
  faults: readonly string[],
  recording: Recording,
): Promise<readonly ComparedFinding[]> => {
  await using session = await startMemoryNode({ faults });
  const { seed } = recording;
  await using testbed = await createTestbed({ session, profile: parseProfile(recording.profileText), seed });
  const replayed = await replay(testbed, recording);
  if (replayed.kind !== 'played') throw new Error(replayed.reason);
  return confirmed(replayed, await askTheCase(recording, { registry, testbed, timeoutMs: 60_000 }));
};
