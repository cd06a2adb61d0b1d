import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { withLock, type InstallOptions } from '../host-cache.ts';
import { AptClient, type ProgressListener } from './apt-client.ts';
import { findDebianSource, transportSettings, type DebianSource } from './debian-source.ts';
import { VmError } from './vm-error.ts';

export interface StoreOptions {
  /** The folder of `cacheFolder()`. */
  readonly cache: string;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/** Runs `use` with an apt client for a suite; clients of one suite run one after the other, also those of other processes. */
export const withSuite = async <Value>(
  suite: string,
  options: StoreOptions,
  use: (client: AptClient) => Promise<Value>,
): Promise<Value> => {
  const source = await findDebianSource();
  const lock: InstallOptions = {
    signal: options.signal,
    onWait: () => {
      options.onProgress(`waiting for another process that uses the package lists of Debian ${suite}`);
    },
  };
  const transport = await transportSettings();
  const open = (from: DebianSource): Promise<AptClient> =>
    AptClient.open({ ...options, folder: join(options.cache, 'apt', suite), source: from, suite, transport });
  return withLock(join(options.cache, 'apt', `${suite}.lock`), lock, async () => {
    try {
      return await use(await open(source));
    } catch (error) {
      const { hostSuite } = source;
      if (
        !(error instanceof VmError) ||
        error.code !== 'VM_APT_KEYS' ||
        hostSuite === undefined ||
        hostSuite === suite
      ) {
        throw error;
      }
      const keyring = await newerKeyring(source, hostSuite, options, transport);
      return await use(await open({ ...source, keyring }));
    } finally {
      // Package lists take 100 MB and are out of date when they are needed again.
      await rm(join(options.cache, 'apt', suite), { recursive: true, force: true });
    }
  });
};

/** The keys of suites younger than the host come with updates of debian-archive-keyring, which the host's own keys prove. */
const newerKeyring = async (
  source: DebianSource,
  hostSuite: string,
  options: StoreOptions,
  transport: string,
): Promise<string> => {
  options.onProgress(`fetching newer archive keys from Debian ${hostSuite}`);
  const folder = join(options.cache, 'apt', 'keyring');
  await rm(folder, { recursive: true, force: true });
  const client = await AptClient.open({ ...options, folder: join(folder, 'apt'), source, suite: hostSuite, transport });
  const files = await client.download(['debian-archive-keyring'], join(folder, 'packages'));
  await unpackPackages(files, join(folder, 'root'));
  await rm(join(folder, 'apt'), { recursive: true });
  return join(folder, 'root/usr/share/keyrings/debian-archive-keyring.gpg');
};

/** Unpacks packages over each other, as dpkg would, without its database or scripts. */
export const unpackPackages = async (files: readonly string[], folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    const result = await execa('dpkg-deb', ['--extract', file, folder], { reject: false });
    if (result.failed) {
      throw new VmError(
        'VM_UNPACK',
        `expected dpkg-deb to unpack ${file}: ${result.stderr || result.shortMessage || 'it failed'}`,
      );
    }
  }
};

/** The complete folders of a store, youngest version last. */
export const installedVersions = async (folder: string): Promise<string[]> => {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const complete = names.filter((name) => !/\.(lock$|tmp-)/.test(name));
  return complete.sort((left, right) => left.localeCompare(right, 'en', { numeric: true }));
};
