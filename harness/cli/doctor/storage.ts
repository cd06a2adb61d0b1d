import { access, constants, mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Check } from './check.ts';

/** A kernel with its packages while they are unpacked, and the programs of the guest. */
const WANTED_BYTES = 600 * 1024 * 1024;
const MEBIBYTE = 1024 * 1024;

/** Room in the file system of the cache. */
export const cacheCheck = async (cache: string): Promise<Check> => {
  const facts = { name: 'cache folder', neededForDefaultRun: true, why: 'kernels are kept there' };
  const parent = await existingParent(cache);
  const { bavail, bsize } = await statfs(parent);
  const freeBytes = bavail * bsize;
  const found = `${cache}, ${String(Math.floor(freeBytes / MEBIBYTE))} MiB free`;
  const obstacle = await whyNotWritable(parent);
  // What is in it can be used all the same, unless it cannot even be read.
  if (obstacle !== undefined) {
    const canBeRead = parent === cache && (await whyNotReadable(parent)) === undefined;
    const remedy = 'set XDG_CACHE_HOME to a folder of yours';
    return {
      ...facts,
      neededForDefaultRun: !canBeRead,
      state: canBeRead ? 'limited' : 'missing',
      found: obstacle,
      remedy,
    };
  }
  if (freeBytes >= WANTED_BYTES) return { ...facts, state: 'ok', found };
  const wanted = `${String(WANTED_BYTES / MEBIBYTE)} MiB`;
  return {
    ...facts,
    neededForDefaultRun: false,
    state: 'limited',
    found: `${found}, ${wanted} are wanted`,
    remedy: 'make room, or set XDG_CACHE_HOME to a folder elsewhere',
  };
};

/** A machine has its sockets and its log in the folder for temporary files. */
export const temporaryCheck = async (folder: string = tmpdir()): Promise<Check> => {
  const facts = { name: 'temporary folder', neededForDefaultRun: true, why: 'the vm node keeps its sockets there' };
  try {
    await rm(await mkdtemp(join(folder, 'proto41-doctor-')), { recursive: true });
    return { ...facts, state: 'ok', found: `${folder}, writable` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...facts, state: 'missing', found: reason, remedy: 'set TMPDIR to a folder that can be written' };
  }
};

const whyNotWritable = (folder: string): Promise<string | undefined> => whyNot(folder, constants.W_OK | constants.X_OK);
const whyNotReadable = (folder: string): Promise<string | undefined> => whyNot(folder, constants.R_OK | constants.X_OK);

const whyNot = async (folder: string, mode: number): Promise<string | undefined> => {
  try {
    await access(folder, mode);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const existingParent = async (folder: string): Promise<string> => {
  for (let current = folder; ; current = dirname(current)) {
    try {
      await stat(current);
      return current;
    } catch (error) {
      if (dirname(current) === current) throw error;
    }
  }
};
