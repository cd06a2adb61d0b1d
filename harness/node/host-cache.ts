import { access, constants, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Proto41Error } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { ownIdentity, parseIdentity, processState } from './process-identity.ts';

const LOCK_POLL_MS = 100;
/** Leftovers of a crash that name no owner, because the crash came first, are old after this time. */
const ABANDONED_AFTER_MS = 3_600_000;
const OWNER_FILE = '.owner.json';

/** Where downloads and other things worth keeping between runs live: `$XDG_CACHE_HOME/proto41`, or `~/.cache/proto41`. */
export const cacheFolder = (environment: NodeJS.ProcessEnv = process.env): string => {
  const base = environment['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'proto41');
};

/**
 * Makes the folder of the cache where there is none. One that can only be read will do for what is in it.
 *
 * @throws Proto41Error `CACHE_FOLDER` (exit code 2) when it cannot be made or read
 */
export const openCache = async (folder: string): Promise<void> => {
  try {
    await makeFolder(folder);
    await access(folder, constants.R_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Proto41Error(
      `Expected a folder for kernels that can be made and read at ${folder}, found: ${reason}; set XDG_CACHE_HOME to a folder of yours`,
      { code: 'CACHE_FOLDER', exitCode: 2, cause: error },
    );
  }
};

const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);

const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
};

export interface InstallOptions {
  /** Called once when another process is installing the same thing. */
  readonly onWait?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes sure that a folder of the cache exists, complete. `fill` gets an empty folder beside it, which takes the final name
 * only after `fill` has succeeded: half an installation is never seen. Two processes do not do the work twice; if one ever
 * does (a lock of a crashed owner is taken over), the first to finish wins and both are right.
 */
export const installFolder = async (
  folder: string,
  fill: (temporary: string) => Promise<void>,
  options: InstallOptions = {},
): Promise<void> => {
  if (await exists(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  await withLock(`${folder}.lock`, options, async () => {
    if (await exists(folder)) return;
    await sweepTemporaries(folder);
    const temporary = `${folder}.tmp-${process.pid}-${Date.now().toString(36)}`;
    await mkdir(temporary, { recursive: true });
    try {
      await writeFile(join(temporary, OWNER_FILE), JSON.stringify(ownIdentity()));
      await fill(temporary);
      await rm(join(temporary, OWNER_FILE));
      await rename(temporary, folder);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST') && (await exists(folder))) return;
      throw error;
    }
  });
};

/** Runs `action` while no other process holds the same lock; a lock whose owner is gone is taken over. */
export const withLock = async <Value>(
  path: string,
  options: InstallOptions,
  action: () => Promise<Value>,
): Promise<Value> => {
  await mkdir(dirname(path), { recursive: true });
  const text = JSON.stringify(ownIdentity());
  for (let told = false; !(await acquire(path, text));) {
    options.signal?.throwIfAborted();
    if (!told) options.onWait?.();
    told = true;
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
  try {
    return await action();
  } finally {
    await rm(path, { force: true });
  }
};

const acquire = async (path: string, text: string): Promise<boolean> => {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  if (await isAbandoned(path)) await rm(path, { force: true });
  return false;
};

const isAbandoned = async (ownerFile: string): Promise<boolean> => {
  try {
    const owner = parseIdentity(await readFile(ownerFile, 'utf8'));
    if (owner !== undefined) return processState(owner) === 'gone';
    return Date.now() - (await stat(ownerFile)).mtimeMs > ABANDONED_AFTER_MS;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
};

const sweepTemporaries = async (folder: string): Promise<void> => {
  const parent = dirname(folder);
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    if (!path.startsWith(`${folder}.tmp-`)) continue;
    const ownerFile = join(path, OWNER_FILE);
    const abandoned = (await exists(ownerFile)) ? await isAbandoned(ownerFile) : await isOld(path);
    if (abandoned) await rm(path, { recursive: true, force: true });
  }
};

const isOld = async (path: string): Promise<boolean> => Date.now() - (await stat(path)).mtimeMs > ABANDONED_AFTER_MS;
