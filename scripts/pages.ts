import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DOCS = fileURLToPath(new URL('../docs/', import.meta.url));

/** Generated pages of a folder below docs/, by their path: those that are there. */
export const readPages = async (folder: string): Promise<ReadonlyMap<string, string>> => {
  const below = (await readdir(join(DOCS, folder))).map((name) => `${folder}/${name}`);
  const paths = [`${folder}.md`, ...below];
  return new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, string]> => [path, await readFile(join(DOCS, path), 'utf8')]),
    ),
  );
};

/** Writes generated pages, and removes those that are no longer generated. */
export const writePages = async (folder: string, pages: ReadonlyMap<string, string>): Promise<void> => {
  await rm(join(DOCS, folder), { recursive: true, force: true });
  await mkdir(join(DOCS, folder));
  for (const [path, text] of pages) await writeFile(join(DOCS, path), text);
};

/** The first page that is not as it would be generated, for who has to bring it up to date. */
export const firstStale = (
  there: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): string | undefined => {
  const paths = [...new Set([...there.keys(), ...wanted.keys()])];
  return paths.find((path) => there.get(path) !== wanted.get(path));
};
