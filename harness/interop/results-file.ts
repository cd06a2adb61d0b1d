import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Proto41Error } from '../errors.ts';
import { INTEROP_RESULTS_FILE, INTEROP_SCHEMA, type InteropResult } from './result.ts';

/** Reads the `interop.json` of an output folder. Throws Proto41Error (`INTEROP_INVALID`, exit 2) for anything else. */
export const readInterop = async (outFolder: string): Promise<InteropResult> => {
  const path = join(outFolder, INTEROP_RESULTS_FILE);
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (!isOfThisSchema(parsed)) throw new Error(`expected a file with the schema ${INTEROP_SCHEMA}`);
    return parsed;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Proto41Error(`${path}: ${message}`, { code: 'INTEROP_INVALID', cause: error });
  }
};

/** What calls itself by the schema was written by this program. */
const isOfThisSchema = (value: unknown): value is InteropResult =>
  typeof value === 'object' && value !== null && 'schema' in value && value.schema === INTEROP_SCHEMA;
