import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SETUP_EXTRAS } from './extras.ts';
import type { TargetManifest } from './manifest.ts';

/** Where the targets live that ship. */
export const TARGETS_FOLDER = fileURLToPath(new URL('../../targets', import.meta.url));

export const MANIFEST_FILE = 'target.json';

/** The encapsulator that is part of Proto41; runs in this process, so that it has no folder. */
export const REFERENCE: TargetManifest = {
  contract: 1,
  name: 'reference',
  kind: 'module',
  description: 'the reference encapsulator: a complete overlay node in TypeScript, which meets every demand',
  needs: [],
  profiles: ['*'],
  policies: {},
  extras: SETUP_EXTRAS,
};

/** Names of the targets that ship, in alphabetical order. */
export const builtInTargets = async (folder = TARGETS_FOLDER): Promise<readonly string[]> => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: false });
  const names: string[] = [];
  for (const entry of entries.filter((each) => each.isDirectory())) {
    if ((await readdir(join(folder, entry.name))).includes(MANIFEST_FILE)) names.push(entry.name);
  }
  return [...new Set([...names, REFERENCE.name])].sort();
};
