import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import { UsageError } from './usage-error.ts';

const DEFAULT_PARENT = 'proto41-results';

/**
 * Makes the folder of a run's results. A folder that somebody names may exist, but must be empty; the default is a new one
 * below `./proto41-results`, named by the time. Nothing is ever overwritten.
 *
 * @throws UsageError when the folder has something in it, or cannot be made
 */
export const makeOutputFolder = async (
  named: string | undefined,
  now: Date,
  workingFolder = process.cwd(),
): Promise<string> =>
  named === undefined
    ? makeDefault(join(workingFolder, DEFAULT_PARENT), now)
    : makeNamed(resolve(workingFolder, named), named);

/** Takes back the folder of a run that never began; what has something in it stays. */
export const removeIfEmpty = async (folder: string): Promise<void> => {
  if (!(await removed(folder))) return;
  // A default parent is not worth keeping either, once nothing is in it.
  const parent = dirname(folder);
  if (basename(parent) === DEFAULT_PARENT) await removed(parent);
};

const removed = async (folder: string): Promise<boolean> => {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    return false;
  }
};

/** The folder as the user would type it: relative where that is shorter. */
export const shownPath = (path: string, workingFolder = process.cwd()): string => {
  const below = relative(workingFolder, path);
  return below === '' || below.startsWith('..') ? path : `./${below}`;
};

const makeNamed = async (folder: string, named: string): Promise<string> => {
  await make(folder, `--out ${named}`);
  const [entry] = await readdir(folder);
  if (entry === undefined) return folder;
  throw new UsageError(
    `--out ${named}: expected a folder that is empty or does not exist, found ${JSON.stringify(entry)} in it; name another one`,
  );
};

const makeDefault = async (parent: string, now: Date): Promise<string> => {
  await make(parent, 'the default output folder');
  const stamp = now.toISOString().replace(/\..*$/, '').replaceAll(':', '-');
  for (let attempt = 1; ; attempt += 1) {
    const folder = join(parent, attempt === 1 ? stamp : `${stamp}-${String(attempt)}`);
    try {
      // Not recursive: of two runs in one second only one gets the name.
      await mkdir(folder);
      return folder;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw cannotMake('the default output folder', folder, error);
    }
  }
};

const make = async (folder: string, what: string): Promise<void> => {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw cannotMake(what, folder, error);
  }
};

const cannotMake = (what: string, folder: string, error: unknown): UsageError => {
  const reason = error instanceof Error ? error.message : String(error);
  return new UsageError(
    `${what}: expected a folder that can be made at ${folder}, found: ${reason}; name another one with --out DIR`,
  );
};

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
