import { parseShard, shardText } from '../../runner/select-cases.ts';
import type { RunResult, RunStop } from '../../runner/result.ts';

/** Code of the stop that a run has whose parts are not all there. */
export const SHARDS_MISSING = 'SHARDS_MISSING';

/**
 * What is missing when runs are parts of one, which must not pass for the whole; undefined when nothing is. A run in one piece makes up
 * for all parts of its profiles.
 */
export const missingShards = (runs: readonly RunResult[]): RunStop | undefined => {
  const profiles = [...new Set(runs.flatMap((run) => run.profiles))];
  const missing = profiles.flatMap((profile) => {
    const parts = runs.filter((run) => run.profiles.includes(profile)).map(({ shard }) => shard);
    const there = new Set(parts);
    if (there.has(undefined)) return [];
    const counts = new Set([...there].flatMap((part) => (part === undefined ? [] : parseShard(part).count)));
    return [...counts].flatMap((count) =>
      Array.from({ length: count }, (_, at) => shardText({ index: at + 1, count }))
        .filter((part) => !there.has(part))
        .map((part) => `${part} of ${profile}`),
    );
  });
  if (missing.length === 0) return undefined;
  return { code: SHARDS_MISSING, reason: `expected every part of the run, found none for ${missing.join(', ')}` };
};
