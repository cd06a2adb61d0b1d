import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { installFolder, withLock } from '../host-cache.ts';
import { findDebianSource, transportSettings } from '../vm/debian-source.ts';
import type { StoreOptions } from '../vm/package-store.ts';
import { DockerError } from './docker-error.ts';

const FOLDER = join(import.meta.dirname, '../../../docker');
const FILES = ['Dockerfile', 'packages.txt'] as const;
/** The suite of the Dockerfile: the first one whose Node is new enough. */
const SUITE = 'trixie';
const BASE = `debian:${SUITE}-slim`;
const ARCHIVE = 'image.tar';
/** A registry that says nothing for so long is out of reach. */
const PULL_LIMIT_MS = 60_000;
/** What no program needs. */
const LEFT_OUT = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'] as const;

/**
 * The image for targets that bring none: made by the Dockerfile where a registry can be reached, else of Debian's packages. Either is
 * kept, by docker or in the cache, under a name made from what it is made of.
 *
 * @throws DockerError `NODE_DOCKER_IMAGE` when it can be had in neither way
 */
export const obtainNodeImage = async (options: StoreOptions): Promise<string> => {
  const { name, hash, packages } = await nodeImage();
  if (await isNodeImageThere(name)) return name;
  const folder = join(options.cache, 'docker', hash);
  await withLock(`${folder}.use.lock`, options, async () => {
    if (await isNodeImageThere(name)) return;
    if (!(await isFile(join(folder, ARCHIVE))) && (await isRegistryReachable(options))) await build(name, options);
    else await importArchive(name, folder, packages, options);
  });
  return name;
};

/** What the image is called, and what it is made of. */
export const nodeImage = async (): Promise<{
  readonly name: string;
  readonly hash: string;
  readonly packages: readonly string[];
}> => {
  const [dockerfile, list] = await Promise.all(FILES.map((name) => readFile(join(FOLDER, name), 'utf8')));
  const hash = createHash('sha256')
    .update(JSON.stringify([SUITE, LEFT_OUT, dockerfile, list]))
    .digest('hex')
    .slice(0, 16);
  const packages = (list ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { name: `proto41-node:${hash}`, hash, packages };
};

export const isNodeImageThere = async (name: string): Promise<boolean> =>
  !(await execa('docker', ['image', 'inspect', name], { reject: false, stdout: 'ignore' })).failed;

const isRegistryReachable = async ({ onProgress }: StoreOptions): Promise<boolean> => {
  onProgress(`asking the registry of docker for ${BASE}`);
  return !(await execa('docker', ['pull', '--quiet', BASE], { reject: false, timeout: PULL_LIMIT_MS })).failed;
};

const build = async (name: string, { onProgress, signal }: StoreOptions): Promise<void> => {
  onProgress(`building the image ${name} by its Dockerfile`);
  // The network of the host, because a daemon may have none of its own.
  const result = await execa('docker', ['build', '--network', 'host', '--tag', name, FOLDER], {
    reject: false,
    all: true,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (result.failed) throw imageError(`docker build failed:\n${lastLines(result.all)}`);
};

const importArchive = async (
  name: string,
  folder: string,
  packages: readonly string[],
  options: StoreOptions,
): Promise<void> => {
  await installFolder(folder, (temporary) => bootstrap(join(temporary, ARCHIVE), packages, options), options);
  options.onProgress(`importing the image ${name}`);
  const result = await execa('docker', ['import', join(folder, ARCHIVE), name], { reject: false, all: true });
  if (result.failed) throw imageError(`docker import failed:\n${lastLines(result.all)}`);
};

/** A Debian system with the packages of the list. */
const bootstrap = async (
  archive: string,
  packages: readonly string[],
  { onProgress, signal }: StoreOptions,
): Promise<void> => {
  const { mirror, securityMirror, keyring } = await findDebianSource();
  onProgress(`no registry can be reached; making the image of packages of Debian ${SUITE} (about 300 MB)`);
  const parameters = [
    '--variant=essential',
    '--format=tar',
    `--include=${packages.join(',')}`,
    '--aptopt=APT::Install-Recommends "false"',
    ...(await transportSettings())
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `--aptopt=${line.replace(/;$/, '')}`),
    ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
    SUITE,
    archive,
    `deb [signed-by=${keyring}] ${mirror} ${SUITE} main`,
    `deb [signed-by=${keyring}] ${securityMirror} ${SUITE}-security main`,
  ];
  const result = await execa('mmdebstrap', parameters, {
    reject: false,
    all: true,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (result.code === 'ENOENT')
    throw imageError(
      'no registry can be reached, and there is no mmdebstrap; install it with: apt-get install mmdebstrap',
    );
  if (result.failed) throw imageError(`mmdebstrap failed:\n${lastLines(result.all)}`);
};

const isFile = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
};

const lastLines = (output: string): string => output.trim().split('\n').slice(-6).join('\n');

const imageError = (found: string): DockerError =>
  new DockerError('NODE_DOCKER_IMAGE', `expected the image of the docker node, found that ${found}`);
