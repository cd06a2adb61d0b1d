import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { builtInTargets, MANIFEST_FILE, REFERENCE, TARGETS_FOLDER } from './built-in.ts';
import { parseManifest, type TargetKind, type TargetManifest } from './manifest.ts';
import { ManifestError } from './target-error.ts';

export const EXECUTABLE_NAMES = ['up', 'down', 'probe', 'stats'] as const;
export type ExecutableName = (typeof EXECUTABLE_NAMES)[number];

/** A target that can be brought into a node. */
export interface LoadedTarget {
  readonly manifest: TargetManifest;
  /** Absolute; undefined for what runs in this process without a folder of its own. */
  readonly folder: string | undefined;
  /** Those of `up`, `down`, `probe` and `stats` that the folder has. */
  readonly executables: readonly ExecutableName[];
  /** Where its known deviations are declared; the file need not exist. Undefined without a folder. */
  readonly expectationsFile: string | undefined;
  /** Whether it is a program of its own, whose refusals are only believed after a nonsense question. */
  readonly probeNonsense: boolean;
}

/**
 * Finds a target by the name of one that ships, or by the path of a folder with a `target.json`. A name wins over a folder of
 * the same name in the working directory; `./name` always is the folder.
 *
 * @throws ManifestError (exit 2) for an unknown name, a folder without manifest, a bad manifest, or a missing executable.
 */
export const loadTarget = async (nameOrFolder: string, targetsFolder = TARGETS_FOLDER): Promise<LoadedTarget> => {
  const known = await builtInTargets(targetsFolder);
  if (!known.includes(nameOrFolder)) {
    if (await isFolder(nameOrFolder)) return loadFolder(resolve(nameOrFolder));
    throw new ManifestError(
      `Expected the name of a target (${known.join(', ')}) or a folder with a ${MANIFEST_FILE}, found ${JSON.stringify(nameOrFolder)}`,
    );
  }
  const folder = join(targetsFolder, nameOrFolder);
  if (nameOrFolder !== REFERENCE.name || (await isFile(join(folder, MANIFEST_FILE)))) return loadFolder(folder);
  return { manifest: REFERENCE, folder: undefined, executables: [], expectationsFile: undefined, probeNonsense: false };
};

const loadFolder = async (folder: string): Promise<LoadedTarget> => {
  const file = join(folder, MANIFEST_FILE);
  const manifest = parseManifest(file, await readManifest(file));
  return {
    manifest,
    folder,
    executables: manifest.kind === 'module' ? [] : await findExecutables(folder, manifest.kind),
    expectationsFile: join(folder, 'expectations.json'),
    probeNonsense: manifest.kind !== 'module',
  };
};

const readManifest = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ManifestError(
      `Expected the manifest of a target in ${file}: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
};

const findExecutables = async (folder: string, kind: TargetKind): Promise<readonly ExecutableName[]> => {
  const found: ExecutableName[] = [];
  for (const name of EXECUTABLE_NAMES) {
    const path = join(folder, name);
    if (!(await isFile(path))) {
      // Whoever stops a daemon has often taken everything back with it.
      if (name === 'up' || (name === 'down' && kind === 'script'))
        throw new ManifestError(`Expected the executable ${path}, found none; a target has "up" and "down"`);
      continue;
    }
    if (!(await isExecutable(path)))
      throw new ManifestError(`Expected ${path} to be executable; run: chmod +x ${path}`);
    found.push(name);
  }
  return found;
};

const isFolder = (path: string): Promise<boolean> => check(async () => (await stat(path)).isDirectory());

const isFile = (path: string): Promise<boolean> => check(async () => (await stat(path)).isFile());

const isExecutable = (path: string): Promise<boolean> =>
  check(async () => {
    await access(path, constants.X_OK);
    return true;
  });

/** What the file system refuses to show is not there, as far as a target goes. */
const check = async (question: () => Promise<boolean>): Promise<boolean> => {
  try {
    return await question();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
};
