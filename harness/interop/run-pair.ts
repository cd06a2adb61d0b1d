import type { NodeSession } from '../node/node.ts';
import type { Profile } from '../profile/index.ts';
import { probeWithNonsense } from '../runner/nonsense-probe.ts';
import type { Requirement } from '../runner/requirement.ts';
import { shellCommand } from '../runner/rerun.ts';
import { copyOfN2, type EndSpec, type PairPlan } from './end-spec.ts';
import { writePairEvidence } from './evidence.ts';
import { playPair, SideError, type PairOutcome, type PairRefusal, type Participant } from './pair.ts';
import { assessPair } from './pair-verdict.ts';
import { SIDES, type PairResult, type PodKind, type Side } from './result.ts';
import type { SessionPool } from './session-pool.ts';

export interface RunPairOptions {
  readonly profile: Profile;
  readonly seed: string;
  readonly strict: boolean;
  /** False where the declared deviations are not to be looked at. */
  readonly withExpectations: boolean;
  readonly evidence: 'all' | 'notable';
  /** Who plays the pods of a pair. */
  readonly podsOf: (plan: PairPlan) => PodKind;
  readonly outFolder: string;
  readonly signal: AbortSignal;
  readonly requirementOf: (id: string) => Requirement | undefined;
  /** Ends that could not be started or refused the profile, by their names; added to by every pair. */
  readonly hopeless: Map<string, Hopeless>;
  readonly onStep: (step: string) => void;
}

/** What becomes of every pair of an end that cannot play at all. */
export type Hopeless = Pick<PairResult, 'verdict' | 'unexpected' | 'reason'>;

/** A pair with nothing in it yet. */
type Blank = Omit<PairResult, 'verdict' | 'unexpected'>;

/**
 * One pair, from starting its ends to its result. An end that cannot be started, or breaks, makes the result an `error` and leaves the pool.
 *
 * @throws whatever is no fault of an end, and the reason of the signal
 */
export const runPair = async (plan: PairPlan, pool: SessionPool, options: RunPairOptions): Promise<PairResult> => {
  const startedMs = performance.now();
  const blank = blankResult(plan, options);
  // What could not be had once is not waited for again, pair after pair.
  for (const side of SIDES) {
    const known = options.hopeless.get(plan[side].name);
    if (known !== undefined) return { ...blank, ...onlyAssessment(known), failedSide: side };
  }
  const timed = (result: Omit<PairResult, 'durationMs'>): PairResult => ({
    ...result,
    durationMs: Math.round(performance.now() - startedMs),
  });
  try {
    const participants = await participate(plan, pool);
    const outcome = await playPair({ ...options, pods: options.podsOf(plan), participants, today: today() });
    if (outcome.kind === 'refused') {
      const refused = await refusedResult(blank, plan, pool, outcome, options);
      options.hopeless.set(plan[outcome.side].name, refused);
      return timed(refused);
    }
    return timed(await playedResult(blank, plan, outcome, options));
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof SideError)) throw error;
    await dropEnd(plan, pool, error.side);
    const broken: Hopeless = { verdict: 'error', unexpected: true, reason: error.message };
    if (error.isAtStart) options.hopeless.set(plan[error.side].name, broken);
    return timed({ ...blank, ...broken, failedSide: error.side });
  }
};

const onlyAssessment = ({ verdict, unexpected, reason }: Hopeless): Hopeless => ({
  verdict,
  unexpected,
  ...(reason === undefined ? {} : { reason }),
});

const today = (): string => new Date().toISOString().slice(0, 10);

const blankResult = ({ n1, n2 }: PairPlan, options: RunPairOptions): Blank => ({
  n1: n1.name,
  n2: n2.name,
  pods: { n1: options.podsOf({ n1, n2 }), n2: options.podsOf({ n1, n2 }) },
  traffic: [],
  findings: [],
  doubts: [],
  silent: [],
  frames: 0,
  durationMs: 0,
  rerun: shellCommand([
    'interop',
    '--n1',
    n1.name,
    '--n2',
    n2.name,
    '--profile',
    options.profile.text,
    '--seed',
    options.seed,
    ...(options.strict ? ['--strict'] : []),
    ...(options.withExpectations ? [] : ['--no-expectations']),
  ]),
});

/** Both are started at once. The one that fails is told from the other. */
const participate = async (plan: PairPlan, pool: SessionPool): Promise<Readonly<Record<Side, Participant>>> => {
  const [n1, n2] = await Promise.all([participant(plan, 'n1', pool), participant(plan, 'n2', pool)]);
  return { n1, n2 };
};

const participant = async (plan: PairPlan, side: Side, pool: SessionPool): Promise<Participant> => {
  const end = plan[side];
  try {
    const session = await pool.get(end, copyOf(plan, side));
    const { name, expectations, policies } = end;
    return { name, expectations, policies, kernelRelease: session.facts.kernelRelease, session };
  } catch (error) {
    throw new SideError(side, end.name, error, 'at the start');
  }
};

const copyOf = (plan: PairPlan, side: Side): number => (side === 'n1' ? 0 : copyOfN2(plan));

/** What is left of a broken end goes with it; what else is wrong with it there, nobody can do anything about. */
const dropEnd = async (plan: PairPlan, pool: SessionPool, side: Side): Promise<void> => {
  await Promise.allSettled([pool.release(plan[side], copyOf(plan, side))]);
};

const playedResult = async (
  blank: Blank,
  plan: PairPlan,
  outcome: PairOutcome,
  { evidence, outFolder, profile }: RunPairOptions,
): Promise<Omit<PairResult, 'durationMs'>> => {
  const { traffic, silent, doubts, links } = outcome;
  // A node that is dead has lost everything, which says nothing about it as an encapsulator or decapsulator.
  const findings = outcome.findings.filter(({ side }) => !silent.includes(side));
  const names = { n1: blank.n1, n2: blank.n2 };
  const assessment = assessPair({ findings, traffic, silent, names });
  const isNotable = assessment.verdict !== 'pass' || findings.length > 0;
  const file =
    evidence === 'all' || isNotable ? await writePairEvidence(outFolder, plan, profile.name, links) : undefined;
  return {
    ...blank,
    ...assessment,
    traffic,
    findings,
    doubts,
    silent,
    frames: links.frames.length,
    ...(file === undefined ? {} : { evidence: file }),
  };
};

/** A refusal is only believed of a target that also refuses nonsense. */
const refusedResult = async (
  blank: Blank,
  plan: PairPlan,
  pool: SessionPool,
  { side, reason }: PairRefusal,
  { profile, seed }: RunPairOptions,
): Promise<Omit<PairResult, 'durationMs'>> => {
  const end = plan[side];
  const session = await pool.get(end, copyOf(plan, side));
  await believe(end, side, session, profile, seed);
  return {
    ...blank,
    verdict: 'skip',
    unexpected: false,
    reason: `${end.name} refuses ${profile.name}: ${reason}`,
    failedSide: side,
  };
};

const believe = async (
  end: EndSpec,
  side: Side,
  session: NodeSession,
  profile: Profile,
  seed: string,
): Promise<void> => {
  if (!end.probeNonsense) return;
  try {
    await probeWithNonsense(session, profile, seed);
  } catch (error) {
    throw new SideError(side, end.name, error);
  }
};

export const sidesOf = (plan: PairPlan): readonly (readonly [end: EndSpec, copy: number])[] =>
  SIDES.map((side) => [plan[side], copyOf(plan, side)] as const);
