import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { DockerError } from '../../../harness/node/docker/docker-error.ts';
import { obtainNodeImage } from '../../../harness/node/docker/node-image.ts';
import { cacheFolder } from '../../../harness/node/host-cache.ts';
import { findCommand } from '../../../scripts/requirements.mjs';

const IMAGE_PROGRAMS = ['sh', 'tail', 'sleep', 'cat', 'grep', 'ip'] as const;

/** Why no container can be had here, or undefined. */
export const whyNoDocker = async (): Promise<string | undefined> => {
  if (process.getuid?.() !== 0) return 'needs root, to join the network of a container to the tester';
  const obstacle = process.env['PROTO41_NO_DOCKER'];
  if (obstacle !== undefined && obstacle !== '') return `no docker: ${obstacle}`;
  if (findCommand('docker') === undefined) return 'docker is not installed';
  const { failed } = await execa('docker', ['version'], { reject: false, timeout: 10_000 });
  return failed ? 'docker is not running' : undefined;
};

/** Why the image of the project itself cannot be had here, or undefined. */
export const whyNoProjectImage = async (): Promise<string | undefined> => {
  const obstacle = await whyNoDocker();
  if (obstacle !== undefined) return obstacle;
  try {
    await obtainNodeImage({ cache: cacheFolder(), onProgress: () => undefined });
    return undefined;
  } catch (error) {
    if (error instanceof DockerError) return error.message.split('\n')[0] ?? error.code;
    throw error;
  }
};

/** Makes an image of programs of this machine and what they are linked with; no registry is asked. */
export const importImage = async (folder: string, name: string): Promise<void> => {
  const root = join(folder, 'image');
  for (const each of ['bin', 'proc', 'sys', 'dev', 'tmp', 'run', 'etc'])
    await mkdir(join(root, each), { recursive: true });
  for (const program of IMAGE_PROGRAMS) {
    const path = findCommand(program);
    if (path === undefined) throw new Error(`expected the program ${program}, found none`);
    const { stdout } = await execa('ldd', [path], { reject: false });
    for (const [library] of stdout.matchAll(/\/lib\S+/g)) {
      await mkdir(join(root, dirname(library)), { recursive: true });
      await cp(library, join(root, library), { dereference: true });
    }
    await cp(path, join(root, 'bin', program), { dereference: true });
  }
  const archive = join(folder, 'image.tar');
  await execa('tar', ['-C', root, '-cf', archive, '.']);
  await execa('docker', ['import', archive, name]);
};

/** Turns a copy of a target that is a process into one that is an image. */
export const makeImageTarget = async (folder: string, image: string): Promise<void> => {
  const file = join(folder, 'target.json');
  const manifest: unknown = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...Object(manifest), kind: 'image', image }));
};
