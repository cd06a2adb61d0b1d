import { constants } from 'node:fs';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { bootId } from '../process-identity.ts';
import { bareMachineArguments, consolePath, QEMU, type MachineOptions } from './qemu.ts';

export type Accelerator = 'kvm' | 'tcg';

const KVM_DEVICE = '/dev/kvm';
const PROBE_TIME_LIMIT_MS = 5_000;
const PROBE_ANSWER = 'proto41: probe: alive';

/**
 * Whether KVM works here, by booting the guest's own kernel with it: a device that opens proves nothing, since nested or
 * filtered KVM can let guests hang. The answer is kept in the cache until the host is booted again.
 */
export const findAccelerator = async (
  cache: string,
  machine: Omit<MachineOptions, 'accelerator'>,
): Promise<Accelerator> => {
  if (!(await mayUseKvm())) return 'tcg';
  const known = join(cache, 'accelerator', bootId());
  const remembered = await readIfPresent(known);
  if (remembered === 'kvm' || remembered === 'tcg') return remembered;
  const found = (await bootsWithKvm(machine)) ? 'kvm' : 'tcg';
  await mkdir(dirname(known), { recursive: true });
  await writeFile(known, found);
  return found;
};

const mayUseKvm = async (): Promise<boolean> => {
  try {
    await access(KVM_DEVICE, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false; // missing or forbidden: both mean emulation
  }
};

const bootsWithKvm = async (machine: Omit<MachineOptions, 'accelerator'>): Promise<boolean> => {
  const parameters = bareMachineArguments({ ...machine, accelerator: 'kvm', kernelParameters: 'proto41.probe' });
  await execa(QEMU, parameters, {
    reject: false,
    stdin: 'ignore',
    timeout: PROBE_TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const log = await readIfPresent(consolePath(machine.folder));
  return log?.includes(PROBE_ANSWER) === true;
};

const readIfPresent = async (path: string): Promise<string | undefined> => {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};
