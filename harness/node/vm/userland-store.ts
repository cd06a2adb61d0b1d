import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { installFolder } from '../host-cache.ts';
import { installedVersions, unpackPackages, withSuite, type StoreOptions } from './package-store.ts';

/** The programs of the guest come from one suite whatever the kernel, so that kernels are compared and not tools. */
const USERLAND_SUITE = 'bookworm';

/**
 * busybox for the small programs, iproute2 because busybox knows too little of tunnels, ethtool for offloads, and dash because
 * the shell of busybox prefers its own `ip` to any other, whatever PATH says.
 */
const PACKAGES = [
  'busybox-static',
  'dash',
  'ethtool',
  'iproute2',
  'libbpf1',
  'libbsd0',
  'libc6',
  'libcap2',
  'libelf1',
  'libmd0',
  'libmnl0',
  'libxtables12',
  'zlib1g',
] as const;

/** What a guest is to have beside what every guest has. */
export interface GuestExtras {
  /** Debian packages of the suite of the userland. */
  readonly packages: readonly string[];
  readonly files: readonly UserlandFile[];
  readonly modules: readonly string[];
}

const LIBRARY_FOLDERS = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'] as const;

/** Where a file of the guest may be found in the unpacked packages; the first that exists is taken. */
export interface UserlandFile {
  readonly guestPath: string;
  readonly candidates: readonly string[];
}

export const program = (guestPath: string, ...candidates: string[]): UserlandFile => ({ guestPath, candidates });
export const library = (name: string): UserlandFile => ({
  guestPath: `lib/x86_64-linux-gnu/${name}`,
  candidates: LIBRARY_FOLDERS.map((folder) => `${folder}/${name}`),
});

export const USERLAND_FILES: readonly UserlandFile[] = [
  program('bin/busybox', 'bin/busybox', 'usr/bin/busybox'),
  program('bin/sh', 'bin/dash', 'usr/bin/dash'),
  program('sbin/ip', 'bin/ip', 'usr/bin/ip'),
  program('sbin/tc', 'sbin/tc', 'usr/sbin/tc'),
  program('sbin/ethtool', 'sbin/ethtool', 'usr/sbin/ethtool'),
  // Not lib64/ld-linux-x86-64.so.2: that is an absolute link, which would lead to the host's own.
  program('lib64/ld-linux-x86-64.so.2', ...LIBRARY_FOLDERS.map((folder) => `${folder}/ld-linux-x86-64.so.2`)),
  ...[
    'libbpf.so.1',
    'libbsd.so.0',
    'libc.so.6',
    'libcap.so.2',
    'libelf.so.1',
    'libm.so.6',
    'libmd.so.0',
    'libmnl.so.0',
    'libxtables.so.12',
    'libz.so.1',
  ].map(library),
];

export interface Userland {
  /** The unpacked packages. */
  readonly folder: string;
  readonly fingerprint: string;
}

export const obtainUserland = async (
  options: StoreOptions,
  extraPackages: readonly string[] = [],
): Promise<Userland> => {
  const packages = [...PACKAGES, ...extraPackages];
  const list = createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12);
  const store = join(options.cache, 'userland', `${USERLAND_SUITE}-${list}`);
  const installed = (await installedVersions(store)).at(-1) ?? (await fetchUserland(packages, store, options));
  return { folder: join(store, installed), fingerprint: `${USERLAND_SUITE}-${list} ${installed}` };
};

const fetchUserland = (packages: readonly string[], store: string, options: StoreOptions): Promise<string> =>
  withSuite(USERLAND_SUITE, options, async (client) => {
    const version = `iproute2-${await client.version('iproute2')}`;
    await installFolder(
      join(store, version),
      async (temporary) => {
        const files = await client.download(packages, join(temporary, '.packages'));
        await unpackPackages(files, temporary);
      },
      options,
    );
    return version;
  });
