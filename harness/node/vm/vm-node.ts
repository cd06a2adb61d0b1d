import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { ManifestError } from '../../target/target-error.ts';
import { PORT_NAMES } from '../../wire/wire.ts';
import { cacheFolder, openCache } from '../host-cache.ts';
import type { NodeFacts, NodeSession, PhaseDuration } from '../node.ts';
import { findAccelerator, type Accelerator } from './accelerator.ts';
import type { ProgressListener } from './apt-client.ts';
import { obtainInitramfs, targetArchive } from './initramfs.ts';
import { DEFAULT_KERNEL, type KernelChoice } from './kernel-choice.ts';
import { obtainKernel } from './kernel-store.ts';
import { bootMachine, type Machine } from './machine.ts';
import { QEMU, qemuVersion, VM_PORTS, type MachinePlace } from './qemu.ts';
import { createRuntimeFolder } from './runtime-folder.ts';
import { ResourceStack } from './resource-stack.ts';
import { obtainUserland, type GuestExtras } from './userland-store.ts';
import { VmError } from './vm-error.ts';
import { VmSession } from './vm-session.ts';

export interface GuestOptions {
  /** The kernel of Debian bookworm unless given. */
  readonly kernel?: KernelChoice;
  /** Probed unless given. */
  readonly accelerator?: Accelerator;
  /** Looks for a newer kernel package although one is in the cache. */
  readonly refresh?: boolean;
  readonly cache?: string;
  readonly onProgress?: ProgressListener;
  readonly signal?: AbortSignal;
}

export interface VmNodeOptions extends GuestOptions {
  /** Folder of a target of kind `script`; it becomes `/target` in the guest. */
  readonly targetFolder: string;
}

/** A guest that runs; `resources` holds all of it. */
export interface BootedGuest {
  readonly machine: Machine;
  readonly resources: AsyncDisposable;
  readonly facts: NodeFacts;
}

/** Measures the phases of a start in the order in which they come. */
class PhaseTimer {
  readonly phases: PhaseDuration[] = [];

  async time<Value>(phase: string, action: () => Promise<Value>): Promise<Value> {
    const startedMs = performance.now();
    const value = await action();
    this.phases.push({ phase, durationMs: Math.round(performance.now() - startedMs) });
    return value;
  }
}

/**
 * Boots an unmodified distribution kernel in QEMU, with the target in it and its ports joined to this process. Needs neither
 * root nor a network device; fetches what is missing in the cache with apt.
 *
 * @throws VmError (exit code 3) when the machine cannot be had, KernelChoiceError or ManifestError (2) for wrong usage
 */
export const startVmNode = async (options: VmNodeOptions): Promise<NodeSession & VmSession> => {
  await requireTarget(options.targetFolder);
  const { machine, resources, facts } = await bootGuest(options, {
    archive: () => targetArchive(options.targetFolder),
  });
  return new VmSession(machine, resources, facts);
};

/** What a guest holds beside the kernel and the programs of every guest. */
export interface GuestContents {
  /** A cpio archive that is unpacked over the rest. */
  readonly archive?: () => Promise<Uint8Array>;
  readonly extras?: GuestExtras;
}

/** What a place needs to know of the machine that will run there. */
export interface PlacedFiles {
  readonly vmlinuz: string;
  /** Holds everything else, and the sockets. */
  readonly folder: string;
  readonly accelerator: Accelerator;
}

/** Opens a place for the machine, which is released with it. */
export type OpenPlace = (files: PlacedFiles) => Promise<MachinePlace & AsyncDisposable>;

/** The same machine without a target, for work that goes beyond one. */
export const bootGuest = async (
  options: GuestOptions,
  { archive, extras }: GuestContents,
  openPlace?: OpenPlace,
): Promise<BootedGuest> => {
  const { signal, onProgress = () => undefined } = options;
  const choice = options.kernel ?? { kind: 'suite', suite: DEFAULT_KERNEL };
  // In another place there is a QEMU of its own.
  const hasQemu = openPlace === undefined || (await isInPath(QEMU));
  if (hasQemu) await qemuVersion();
  const cache = options.cache ?? cacheFolder();
  await openCache(cache);
  const store = { cache, onProgress, signal };
  const timer = new PhaseTimer();
  const kernel = await timer.time('kernel', () =>
    obtainKernel(choice, { ...store, refresh: options.refresh ?? false }),
  );
  const userland = await timer.time('userland', () => obtainUserland(store, extras?.packages));
  const base = await timer.time('initramfs', () => obtainInitramfs(kernel, userland, store, extras));

  const resources = new ResourceStack();
  try {
    const folder = resources.use(await createRuntimeFolder());
    const initrd = join(folder.path, 'initrd');
    await writeFile(initrd, [await readFile(base), ...(archive === undefined ? [] : [await archive()])]);
    const files = { vmlinuz: kernel.vmlinuz, initrd, folder: folder.path };
    const found = hasQemu ? () => findAccelerator(cache, files) : async () => 'tcg' as const;
    const accelerator = options.accelerator ?? (await timer.time('accelerator', found));
    const place =
      openPlace === undefined
        ? undefined
        : resources.use(await timer.time('container', () => openPlace({ ...files, accelerator })));
    const machineOptions = { ...files, accelerator, ...(place === undefined ? {} : { place }) };
    onProgress(`booting Linux ${kernel.release} (${accelerator})`);
    const machine = resources.use(await timer.time('boot', () => bootMachine(machineOptions, signal)));
    if (machine.pid !== undefined) await folder.recordMachine(machine.pid);
    requireExpectedGuest(machine, kernel.release);
    timer.phases.push({
      phase: 'kernel boot (guest time)',
      durationMs: Math.round(machine.greeting.kernelSeconds * 1000),
    });
    return {
      machine,
      resources,
      facts: {
        node: 'vm',
        kernelRelease: machine.greeting.release,
        kernelName: kernel.name,
        accelerator,
        phases: timer.phases,
      },
    };
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
};

const isInPath = async (program: string): Promise<boolean> =>
  !(await execa(program, ['--version'], { reject: false, stdout: 'ignore' })).failed;

export const requireTarget = async (folder: string): Promise<void> => {
  for (const name of ['up', 'down']) {
    const path = join(folder, name);
    let mode: number;
    try {
      mode = (await stat(path)).mode;
    } catch (cause) {
      throw new ManifestError(`expected a program ${path} in the target, found none`, cause);
    }
    if ((mode & 0o111) === 0) throw new ManifestError(`expected ${path} to be executable; run: chmod +x ${path}`);
  }
};

const requireExpectedGuest = (machine: Machine, release: string): void => {
  const { greeting } = machine;
  if (greeting.release !== release) {
    throw new VmError(
      'VM_KERNEL_MISMATCH',
      `expected a kernel that fits the modules of ${release}, found ${greeting.release}`,
    );
  }
  PORT_NAMES.forEach((port, index) => {
    const { macAddress, interfaceName } = VM_PORTS[port];
    const found = greeting.macAddresses[index];
    if (found !== macAddress)
      throw new VmError('VM_PORTS', `expected ${macAddress} on ${interfaceName}, found ${found ?? 'nothing'}`);
  });
};
