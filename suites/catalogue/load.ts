import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { Proto41Error } from '../../harness/errors.ts';
import type { Requirement } from '../../harness/runner/requirement.ts';
import { requirementSchema } from './schema.ts';

/** A catalogue file that cannot be read as requirements; names the file, and the entry where it is one entry's fault. */
export class CatalogueError extends Proto41Error {
  constructor(file: string, message: string, cause?: unknown) {
    super(`Catalogue ${file}: ${message}`, { code: 'CATALOGUE_INVALID', ...(cause === undefined ? {} : { cause }) });
  }
}

/** Reads `<area>.json` beside this file. Throws CatalogueError. */
export const loadArea = (area: string): readonly Requirement[] => {
  const file = `${area}.json`;
  return parseArea(file, area, readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8'));
};

/** The requirements in the text of a catalogue file. Throws CatalogueError. */
export const parseArea = (file: string, area: string, text: string): readonly Requirement[] => {
  const entries = readArray(file, text);
  return entries.map((entry, index) => {
    const requirement = parseEntry(file, entry, index);
    if (requirement.area === area) return requirement;
    throw new CatalogueError(file, `entry ${requirement.id}: expected area ${area}, found ${requirement.area}`);
  });
};

const readArray = (file: string, text: string): readonly unknown[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new CatalogueError(file, `expected JSON: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  if (Array.isArray(parsed)) return parsed;
  throw new CatalogueError(
    file,
    `expected an array of requirements, found ${parsed === null ? 'null' : typeof parsed}`,
  );
};

const parseEntry = (file: string, entry: unknown, index: number): Requirement => {
  const result = v.safeParse(requirementSchema, entry);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const where = path === null ? '' : ` at ${path}`;
  throw new CatalogueError(file, `entry ${entryName(entry, index)}${where}: ${issue.message}`);
};

const entryName = (entry: unknown, index: number): string => {
  const named = v.safeParse(v.object({ id: v.string() }), entry);
  return named.success ? named.output.id : `number ${String(index + 1)}`;
};

/** Throws CatalogueError when two requirements share an id, or two faults a name. */
export const assertUnique = (requirements: readonly Requirement[]): void => {
  const owners = new Map<string, string>();
  for (const { id, area, faults } of requirements) {
    for (const name of [`id ${id}`, ...faults.map((fault) => `fault ${fault.name}`)]) {
      const owner = owners.get(name);
      if (owner !== undefined)
        throw new CatalogueError(`${area}.json`, `entry ${id}: ${name} is already used by ${owner}`);
      owners.set(name, id);
    }
  }
};
