/**
 * What Proto41 needs from the machine, for what, and how to get it. Only data and questions about it: `bootstrap.mjs`
 * installs, `proto41 doctor` reports.
 *
 * Plain JavaScript without dependencies, because it is read before npm has installed anything.
 */

import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The oldest Node that runs Proto41; the same as `engines` in package.json. */
export const MINIMUM_NODE = '20.19';

/** Programs looked up in PATH. `neededBy` names the npm script that wants it: `start`, `test`. */
export const SYSTEM_REQUIREMENTS = [
  {
    command: 'qemu-system-x86_64',
    debianPackage: 'qemu-system-x86',
    neededBy: ['start', 'test'],
    why: 'boots a Linux kernel as the device under test (--node vm)',
  },
  {
    command: 'apt-get',
    debianPackage: 'apt',
    neededBy: ['start', 'test'],
    why: 'downloads distribution kernels for the vm node',
  },
  {
    command: 'dpkg-deb',
    debianPackage: 'dpkg',
    neededBy: ['start', 'test'],
    why: 'unpacks distribution kernels for the vm node',
  },
  {
    command: 'xz',
    debianPackage: 'xz-utils',
    neededBy: ['start', 'test'],
    why: 'unpacks the .xz modules of newer kernels',
  },
  {
    command: 'zstd',
    debianPackage: 'zstd',
    neededBy: ['start', 'test'],
    why: 'unpacks the .zst modules of newer kernels',
  },
  {
    command: 'tshark',
    debianPackage: 'tshark',
    neededBy: ['test'],
    why: 'decodes packets independently, to test the codec against',
  },
  {
    command: 'xmllint',
    debianPackage: 'libxml2-utils',
    neededBy: ['test'],
    why: 'reads the JUnit report independently',
  },
];

/** Whether a Node version (`v22.1.0`, `22.1`) is new enough. */
export function isNodeSupported(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [minimumMajor = 0, minimumMinor = 0] = MINIMUM_NODE.split('.').map(Number);
  return major > minimumMajor || (major === minimumMajor && minor >= minimumMinor);
}

/** The first executable file of that name in a PATH, or undefined. */
export function findCommand(command, path = process.env.PATH ?? '') {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, command))
    .find(isExecutableFile);
}

/** The requirements of an npm script (`start`, `test`) that this machine does not meet. */
export function findMissing(script, path) {
  return SYSTEM_REQUIREMENTS.filter(
    ({ command, neededBy }) => neededBy.includes(script) && findCommand(command, path) === undefined,
  );
}

/** Whether an os-release file describes Debian, Ubuntu or a descendant, whose package names we know. */
export function isDebianLike(osRelease) {
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].flatMap(([, value]) =>
    value.replace(/["']/g, '').split(/\s+/),
  );
  return ids.includes('debian') || ids.includes('ubuntu');
}

/** The text of this machine's os-release file, empty where there is none. */
export function readOsRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

/** The one command that installs Debian packages, to be shown to the user. */
export function installCommand(packages, { asRoot }) {
  const sudo = asRoot ? '' : 'sudo ';
  return `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

function isExecutableFile(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not there, or not ours to run: either way PATH goes on.
    return false;
  }
}
