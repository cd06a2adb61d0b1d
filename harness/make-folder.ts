import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it, one after the other: Node's own `recursive` never ends where a folder says that it does not exist
 * when it is made, as /proc does.
 *
 * @throws the error of the system when it cannot be made
 */
export const makeFolder = async (folder: string): Promise<void> => {
  const parent = dirname(folder);
  if (await isFolder(folder)) return;
  if (parent !== folder) await makeFolder(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    // Somebody else may have been faster.
    if (codeOf(error) !== 'EEXIST' || !(await isFolder(folder))) throw error;
  }
};

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
};

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
