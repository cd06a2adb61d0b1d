import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, execaSync } from 'execa';
import { setupEnvironment } from '../../harness/target/environment.ts';
import { readResults } from '../../harness/runner/results-file.ts';
import type { RunResult } from '../../harness/runner/result.ts';
import { findRequirement, SYSTEM_REQUIREMENTS } from '../../scripts/requirements.mjs';
import { setupFor } from '../reference/reference-bench.ts';
import { whyNoNetns } from '../node/netns/support.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Why a target that needs these programs and headers cannot run in a network namespace here, or undefined. */
export const whyNoTarget = async (...commands: readonly string[]): Promise<string | undefined> => {
  const missing = SYSTEM_REQUIREMENTS.filter((each) => commands.includes(each.command)).filter(
    (each) => findRequirement(each) === undefined,
  );
  if (missing.length > 0) return `needs ${missing.map(({ debianPackage }) => debianPackage).join(', ')}`;
  return whyNoNetns();
};

export interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly result: RunResult;
}

/** A run of some cases on network namespaces, with its results in a folder that must not be there yet. */
export const runCases = async (
  target: string,
  profile: string,
  out: string,
  cases: readonly string[],
): Promise<Ran> => {
  const globs = cases.flatMap((glob) => ['--case', glob]);
  const options = ['--node', 'netns', '--profile', profile, '--seed', '7', '--out', out];
  const { exitCode, stdout } = await execa(
    'node',
    ['--import', 'tsx', 'run.ts', 'run', '--target', target, ...options, ...globs],
    { cwd: ROOT, reject: false },
  );
  return { exitCode, stdout, result: await readResults(out) };
};

/** Runs `up` of a target where hardly any program can be found, outside any node: it must refuse before it touches anything. */
export const upWithoutPrograms = (
  target: string,
  profile: string,
): { exitCode: number | undefined; stderr: string } => {
  const { setup } = setupFor(profile, {
    // What belongs to a case that asks for more than usual would be refused first.
    change: ({ ports: { P, U }, ...usual }) => ({
      ...usual,
      ports: { ...(P === undefined ? {} : { P }), ...(U === undefined ? {} : { U }) },
    }),
  });
  const { exitCode, stderr } = execaSync('/bin/sh', ['./up'], {
    cwd: join(ROOT, 'targets', target),
    env: { ...setupEnvironment(setup), PATH: '/nonexistent' },
    extendEnv: false,
    reject: false,
  });
  return { exitCode, stderr };
};
