import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Proto41Error } from '../errors.ts';
import type { RunResult } from './result.ts';
import { checkedResult } from './result-schema.ts';

export const RESULTS_FILE = 'results.json';

/** Writes `results.json` into the output folder; it appears whole or not at all. Returns its path. */
export const writeResults = async (outFolder: string, result: RunResult): Promise<string> => {
  const path = join(outFolder, RESULTS_FILE);
  const partial = `${path}.partial`;
  await mkdir(outFolder, { recursive: true });
  try {
    await writeFile(partial, `${JSON.stringify(result, null, 2)}\n`);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return path;
};

/** Reads the `results.json` of an output folder. Throws Proto41Error (`RESULTS_INVALID`, exit 2) for anything else. */
export const readResults = async (outFolder: string): Promise<RunResult> => {
  const path = join(outFolder, RESULTS_FILE);
  try {
    return checkedResult(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Proto41Error(`${path}: ${message}`, { code: 'RESULTS_INVALID', cause: error });
  }
};
