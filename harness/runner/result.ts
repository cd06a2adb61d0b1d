import type { NodeFacts } from '../node/node.ts';
import type { Expectation } from './expectation.ts';
import type { Area, Level } from './requirement.ts';
import type { Doubt, Verdict, Violation } from './verdict.ts';

/** The outcome of one case under one profile. */
export interface CaseResult {
  readonly id: string;
  readonly requirement: string;
  readonly profile: string;
  readonly verdict: Verdict;
  /** What the expectations of the target say of it; `unexpected` decides the exit code. */
  readonly expectation: ExpectationOutcome;
  readonly violations: readonly Violation[];
  readonly doubts: readonly Doubt[];
  readonly notes: readonly string[];
  /** Why it was skipped, or the error that ended it. */
  readonly reason?: string;
  readonly durationMs: number;
  /** Verdict of each run, with `--repeat`; more than one distinct value makes the verdict `inconclusive`. */
  readonly repeats?: readonly Verdict[];
  /** File name of the evidence, relative to the output folder. */
  readonly evidence?: string;
  /** The command that runs just this case again. */
  readonly rerun: string;
}

export type ExpectationOutcome =
  /** No expectation exists: fail, error (and warn under --strict) are unexpected. */
  | { readonly kind: 'none'; readonly unexpected: boolean }
  /** A declared deviation that showed as declared. */
  | { readonly kind: 'expected'; readonly unexpected: false; readonly reason: string; readonly link?: string }
  /** Declared, but it passed, differed, or has expired. */
  | { readonly kind: 'mismatch'; readonly unexpected: true; readonly reason: string };

/** What a report says of a requirement without the catalogue at hand. */
export interface RequirementFacts {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly area: Area;
  /** `RFC 4213 §3.5, RFC 791 §3.1` */
  readonly sources: string;
  readonly statement: string;
}

/** A deviation that the target declares for a profile and kernel, with what tells whether a run would have shown it. */
export type Declaration = Omit<Expectation, 'profiles' | 'kernels'> & {
  /** Ids of all cases of the requirement, whether or not the run had them. */
  readonly cases?: readonly string[];
};

/** One profile as it was run: with the policies of the target for what its words leave open. */
export interface Configuration {
  readonly profile: string;
  /** Complete without the target. */
  readonly text: string;
  readonly switches: Readonly<Record<string, string>>;
  /** Those of the switches that are so because the target declares it. */
  readonly policies: Readonly<Record<string, string>>;
  /** What the target declares here; runs of parts are held against it once more when they are put together. */
  readonly declared?: readonly Declaration[];
}

/** Why a run ended before its cases did, other than by the user's wish. */
export interface RunStop {
  /** Code of the error, e.g. `NODE_DIED`. */
  readonly code: string;
  readonly reason: string;
}

export interface RunResult {
  readonly schema: 'https://proto41.dev/schema/results-1.json';
  readonly tool: { readonly name: 'proto41'; readonly version: string };
  readonly target: string;
  readonly node: NodeFacts;
  readonly profiles: readonly string[];
  /** What each of them was for this target. */
  readonly configurations?: readonly Configuration[];
  readonly seed: string;
  readonly strict: boolean;
  /** Set where only a part of the cases was asked for: `2/4`. */
  readonly shard?: string;
  readonly startedAt: string;
  readonly durationMs: number;
  /** True when the run was cut short (Ctrl-C, --bail, a stop); then the cases not run are missing. */
  readonly interrupted: boolean;
  /** Set when the target or its node failed or could not be believed: exit code 3. */
  readonly stopped?: RunStop;
  readonly phases: readonly { readonly phase: string; readonly durationMs: number }[];
  readonly cases: readonly CaseResult[];
  /** The requirements that the cases name. */
  readonly requirements?: readonly RequirementFacts[];
}
