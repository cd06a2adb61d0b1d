import { join } from 'node:path';
import { startMemoryNode } from '../../harness/node/memory/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { ReplayError } from '../../harness/replay/replay-error.ts';
import { regressionArea, saveRegression } from '../../harness/replay/regressions.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { runSuite } from '../../harness/runner/run-suite.ts';
import type { Verdict } from '../../harness/runner/verdict.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { assert, suite } from '../support/suite.ts';
import { inFolder, leaveEvidence, readRecording } from './support.ts';

const test = suite('replay/regressions', { timeoutMs: 30_000 });

const CASE = 'hop-limit.decap-decrement';
const FAULT = 'hl-from-ttl';

/** The folder with one regression case, made of the evidence of a fault. */
const imported = async (folder: string): Promise<string> => {
  const evidence = await leaveEvidence(folder, { fault: FAULT, caseId: CASE, profile: 'overlay' });
  if (evidence === undefined) throw new Error('Expected evidence');
  const recording = await readRecording(evidence);
  const [finding] = recording.findings;
  if (finding === undefined) throw new Error('Expected a finding');
  const regressions = join(folder, 'regressions');
  assert.is(await saveRegression(regressions, recording, finding, 'ttl-leaks'), `${CASE}/ttl-leaks`);
  await assert.rejects(
    () => saveRegression(regressions, recording, finding, 'ttl-leaks'),
    (error: unknown) => error instanceof ReplayError,
  );
  await assert.rejects(
    () => saveRegression(regressions, recording, finding, 'No Name'),
    (error: unknown) => error instanceof ReplayError,
  );
  return regressions;
};

const verdictOf = async (
  folder: string,
  faults: readonly string[],
  profile = 'overlay',
): Promise<Verdict | undefined> => {
  const result = await runSuite({
    registry: createRegistry(requirements, [await regressionArea(folder)]),
    target: 'reference',
    probeNonsense: false,
    profiles: [parseProfile(profile)],
    filter: {},
    seed: 'another',
    startSession: () => startMemoryNode({ faults }),
    createTestbed,
    toolVersion: 'test',
  });
  return result.cases.find(({ id }) => id === `${CASE}/ttl-leaks`)?.verdict;
};

test('an imported finding is a case that fails with the defect and passes without, under any seed', async () => {
  await inFolder(async (folder) => {
    const regressions = await imported(folder);
    assert.is(await verdictOf(regressions, [FAULT]), 'fail');
    assert.is(await verdictOf(regressions, []), 'pass');
    assert.is(await verdictOf(regressions, [], 'fou'), 'skip');
  });
});

test('a folder that does not exist has no cases', async () => {
  await inFolder(async (folder) => {
    assert.equal((await regressionArea(join(folder, 'nowhere'))).cases, []);
  });
});

test.run();
