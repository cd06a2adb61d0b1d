import { join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { cacheFolder } from '../../node/host-cache.ts';
import { findCommand } from '../../../scripts/requirements.mjs';
import { kernelStates } from '../lists/kernels.ts';
import type { Check } from './check.ts';
import { kernelChecks } from './kernels.ts';
import { kvmCheck } from './kvm.ts';
import { netnsChecks } from './netns.ts';
import { nodeCheck, programChecks } from './programs.ts';
import { cacheCheck, temporaryCheck } from './storage.ts';

export interface Examination {
  readonly defaultRunPossible: boolean;
  readonly checks: readonly Check[];
}

export interface ExamineOptions {
  readonly cache?: string;
  /** Only what decides whether the default run is possible, without starting a program for it. */
  readonly quick?: boolean;
}

/** Looks at this machine. Changes nothing but the cache's note of whether KVM works. */
export const examine = async ({ cache = cacheFolder(), quick = false }: ExamineOptions = {}): Promise<Examination> => {
  const states = await kernelStates(cache);
  const hasKernel = states.some(({ isDefault, cachedRelease }) => isDefault && cachedRelease !== undefined);
  const hasUserland = (await entriesOf(join(cache, 'userland'))).length > 0;
  const canProbe = hasKernel && hasUserland && findCommand('qemu-system-x86_64') !== undefined;
  const checks = [
    nodeCheck(),
    ...(await programChecks({ fetchesKernels: !hasKernel || !hasUserland, quick })),
    ...(quick ? [] : [await kvmCheck(cache, canProbe)]),
    ...(quick ? [] : await netnsChecks()),
    ...(await kernelChecks(states)),
    await cacheCheck(cache),
    await temporaryCheck(),
  ];
  return {
    checks,
    defaultRunPossible: !checks.some(({ state, neededForDefaultRun }) => neededForDefaultRun && state === 'missing'),
  };
};

const entriesOf = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
};
