import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What tells one build of a target from another: a digest of the files of its folder, and what the user says of what lies elsewhere (the
 * version of a daemon, a commit).
 */
export const targetVersionOf = async (folder: string | undefined, told: string): Promise<string> => {
  if (folder === undefined) return told;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const digest = createHash('sha256');
  for (const file of files.toSorted()) {
    // What is declared of a target does not change what it is.
    if (file.endsWith('expectations.json')) continue;
    digest
      .update(file.slice(folder.length))
      .update('\0')
      .update(await readFile(file))
      .update('\0');
  }
  return [digest.digest('hex').slice(0, 16), told].filter((part) => part !== '').join(' ');
};
