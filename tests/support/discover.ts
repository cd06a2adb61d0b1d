/** Finds test files. */

import { readdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

/** All `*.test.ts` files under a folder, sorted by path. */
export async function discoverTests(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/**
 * The files whose path below `root` contains one of the fragments; all of them when there is no fragment.
 *
 * @throws Error when a fragment matches no file, since a typing mistake must not pass as success
 */
export function selectTests(files: readonly string[], fragments: readonly string[], root: string): string[] {
  if (fragments.length === 0) return [...files];
  const selected = new Set<string>();
  for (const fragment of fragments) {
    const wanted = normalise(fragment, root);
    const matches = files.filter((file) => relative(root, file).includes(wanted));
    if (matches.length === 0) {
      throw new Error(`no test file matches "${fragment}"; give a part of a path such as packet/ipv4`);
    }
    for (const match of matches) selected.add(match);
  }
  return files.filter((file) => selected.has(file));
}

/** A path that a shell completed (`./tests/x.test.ts`, absolute) is as good as a fragment. */
function normalise(fragment: string, root: string): string {
  const looksLikePath = fragment.startsWith('.') || fragment.startsWith('/');
  return looksLikePath ? relative(root, resolve(fragment)) : fragment;
}
