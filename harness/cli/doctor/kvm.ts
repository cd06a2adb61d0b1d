import { access, constants, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findAccelerator } from '../../node/vm/accelerator.ts';
import { obtainInitramfs } from '../../node/vm/initramfs.ts';
import { DEFAULT_KERNEL } from '../../node/vm/kernel-choice.ts';
import { obtainKernel } from '../../node/vm/kernel-store.ts';
import { createRuntimeFolder } from '../../node/vm/runtime-folder.ts';
import { obtainUserland } from '../../node/vm/userland-store.ts';
import { Proto41Error } from '../../errors.ts';
import type { Check } from './check.ts';

const DEVICE = '/dev/kvm';
const WITHOUT = 'guests are emulated (TCG): a start takes some seconds longer';

/**
 * Whether KVM really works: the vm node's own probe, which boots a guest. It needs kernel and programs of the guest in the
 * cache; `canProbe` says whether they are.
 */
export const kvmCheck = async (cache: string, canProbe: boolean): Promise<Check> => {
  const facts = { name: 'KVM', neededForDefaultRun: false };
  const obstacle = await deviceObstacle();
  if (obstacle !== undefined) return { ...facts, state: 'limited', found: obstacle, why: WITHOUT };
  if (!canProbe)
    return { ...facts, state: 'limited', found: `${DEVICE} opens; the first run finds out whether guests run on it` };
  if ((await probe(cache)) === 'kvm') return { ...facts, state: 'ok', found: 'works, a guest has been booted with it' };
  return { ...facts, state: 'limited', found: `${DEVICE} opens, but a guest does not boot with it`, why: WITHOUT };
};

const deviceObstacle = async (): Promise<string | undefined> => {
  try {
    await access(DEVICE, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return missing ? `no ${DEVICE}` : `${DEVICE} is there, but this user may not use it`;
  }
};

const probe = async (cache: string): Promise<'kvm' | 'tcg'> => {
  const store = { cache, signal: undefined, onProgress: refuseToFetch };
  const kernel = await obtainKernel({ kind: 'suite', suite: DEFAULT_KERNEL }, store);
  const image = await obtainInitramfs(kernel, await obtainUserland(store), { ...store, onProgress: () => undefined });
  await using folder = await createRuntimeFolder();
  const initrd = join(folder.path, 'initrd');
  await copyFile(image, initrd);
  return findAccelerator(cache, { vmlinuz: kernel.vmlinuz, initrd, folder: folder.path });
};

/** A doctor looks, and does not fetch. */
const refuseToFetch = (message: string): never => {
  throw new Proto41Error(
    `Expected kernel and guest programs in the cache, found that they have to be fetched: ${message}`,
    { code: 'DOCTOR_FETCH' },
  );
};
