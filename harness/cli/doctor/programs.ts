import { execa } from 'execa';
import { qemuVersion } from '../../node/vm/qemu.ts';
import { isProto41Error } from '../../errors.ts';
import {
  findRequirement,
  installCommand,
  isDebianLike,
  isNodeSupported,
  MINIMUM_NODE,
  readOsRelease,
  SYSTEM_REQUIREMENTS,
  type SystemRequirement,
} from '../../../scripts/requirements.mjs';
import type { Check } from './check.ts';

const QEMU = 'qemu-system-x86_64';

export const nodeCheck = (version: string = process.version): Check => ({
  name: 'Node.js',
  neededForDefaultRun: true,
  ...(isNodeSupported(version)
    ? { state: 'ok', found: version }
    : { state: 'missing', found: `${version}, expected ${MINIMUM_NODE} or newer`, remedy: 'https://nodejs.org' }),
});

export interface ProgramCheckOptions {
  /** The kernel is not in the cache, so that the default run has to fetch it. */
  readonly fetchesKernels: boolean;
  /** Do not ask programs for their versions; QEMU is always asked, as an old one does not do. */
  readonly quick: boolean;
}

/** Each program of `scripts/requirements.mjs`, with its version where it says one. */
export const programChecks = ({ fetchesKernels, quick }: ProgramCheckOptions): Promise<Check[]> =>
  Promise.all(
    SYSTEM_REQUIREMENTS.map((requirement) => programCheck(requirement, isNeeded(requirement, fetchesKernels), quick)),
  );

const isNeeded = ({ command, neededBy }: SystemRequirement, fetchesKernels: boolean): boolean =>
  neededBy.includes('start') &&
  (command === QEMU || (fetchesKernels && (command === 'apt-get' || command === 'dpkg-deb')));

const programCheck = async (
  requirement: SystemRequirement,
  neededForDefaultRun: boolean,
  quick: boolean,
): Promise<Check> => {
  const { command, debianPackage, why } = requirement;
  const facts = { name: command, neededForDefaultRun, why: `it ${why}` };
  const path = findRequirement(requirement);
  if (path === undefined)
    return {
      ...facts,
      state: 'missing',
      found: requirement.header === undefined ? 'not in PATH' : 'not installed',
      remedy: installRemedy(debianPackage),
    };
  if (requirement.header !== undefined) return { ...facts, state: 'ok', found: path };
  if (command !== QEMU) return { ...facts, state: 'ok', found: quick ? path : await versionLine(path) };
  try {
    return { ...facts, state: 'ok', found: await qemuVersion() };
  } catch (error) {
    if (!isProto41Error(error)) throw error;
    return { ...facts, state: 'missing', found: error.message, remedy: installRemedy(debianPackage) };
  }
};

/** The command that installs a Debian package here, or the name of the package where there is no apt. */
export const installRemedy = (debianPackage: string): string => {
  if (!isDebianLike(readOsRelease())) return `install what Debian calls ${debianPackage}`;
  return installCommand([debianPackage], { asRoot: process.getuid?.() === 0 });
};

const versionLine = async (path: string): Promise<string> => {
  const { stdout, failed } = await execa(path, ['--version'], { reject: false, timeout: 5000, stdin: 'ignore' });
  return failed ? path : (stdout.split('\n')[0] ?? path).trim();
};
