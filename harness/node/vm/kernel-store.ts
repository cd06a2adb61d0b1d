import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { installFolder } from '../host-cache.ts';
import type { AptClient } from './apt-client.ts';
import { kernelChoiceText, type KernelChoice, type KernelSuite } from './kernel-choice.ts';
import { installedVersions, unpackPackages, withSuite, type StoreOptions } from './package-store.ts';
import { KernelChoiceError, VmError } from './vm-error.ts';

/** A kernel that can be booted. */
export interface Kernel {
  /** What the user asked for. */
  readonly name: string;
  /** `uname -r`. */
  readonly release: string;
  readonly vmlinuz: string;
  /** The folder that is `/lib/modules/<release>` on a running system. */
  readonly modules: string;
  /** Changes when the files change; part of the name of everything made from them. */
  readonly fingerprint: string;
}

const META_PACKAGE = 'linux-image-cloud-amd64';
/** The packages with files of one kernel; newer suites split what older ones have in linux-image alone. */
const PART_NAME = /^linux-(image|base|binary|modules)-\d.*-cloud-amd64$/;
const RELEASE_FILE = 'release';

/** Finds the kernel in the cache or fetches it. Without `refresh`, a kernel in the cache needs no network. */
export const obtainKernel = async (
  choice: KernelChoice,
  options: StoreOptions & { readonly refresh?: boolean },
): Promise<Kernel> => {
  if (choice.kind === 'files') return kernelOfFiles(choice);
  const store = join(options.cache, 'kernels', choice.suite);
  const newest = options.refresh === true ? undefined : (await installedVersions(store)).at(-1);
  const folder = join(store, newest ?? (await fetchKernel(choice.suite, store, options)));
  const release = (await readFile(join(folder, RELEASE_FILE), 'utf8')).trim();
  return {
    name: choice.suite,
    release,
    vmlinuz: join(folder, 'vmlinuz'),
    modules: join(folder, 'modules'),
    fingerprint: `${choice.suite} ${basename(folder)} ${release}`,
  };
};

const fetchKernel = (suite: KernelSuite, store: string, options: StoreOptions): Promise<string> =>
  withSuite(suite, options, async (client) => {
    const parts = await kernelParts(client, META_PACKAGE);
    const version = await folderName(client, parts, suite);
    await installFolder(
      join(store, version),
      async (temporary) => {
        const files = await client.download(parts, join(temporary, 'packages'));
        options.onProgress(`unpacking the kernel of Debian ${suite} (${version})`);
        await unpackPackages(files, join(temporary, 'root'));
        await arrange(temporary);
      },
      options,
    );
    return version;
  });

const kernelParts = async (client: AptClient, packageName: string, seen = new Set<string>()): Promise<string[]> => {
  for (const name of await client.dependencies(packageName)) {
    if (!PART_NAME.test(name) || seen.has(name)) continue;
    seen.add(name);
    await kernelParts(client, name, seen);
  }
  return [...seen].sort();
};

const folderName = async (client: AptClient, parts: readonly string[], suite: KernelSuite): Promise<string> => {
  const [first] = parts;
  if (first === undefined) {
    throw new VmError(
      'VM_KERNEL_PACKAGE',
      `expected ${META_PACKAGE} of Debian ${suite} to depend on a linux-image package, found none`,
    );
  }
  return client.version(first);
};

/** Brings both layouts of the packages (with and without /usr) into one: `vmlinuz`, `modules/`, `release`. */
const arrange = async (folder: string): Promise<void> => {
  const root = join(folder, 'root');
  const modulesParent = await firstFolder(join(root, 'usr/lib/modules'), join(root, 'lib/modules'));
  const [release, ...others] = await readdir(modulesParent);
  if (release === undefined || others.length > 0) {
    throw new VmError(
      'VM_KERNEL_PACKAGE',
      `expected one kernel release in ${modulesParent}, found ${others.length + 1}`,
    );
  }
  const modules = join(modulesParent, release);
  const image = (await isFile(join(root, 'boot', `vmlinuz-${release}`)))
    ? join(root, 'boot', `vmlinuz-${release}`)
    : join(modules, 'vmlinuz');
  await rename(image, join(folder, 'vmlinuz'));
  await rename(modules, join(folder, 'modules'));
  await writeFile(join(folder, RELEASE_FILE), `${release}\n`);
  await rm(root, { recursive: true });
  await rm(join(folder, 'packages'), { recursive: true });
};

const kernelOfFiles = async (choice: Extract<KernelChoice, { kind: 'files' }>): Promise<Kernel> => {
  const vmlinuz = resolve(choice.vmlinuz);
  const modules = resolve(choice.modules);
  if (!(await isFile(vmlinuz)))
    throw new KernelChoiceError(`expected a kernel image in ${vmlinuz}, found no such file`);
  if (!(await isFolder(modules)))
    throw new KernelChoiceError(`expected a folder of kernel modules in ${modules}, found none`);
  const { size, mtimeMs } = await stat(vmlinuz);
  return {
    name: kernelChoiceText(choice),
    release: basename(modules),
    vmlinuz,
    modules,
    fingerprint: `${vmlinuz} ${size} ${mtimeMs} ${modules} ${(await stat(modules)).mtimeMs}`,
  };
};

const isFile = async (path: string): Promise<boolean> => (await statOrUndefined(path))?.isFile() === true;
const isFolder = async (path: string): Promise<boolean> => (await statOrUndefined(path))?.isDirectory() === true;

const statOrUndefined = async (path: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> => {
  try {
    return await stat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
};

const firstFolder = async (...paths: readonly string[]): Promise<string> => {
  for (const path of paths) if (await isFolder(path)) return path;
  throw new VmError('VM_KERNEL_PACKAGE', `expected kernel modules in one of ${paths.join(', ')}, found neither`);
};
