import type { CaseRegistry } from '../../../harness/runner/registry.ts';
import type { CaseResult, RunResult } from '../../../harness/runner/result.ts';
import type { JudgeFrames } from '../../../harness/runner/rule-pass.ts';
import { runSuite, type RunSuiteOptions } from '../../../harness/runner/run-suite.ts';
import { parseProfile } from '../../../harness/profile/index.ts';
import { FakeSession } from './fake-session.ts';
import { FakeTestbed } from './fake-testbed.ts';

export const noRules: JudgeFrames = () => ({ findings: [], judgedFrames: new Map() });

/** Runs a registry against one fake testbed. */
export const runFake = (
  registry: CaseRegistry,
  changes: Partial<RunSuiteOptions> & { readonly testbed?: FakeTestbed; readonly session?: FakeSession } = {},
): Promise<RunResult> => {
  const { testbed = new FakeTestbed(), session = new FakeSession(), ...options } = changes;
  return runSuite({
    registry,
    target: 'fake',
    probeNonsense: false,
    profiles: [parseProfile('overlay')],
    seed: '1',
    startSession: async () => session,
    createTestbed: async () => testbed,
    judgeFrames: noRules,
    toolVersion: '0.0.0',
    today: '2026-06-15',
    ...options,
  });
};

/** The one result with this id. */
export const resultOf = (result: RunResult, id: string): CaseResult => {
  const [found, ...others] = result.cases.filter((each) => each.id === id);
  if (found === undefined || others.length > 0) {
    throw new Error(`expected one result ${id}, found ${result.cases.map((each) => each.id).join(', ')}`);
  }
  return found;
};

/** `id verdict` of each result, in order. */
export const verdicts = (result: RunResult): readonly string[] =>
  result.cases.map(({ id, verdict }) => `${id} ${verdict}`);
