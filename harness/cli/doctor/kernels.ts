import { isProto41Error } from '../../errors.ts';
import { findDebianSource } from '../../node/vm/debian-source.ts';
import type { KernelState } from '../lists/kernels.ts';
import type { Check } from './check.ts';
import { installRemedy } from './programs.ts';

/** Which kernels are at hand. The default one is fetched by the first run, for which Debian's keys must be there. */
export const kernelChecks = async (states: readonly KernelState[]): Promise<Check[]> => {
  const cached = states.flatMap(({ suite, cachedRelease }) =>
    cachedRelease === undefined ? [] : [`${suite} (${cachedRelease})`],
  );
  const hasDefault = states.some(({ isDefault, cachedRelease }) => isDefault && cachedRelease !== undefined);
  const kernels: Check = {
    name: 'kernels',
    neededForDefaultRun: false,
    state: hasDefault ? 'ok' : 'limited',
    found: cached.length === 0 ? 'none in the cache' : `in the cache: ${cached.join(', ')}`,
    ...(hasDefault ? {} : { why: 'the first run fetches the default kernel (about 30 MB)' }),
  };
  return [kernels, await sourceCheck(!hasDefault)];
};

const sourceCheck = async (neededForDefaultRun: boolean): Promise<Check> => {
  const facts = { name: 'kernel source', neededForDefaultRun, why: 'kernels are fetched from a Debian mirror' };
  try {
    const { mirror } = await findDebianSource();
    return { ...facts, state: 'ok', found: mirror };
  } catch (error) {
    if (!isProto41Error(error)) throw error;
    return { ...facts, state: 'missing', found: error.message, remedy: installRemedy('debian-archive-keyring') };
  }
};
