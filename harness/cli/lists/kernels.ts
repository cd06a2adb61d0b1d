import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../node/host-cache.ts';
import { DEFAULT_KERNEL, KERNEL_SUITES, type KernelSuite } from '../../node/vm/kernel-choice.ts';
import { installedVersions } from '../../node/vm/package-store.ts';
import type { Listing } from './listing.ts';

/** A kernel that can be asked for by name, and what of it is at hand. */
export interface KernelState {
  readonly suite: KernelSuite;
  readonly isDefault: boolean;
  /** `uname -r` of the newest one in the cache. */
  readonly cachedRelease?: string;
}

export const kernelStates = (cache: string = cacheFolder()): Promise<KernelState[]> =>
  Promise.all(
    KERNEL_SUITES.map(async (suite) => {
      const store = join(cache, 'kernels', suite);
      const newest = (await installedVersions(store)).at(-1);
      const isDefault = suite === DEFAULT_KERNEL;
      if (newest === undefined) return { suite, isDefault };
      return { suite, isDefault, cachedRelease: (await readFile(join(store, newest, 'release'), 'utf8')).trim() };
    }),
  );

/** The kernels of the vm node that have a name; `--kernel FILE --modules DIR` takes any other. */
export const kernelListing = async (): Promise<Listing> => ({
  what: 'kernels',
  entries: (await kernelStates()).map((state) => ({
    id: state.suite,
    facts: { name: state.suite, default: state.isDefault, cachedRelease: state.cachedRelease ?? null },
    cells: {
      kernel: `${state.suite}${state.isDefault ? ' (default)' : ''}`,
      'in the cache': state.cachedRelease ?? '-',
      source: `cloud kernel of Debian ${state.suite}`,
    },
  })),
});
