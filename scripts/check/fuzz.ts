import { setImmediate } from 'node:timers/promises';
import { CaptureError } from '../../harness/capture/index.ts';
import { CaptureInput } from '../../harness/check/input.ts';
import { TextReport } from '../../harness/check/report/text.ts';
import { checkCaptures } from '../../harness/check/run.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { PLAIN } from '../../harness/report/palette.ts';
import { seededRandom } from '../../harness/random.ts';
import { mutate } from './mutated-captures.ts';

export interface FuzzOptions {
  /** Captures to start from. */
  readonly corpus: readonly Uint8Array[];
  readonly seed: string;
  /** Damaged captures are made until they have held so many frames. */
  readonly frames: number;
  readonly onProgress?: (frames: number) => void;
}

export interface FuzzResult {
  readonly captures: number;
  readonly frames: number;
  readonly findings: number;
  readonly errors: number;
  /** The longest that one capture took. */
  readonly slowestMs: number;
}

const PROFILES: readonly (string | undefined)[] = [undefined, 'overlay', '6to4', '6in4', 'overlay,encap=fou:3544'];

/**
 * Checks damaged captures. Throws for whatever a damaged capture must not do: an exception that is no CaptureError, an error
 * without a place, a capture that takes seconds.
 */
export async function fuzzCheck({ corpus, seed, frames: wanted, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const random = seededRandom(seed);
  let [captures, frames, findings, errors, slowestMs] = [0, 0, 0, 0, 0];
  while (frames < wanted) {
    const bytes = mutate(random.pick(corpus), random);
    const profile = random.pick(PROFILES);
    const chunkBytes = random.pick([64, 1000, 1 << 20]);
    const report = new TextReport({
      write: () => undefined,
      palette: PLAIN,
      lookup: () => undefined,
      shownFindings: 3,
    });
    const input = CaptureInput.ofStream(chunksOf(bytes, chunkBytes), 'damaged');
    const startMs = performance.now();
    const [outcome] = await checkCaptures(
      { inputs: [input], ...(profile === undefined ? {} : { profile: parseProfile(profile) }) },
      [report],
    );
    await input.close();
    const tookMs = performance.now() - startMs;
    const result = outcome?.result;
    if (result === undefined) throw new Error(`seed ${seed}, capture ${captures}: no outcome`);
    for (const error of result.errors) {
      const isPlaced = error instanceof CaptureError && error.byteOffset >= 0 && error.byteOffset <= bytes.length;
      if (!isPlaced) throw new Error(`seed ${seed}, capture ${captures}: an error without a place: ${String(error)}`);
    }
    slowestMs = Math.max(slowestMs, tookMs);
    if (tookMs > 20_000) throw new Error(`seed ${seed}, capture ${captures}: took ${tookMs.toFixed(0)} ms`);
    // Streams in memory never let the event loop turn by themselves.
    await setImmediate();
    captures++;
    frames += Math.max(1, result.summary.frames);
    findings += result.summary.findings;
    errors += result.errors.length;
    if (captures % 500 === 0) onProgress?.(frames);
  }
  return { captures, frames, findings, errors, slowestMs };
}

async function* chunksOf(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}
