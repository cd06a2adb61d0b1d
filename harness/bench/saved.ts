import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { BenchError } from './bench-error.ts';
import { BENCH_MODES, BENCH_SCHEMA, LIMITS, type BenchResult } from './result.ts';

export const RESULTS_FILE = 'results.json';

const spread = v.object({
  values: v.pipe(v.array(v.number()), v.readonly()),
  median: v.number(),
  low: v.number(),
  high: v.number(),
  confidence: v.number(),
});

/** What of a saved run is compared; everything else may be of another version. */
const savedSchema = v.object({
  schema: v.literal(BENCH_SCHEMA, `expected a result of bench (${BENCH_SCHEMA})`),
  startedAt: v.string(),
  target: v.object({ name: v.string(), node: v.string() }),
  profile: v.object({ name: v.string(), text: v.string() }),
  machine: v.object({ cpu: v.string(), kernel: v.string() }),
  throughput: v.pipe(
    v.array(
      v.object({
        mode: v.picklist(BENCH_MODES),
        frameSizeBytes: v.number(),
        flows: v.number(),
        tunnelledShare: v.exactOptional(v.number()),
        rate: spread,
        capacity: spread,
        limit: v.exactOptional(v.picklist(LIMITS)),
      }),
    ),
    v.readonly(),
  ),
  tester: v.exactOptional(
    v.object({
      rates: v.pipe(v.array(v.object({ frameSizeBytes: v.number(), rate: v.number() })), v.readonly()),
    }),
  ),
});

export type SavedBench = v.InferOutput<typeof savedSchema>;

/** Reads a run by its folder or its file. @throws BenchError */
export const readSaved = async (path: string): Promise<SavedBench> => {
  const file = (await isFolder(path)) ? join(path, RESULTS_FILE) : path;
  return parse(file, await read(file));
};

/** The last run in a history of the same target, node and profile; undefined where there is none, or no file yet. */
export const readLastOf = async (
  file: string,
  of: { readonly target: string; readonly node: string; readonly profileText: string },
): Promise<SavedBench | undefined> => {
  const lines = (await read(file, '')).split('\n').filter((line) => line.trim() !== '');
  const runs = lines.map((line, index) => parse(`${file}, line ${String(index + 1)}`, line));
  return runs.findLast(
    ({ target, profile }) => target.name === of.target && target.node === of.node && profile.text === of.profileText,
  );
};

/** One line for each run: what can be compared, without what fills files. */
export const appendToHistory = async (file: string, result: BenchResult): Promise<void> => {
  const { schema, startedAt, target, profile, machine, tester, throughput, interrupted } = result;
  const rows = throughput.map(({ mode, frameSizeBytes, flows, tunnelledShare, rate, capacity, limit }) => ({
    mode,
    frameSizeBytes,
    flows,
    ...(tunnelledShare === undefined ? {} : { tunnelledShare }),
    rate,
    capacity,
    limit,
  }));
  const line = { schema, startedAt, target, profile, machine, tester, interrupted, throughput: rows };
  await appendFile(file, `${JSON.stringify(line)}\n`);
};

const parse = (where: string, content: string): SavedBench => {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new BenchError(`${where}: expected JSON: ${String(error)}`, error);
  }
  const result = v.safeParse(savedSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new BenchError(`${where}: at ${v.getDotPath(issue) ?? 'the top'}: ${issue.message}`);
};

const read = async (file: string, absent?: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (absent !== undefined && error instanceof Error && 'code' in error && error.code === 'ENOENT') return absent;
    throw new BenchError(
      `expected to read ${file}, found: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
};

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
};
