import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import type { Profile } from '../../profile/index.ts';
import { globMatcher } from '../../runner/glob.ts';
import { BenchError } from '../bench-error.ts';
import { BENCH_MODES } from '../result.ts';
import type { Floor } from './floor.ts';

export const FLOORS_FILE = 'floors.json';

const positive = v.pipe(v.number('expected a number'), v.gtValue(0, 'expected a number above zero'));

const entrySchema = v.pipe(
  v.strictObject({
    /** Names or globs of profiles; all unless given. */
    profiles: v.optional(v.array(v.string()), ['*']),
    mode: v.exactOptional(v.picklist(BENCH_MODES.filter((mode) => mode !== 'native'))),
    size: v.exactOptional(v.pipe(v.number(), v.integer())),
    /** In relation to native forwarding at the same size. */
    ratio: v.exactOptional(positive),
    framesPerSecond: v.exactOptional(positive),
    /** Why it is what it is. */
    reason: v.string('expected a reason'),
  }),
  v.check(
    ({ ratio, framesPerSecond }) => (ratio === undefined) !== (framesPerSecond === undefined),
    'expected either "ratio" or "framesPerSecond"',
  ),
);

const fileSchema = v.array(entrySchema, 'expected a list of floors');

/** Reads the floors that a target comes with, those of the profile. None without the file. @throws BenchError with the file and the place */
export const loadFloors = async (file: string, profile: Profile): Promise<readonly Floor[]> => {
  const content = await readIfThere(file);
  if (content === undefined) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw new BenchError(`${file}: expected JSON: ${String(error)}`, error);
  }
  const result = v.safeParse(fileSchema, parsed);
  if (!result.success) {
    const [issue] = result.issues;
    throw new BenchError(`${file}: at ${v.getDotPath(issue) ?? 'the top'}: ${issue.message}`);
  }
  return result.output
    .filter(({ profiles }) => profiles.some((glob) => globMatcher(glob)(profile.name)))
    .map(({ mode, size, ratio, framesPerSecond }): Floor => ({
      kind: ratio === undefined ? 'rate' : 'ratio',
      value: ratio ?? framesPerSecond ?? 0,
      ...(mode === undefined ? {} : { mode }),
      ...(size === undefined ? {} : { frameSizeBytes: size }),
      source: FLOORS_FILE,
    }));
};

const readIfThere = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new BenchError(
      `expected to read ${file}, found: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
};
