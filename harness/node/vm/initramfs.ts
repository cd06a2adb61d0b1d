import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { installFolder } from '../host-cache.ts';
import { writeCpio, type CpioEntry } from './cpio.ts';
import type { Kernel } from './kernel-store.ts';
import { builtInList, modulesAlias, modulesDep, readModules } from './module-tree.ts';
import type { StoreOptions } from './package-store.ts';
import { USERLAND_FILES, type GuestExtras, type Userland } from './userland-store.ts';
import { VmError } from './vm-error.ts';

const GUEST_FOLDER = join(import.meta.dirname, 'guest');
const GUEST_PROGRAMS = ['init', 'agent'] as const;
/** Counts up when this file changes what an initramfs holds. */
const LAYOUT = 2;
const IMAGE = 'initramfs.cpio';
/** Where the folder of the target lies in the guest. */
export const GUEST_TARGET_FOLDER = '/target';

/** The initramfs for a kernel, without any target; made once and kept in the cache under a name made from its contents. */
export const obtainInitramfs = async (
  kernel: Kernel,
  userland: Userland,
  options: StoreOptions,
  extras?: GuestExtras,
): Promise<string> => {
  const programs = await Promise.all(GUEST_PROGRAMS.map((name) => readFile(join(GUEST_FOLDER, name))));
  const hash = createHash('sha256').update(JSON.stringify([LAYOUT, kernel.fingerprint, userland.fingerprint]));
  for (const program of programs) hash.update(program);
  if (extras !== undefined) hash.update(JSON.stringify(extras));
  const folder = join(options.cache, 'initramfs', hash.digest('hex').slice(0, 32));
  await installFolder(
    folder,
    async (temporary) => {
      options.onProgress(`building the initramfs for Linux ${kernel.release}`);
      const guest = GUEST_PROGRAMS.map((name, index) => file(name, programs[index] ?? new Uint8Array(0), true));
      const files = [...guest, ...(await userlandEntries(userland, extras)), ...(await moduleEntries(kernel, extras))];
      await writeFile(join(temporary, IMAGE), writeCpio([...foldersOf(files), ...files]));
    },
    options,
  );
  return join(folder, IMAGE);
};

/** The folder of a target as a second archive, which the kernel unpacks over the first. */
export const targetArchive = async (folder: string): Promise<Buffer> => {
  const paths = (await readdir(folder, { recursive: true })).sort();
  const files: CpioEntry[] = [];
  for (const path of paths) {
    const status = await stat(join(folder, path));
    if (!status.isFile()) continue;
    files.push(
      file(join(GUEST_TARGET_FOLDER.slice(1), path), await readFile(join(folder, path)), (status.mode & 0o111) !== 0),
    );
  }
  return writeCpio([...foldersOf(files), ...files]);
};

const file = (path: string, bytes: Uint8Array, executable: boolean): CpioEntry => ({
  kind: 'file',
  path,
  bytes,
  executable,
});

const userlandEntries = async (userland: Userland, extras?: GuestExtras): Promise<CpioEntry[]> => {
  const files = await Promise.all(
    [...USERLAND_FILES, ...(extras?.files ?? [])].map(async ({ guestPath, candidates }) => {
      for (const candidate of candidates) {
        const bytes = await readIfPresent(join(userland.folder, candidate));
        if (bytes !== undefined) return file(guestPath, bytes, true);
      }
      throw new VmError(
        'VM_USERLAND',
        `expected ${candidates.join(' or ')} in ${userland.folder}, found neither; delete that folder and try again`,
      );
    }),
  );
  // The kernel calls modprobe by this path when it wants a module.
  return [...files, { kind: 'link', path: 'sbin/modprobe', target: '../bin/busybox' }];
};

const moduleEntries = async (kernel: Kernel, extras?: GuestExtras): Promise<CpioEntry[]> => {
  const modules = await readModules(kernel.modules, extras?.modules);
  const folder = `lib/modules/${kernel.release}`;
  return [
    ...modules.map((module) => file(`${folder}/${module.name}.ko`, module.bytes, false)),
    file(`${folder}/modules.dep`, Buffer.from(modulesDep(modules)), false),
    file(`${folder}/modules.builtin`, Buffer.from(await builtInList(kernel.modules)), false),
    file(`${folder}/modules.alias`, Buffer.from(modulesAlias(modules)), false),
  ];
};

const readIfPresent = async (path: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** The folders that the entries need, parents first. */
const foldersOf = (entries: readonly CpioEntry[]): CpioEntry[] => {
  const folders = new Set(['dev', 'proc', 'run', 'sys', 'tmp']);
  for (const { path } of entries) {
    for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) folders.add(parent);
  }
  return [...folders].sort().map((path) => ({ kind: 'folder', path }));
};
