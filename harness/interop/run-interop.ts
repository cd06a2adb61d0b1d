import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeFacts } from '../node/node.ts';
import { EXIT } from '../runner/exit-code.ts';
import type { CaseRegistry } from '../runner/registry.ts';
import { factsOf } from '../runner/requirement-facts.ts';
import type { EndSpec, PairPlan } from './end-spec.ts';
import { matrixOf } from './matrix.ts';
import {
  INTEROP_RESULTS_FILE,
  INTEROP_SCHEMA,
  type InteropEnd,
  type InteropResult,
  type PairResult,
  type SkippedEnd,
} from './result.ts';
import { runPair, sidesOf, type Hopeless, type RunPairOptions } from './run-pair.ts';
import { SessionPool } from './session-pool.ts';

export interface InteropOptions extends Omit<RunPairOptions, 'requirementOf' | 'onStep' | 'hopeless'> {
  readonly registry: Pick<CaseRegistry, 'requirement' | 'requirements'>;
  /** Rows and columns of the matrix. */
  readonly ends: readonly EndSpec[];
  readonly pairs: readonly PairPlan[];
  readonly skippedEnds: readonly SkippedEnd[];
  readonly toolVersion: string;
  readonly onProgress: (event: InteropProgress) => void;
}

export type InteropProgress =
  | { readonly kind: 'pair'; readonly index: number; readonly total: number; readonly n1: string; readonly n2: string }
  | { readonly kind: 'step'; readonly step: string }
  | { readonly kind: 'message'; readonly message: string }
  | { readonly kind: 'done'; readonly pair: PairResult };

/** Plays every pair, and writes the results and the evidence into the output folder. Every node that was started is ended. */
export const runInterop = async (options: InteropOptions): Promise<InteropResult> => {
  const { signal, onProgress, registry } = options;
  const startedAt = new Date();
  const startedMs = performance.now();
  const facts = new Map<string, NodeFacts>();
  await using pool = new SessionPool(async (end) => {
    const session = await end.start({
      signal,
      onProgress: (message) => {
        onProgress({ kind: 'message', message: `${end.name}: ${message}` });
      },
    });
    facts.set(end.name, session.facts);
    return session;
  });
  const results: PairResult[] = [];
  const hopeless = new Map<string, Hopeless>();
  try {
    for (const [index, plan] of options.pairs.entries()) {
      signal.throwIfAborted();
      onProgress({ kind: 'pair', index, total: options.pairs.length, n1: plan.n1.name, n2: plan.n2.name });
      const later = options.pairs.slice(index + 1);
      const running = runPair(plan, pool, {
        ...options,
        hopeless,
        requirementOf: (id) => registry.requirement(id),
        onStep: (step) => {
          onProgress({ kind: 'step', step });
        },
      });
      startAhead(later, pool, hopeless);
      const pair = await running;
      results.push(pair);
      onProgress({ kind: 'done', pair });
      await releaseUnneeded(plan, later, pool);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const ends = options.ends.map((end): InteropEnd => describedEnd(end, facts.get(end.name)));
  const result: InteropResult = {
    schema: INTEROP_SCHEMA,
    tool: { name: 'proto41', version: options.toolVersion },
    profile: { name: options.profile.name, text: options.profile.text },
    seed: options.seed,
    strict: options.strict,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - startedMs),
    interrupted: signal.aborted,
    ends,
    skippedEnds: options.skippedEnds,
    pairs: results,
    cells: matrixOf(ends, results),
    requirements: factsOf(registry, namedIn(results)),
  };
  await mkdir(options.outFolder, { recursive: true });
  await writeFile(join(options.outFolder, INTEROP_RESULTS_FILE), `${JSON.stringify(result, null, 2)}\n`);
  return result;
};

/** The nodes of the next pair boot while this one plays. */
const startAhead = ([next]: readonly PairPlan[], pool: SessionPool, hopeless: ReadonlyMap<string, Hopeless>): void => {
  if (next === undefined || [next.n1, next.n2].some(({ name }) => hopeless.has(name))) return;
  for (const [end, copy] of sidesOf(next)) void pool.get(end, copy).catch(() => undefined);
};

const releaseUnneeded = async (plan: PairPlan, later: readonly PairPlan[], pool: SessionPool): Promise<void> => {
  const needed = later.flatMap(sidesOf);
  for (const [end, copy] of sidesOf(plan)) {
    const isNeeded = needed.some(([other, otherCopy]) => other.name === end.name && otherCopy === copy);
    if (!isNeeded) await pool.release(end, copy);
  }
};

const describedEnd = ({ name, target, node, kernel }: EndSpec, facts: NodeFacts | undefined): InteropEnd => ({
  name,
  target,
  node,
  ...(kernel === undefined ? {} : { kernel }),
  ...(facts?.kernelRelease === undefined ? {} : { kernelRelease: facts.kernelRelease }),
  ...(facts?.accelerator === undefined ? {} : { accelerator: facts.accelerator }),
});

const namedIn = (pairs: readonly PairResult[]): ReadonlySet<string> =>
  new Set(pairs.flatMap(({ findings }) => findings.map(({ requirement }) => requirement)));

/**
 * What the process exits with: 3 when an end could not be started or broke; 1 when something decided is not as expected; 4 when nothing
 * was decided; 130 when the user cut short what was as expected until then; 0 otherwise.
 */
export const interopExitCode = ({ pairs, interrupted }: Pick<InteropResult, 'pairs' | 'interrupted'>): number => {
  if (pairs.some(({ verdict }) => verdict === 'error')) return EXIT.notStarted;
  const decided = pairs.filter(({ verdict }) => verdict !== 'skip' && verdict !== 'inconclusive');
  const undecided = pairs.some(({ verdict }) => verdict === 'inconclusive');
  if (decided.some(({ unexpected }) => unexpected) || (decided.length > 0 && undecided)) return EXIT.unexpected;
  if (interrupted) return EXIT.interrupted;
  return decided.length === 0 ? EXIT.undecided : EXIT.expected;
};
