import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { execa } from 'execa';
import { moduleName, readModuleInfo } from './module-info.ts';
import { VmError } from './vm-error.ts';

/** Without these the guest has neither ports nor a control channel. */
const REQUIRED_MODULES = ['virtio_pci', 'virtio_net', 'virtio_console'] as const;

/** What an overlay may be built from; a kernel without one of them is told by the target that needs it. */
const OFFERED_MODULES = [
  'act_gact',
  'act_mirred',
  'cls_bpf',
  'cls_flower',
  'cls_matchall',
  'cls_u32',
  'dummy',
  'fou',
  'fou6',
  'ip6_gre',
  'ip6_tunnel',
  'ip_gre',
  'ipip',
  'sch_ingress',
  'sch_netem',
  'sit',
  'tun',
  'veth',
] as const;

export interface LoadableModule {
  readonly name: string;
  /** Uncompressed object code. */
  readonly bytes: Buffer;
  readonly dependencies: readonly string[];
  readonly aliases: readonly string[];
}

const COMPRESSED = /\.ko(\.(xz|zst|gz))?$/;
const unzip = promisify(gunzip);

/**
 * Reads the wanted modules and everything they need, in an order in which they can be loaded.
 *
 * Distribution packages hold no `modules.dep` (depmod writes it when they are installed), so the modules themselves are asked.
 */
export const readModules = async (folder: string, extra: readonly string[] = []): Promise<LoadableModule[]> => {
  const files = await moduleFiles(folder);
  const builtIn = new Set((await builtInList(folder)).split('\n').map((line) => moduleName(basename(line, '.ko'))));
  const loaded = new Map<string, LoadableModule>();
  const add = async (name: string, neededBy: string | undefined): Promise<void> => {
    if (loaded.has(name) || builtIn.has(name)) return;
    const file = files.get(name);
    if (file === undefined) {
      if (neededBy === undefined) return;
      throw new VmError(
        'VM_MODULE',
        `expected the kernel module ${name} (for ${neededBy}) in ${folder}, found neither it nor a built-in one`,
      );
    }
    const bytes = await readObject(file);
    const info = readModuleInfo(bytes, name);
    for (const dependency of info.dependencies) await add(dependency, name);
    loaded.set(name, { name, bytes, ...info });
  };
  for (const name of REQUIRED_MODULES) await add(name, 'the virtual machine');
  for (const name of [...OFFERED_MODULES, ...extra]) await add(name, undefined);
  return [...loaded.values()];
};

/** `modules.dep` as depmod writes it, for modules that lie side by side: each with all that it needs, nearest first. */
export const modulesDep = (modules: readonly LoadableModule[]): string => {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const needs = (module: LoadableModule): string[] => {
    const direct = module.dependencies.filter((name) => byName.has(name));
    const all = direct.flatMap((name) => [name, ...needs(byName.get(name) ?? module)]);
    return all.filter((name, index) => all.lastIndexOf(name) === index);
  };
  return modules
    .map(
      (module) =>
        `${module.name}.ko:${needs(module)
          .map((name) => ` ${name}.ko`)
          .join('')}\n`,
    )
    .join('');
};

/** `modules.alias`, by which the kernel finds a module for a device or a kind of link. */
export const modulesAlias = (modules: readonly LoadableModule[]): string =>
  modules.flatMap((module) => module.aliases.map((alias) => `alias ${alias} ${module.name}\n`)).join('');

const moduleFiles = async (folder: string): Promise<Map<string, string>> => {
  const paths = await readdir(folder, { recursive: true });
  return new Map(
    paths
      .filter((path) => COMPRESSED.test(path))
      .map((path) => [moduleName(basename(path).replace(COMPRESSED, '')), join(folder, path)]),
  );
};

/** The text of `modules.builtin`, which names the modules that the kernel itself contains. */
export const builtInList = async (folder: string): Promise<string> => {
  const path = join(folder, 'modules.builtin');
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new VmError(
      'VM_MODULE',
      `expected the list of built-in modules in ${path}; give the folder that is /lib/modules/RELEASE`,
      cause,
    );
  }
};

const readObject = async (file: string): Promise<Buffer> => {
  const kind = COMPRESSED.exec(file)?.[2];
  if (kind === undefined) return readFile(file);
  if (kind === 'gz') return unzip(await readFile(file));
  const tool = kind === 'xz' ? 'xz' : 'zstd';
  const result = await execa(tool, ['--decompress', '--stdout', file], { encoding: 'buffer', reject: false });
  if (result.failed) {
    const install = tool === 'xz' ? 'xz-utils' : 'zstd';
    throw new VmError(
      'VM_MODULE',
      `expected ${tool} to decompress ${file}, but it failed; is it there? apt-get install ${install}`,
      result,
    );
  }
  return Buffer.from(result.stdout);
};
