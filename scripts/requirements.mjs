/**
 * What Proto41 needs from the machine, for what, and how to get it. Only data and questions about it: `bootstrap.mjs`
 * installs, `proto41 doctor` reports.
 *
 * Plain JavaScript without dependencies, because it is read before npm has installed anything.
 */

import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The oldest Node that runs Proto41; the same as `engines` in package.json. */
export const MINIMUM_NODE = '20.19';

/**
 * Programs looked up in PATH, and C headers where the compiler looks for them. `neededBy` names the npm script that wants it:
 * `start`, `test`.
 */
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
  {
    command: 'chromium',
    debianPackage: 'chromium',
    neededBy: ['test'],
    why: 'opens the HTML report, to test it in a real browser',
  },
  {
    command: 'ip',
    debianPackage: 'iproute2',
    neededBy: ['test'],
    why: 'makes the links of network namespaces (--node netns)',
  },
  {
    command: 'mmdebstrap',
    debianPackage: 'mmdebstrap',
    neededBy: ['test'],
    why: 'makes the image of the docker node where no registry can be reached (--node docker)',
  },
  {
    command: 'ethtool',
    debianPackage: 'ethtool',
    neededBy: ['test'],
    why: 'says independently what an interface does to frames by itself',
  },
  {
    command: 'g++',
    debianPackage: 'g++',
    neededBy: ['test'],
    why: 'compiles the npm packages pcap and cap (--wire pcap, --wire cap)',
  },
  {
    command: 'make',
    debianPackage: 'make',
    neededBy: ['test'],
    why: 'compiles the npm packages pcap and cap (--wire pcap, --wire cap)',
  },
  {
    command: 'python3',
    debianPackage: 'python3',
    neededBy: ['test'],
    why: 'compiles the npm packages pcap and cap (--wire pcap, --wire cap)',
  },
  {
    command: 'pcap.h',
    header: 'pcap/pcap.h',
    debianPackage: 'libpcap-dev',
    neededBy: ['test'],
    why: 'is what the npm packages pcap and cap are compiled with (--wire pcap, --wire cap)',
  },
  {
    command: 'tc',
    debianPackage: 'iproute2',
    neededBy: ['test'],
    why: 'loads the eBPF program of the target ebpf-tc, and joins a kernel in a container to its ports (--node docker)',
  },
  {
    command: 'clang',
    debianPackage: 'clang',
    neededBy: ['test'],
    why: 'compiles the eBPF program of the target ebpf-tc',
  },
  {
    command: 'bpf_helpers.h',
    header: 'bpf/bpf_helpers.h',
    debianPackage: 'libbpf-dev',
    neededBy: ['test'],
    why: 'is what the eBPF program of the target ebpf-tc is compiled with',
  },
  {
    command: 'socat',
    debianPackage: 'socat',
    neededBy: ['test'],
    why: 'is the tunnel of the target socat-6in4',
  },
  {
    command: 'nft',
    debianPackage: 'nftables',
    neededBy: ['test'],
    why: 'keeps from the target socat-6in4 what would end it',
  },
];

/** Whether a Node version (`v22.1.0`, `22.1`) is new enough. */
export function isNodeSupported(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [minimumMajor = 0, minimumMinor = 0] = MINIMUM_NODE.split('.').map(Number);
  return major > minimumMajor || (major === minimumMajor && minor >= minimumMinor);
}

/** Where programs of the system are that Debian keeps out of the PATH of everybody but root: tc, nft, modprobe, ethtool. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** A PATH with the folders of the system behind it; an empty one stays empty, because programs then have a default of their own. */
export function withSystemFolders(path) {
  if (path === undefined || path === '') return path ?? '';
  const folders = path.split(delimiter);
  return [...folders, ...SYSTEM_FOLDERS.filter((folder) => !folders.includes(folder))].join(delimiter);
}

/** The first executable file of that name in a PATH, or undefined. */
export function findCommand(command, path = withSystemFolders(process.env.PATH)) {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, command))
    .find(isExecutableFile);
}

/** Where compilers look: CPATH (gcc(1)), and the usual folders. */
const HEADER_FOLDERS = ['/usr/include', '/usr/local/include'];

/** A C header as `#include` finds it, or undefined. */
export function findHeader(header, folders = [...(process.env.CPATH ?? '').split(delimiter), ...HEADER_FOLDERS]) {
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, header))
    .find((file) => existsSync(file));
}

/** Where a requirement is met, or undefined. */
export function findRequirement({ command, header }, path) {
  return header === undefined ? findCommand(command, path) : findHeader(header);
}

/** The requirements of an npm script (`start`, `test`) that this machine does not meet. */
export function findMissing(script, path) {
  return SYSTEM_REQUIREMENTS.filter(
    (requirement) => requirement.neededBy.includes(script) && findRequirement(requirement, path) === undefined,
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

/** The one command that installs Debian packages, to be shown to the user. A small Debian has no sudo, but it has su. */
export function installCommand(packages, { asRoot, hasSudo = findCommand('sudo') !== undefined }) {
  const commands = ['apt-get update', `apt-get install -y --no-install-recommends ${packages.join(' ')}`];
  if (asRoot) return commands.join(' && ');
  if (hasSudo) return commands.map((command) => `sudo ${command}`).join(' && ');
  return `su - -c '${commands.join(' && ')}'`;
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
