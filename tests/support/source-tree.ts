/** The project's own files, as the tests of its structure see them. */

import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

const NOT_OURS = new Set(['.git', 'node_modules', '.cache', 'results', 'package-lock.json']);
const TEXT_FILE =
  /\.(?:ts|mts|mjs|js|json|md|yml|sh|html|css)$|\/\.ci\/|(?:^|\/)(?:Dockerfile|up|down|probe|stats|LICENSE)$/;

export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every text file of the project, sorted by path. */
export async function readSourceTree(): Promise<SourceFile[]> {
  const paths: string[] = [];
  await collect(REPOSITORY, paths);
  return Promise.all(
    paths.toSorted().map(async (path) => ({ path, text: await readFile(join(REPOSITORY, path), 'utf8') })),
  );
}

async function collect(folder: string, into: string[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue;
    const path = relative(REPOSITORY, join(folder, entry.name));
    if (entry.isDirectory()) await collect(join(folder, entry.name), into);
    else if (entry.isFile() && TEXT_FILE.test(`/${path}`)) into.push(path);
  }
}

/** Static and dynamic imports and re-exports, type imports included: a type is a dependency too. */
const IMPORT =
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

/** What a TypeScript file imports: own files as paths relative to the repository, packages by name. */
export function importsOf({ path, text }: SourceFile): string[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    return specifier.startsWith('.') ? posix.normalize(posix.join(dirname(path), specifier)) : specifier;
  });
}
