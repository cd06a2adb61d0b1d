import type { NodeFacts, NodeSession, PhaseDuration } from '../node/node.ts';
import { declarationsFor } from './assess.ts';
import { roundMs } from './phase-timer.ts';
import { caseIdsOf } from './registry.ts';
import { shardText } from './select-cases.ts';
import { requirementFacts } from './requirement-facts.ts';
import { checkedResult, RESULT_SCHEMA_ID } from './result-schema.ts';
import type { CaseResult, RunResult, RunStop } from './result.ts';
import type { RunSuiteOptions } from './suite-options.ts';

/** What came of a run. */
export interface SuiteOutcome {
  readonly facts: NodeFacts;
  readonly cases: readonly CaseResult[];
  readonly interrupted: boolean;
  readonly stopped: RunStop | undefined;
}

export interface SuiteTimes {
  readonly at: Date;
  /** The same moment on the clock of `performance.now()`. */
  readonly ms: number;
  readonly phases: readonly PhaseDuration[];
}

export const suiteResult = (
  options: RunSuiteOptions,
  { at, ms, phases }: SuiteTimes,
  { facts, cases, interrupted, stopped }: SuiteOutcome,
): RunResult =>
  checkedResult({
    schema: RESULT_SCHEMA_ID,
    tool: { name: 'proto41', version: options.toolVersion },
    target: options.target,
    node: facts,
    profiles: options.profiles.map(({ name }) => name),
    configurations: options.profiles.map((profile) => ({
      profile: profile.name,
      text: profile.text,
      switches: profile.switches,
      policies: profile.policies,
      declared: declarationsFor(options.expectations ?? [], {
        profile,
        ...(facts.kernelRelease === undefined ? {} : { kernelRelease: facts.kernelRelease }),
        casesOf: (id) => caseIdsOf(options.registry, id),
      }),
    })),
    seed: options.seed,
    strict: options.strict ?? false,
    ...(options.filter?.shard === undefined ? {} : { shard: shardText(options.filter.shard) }),
    startedAt: at.toISOString(),
    durationMs: roundMs(performance.now() - ms),
    interrupted,
    ...(stopped === undefined ? {} : { stopped }),
    phases,
    cases,
    requirements: requirementFacts(options.registry, cases),
  });

/** The stop with the end of what the node can say of itself. A node that is gone may fail at this too, which must not hide why it is asked. */
export const withLastWords = async ({ code, reason }: RunStop, session: NodeSession): Promise<RunStop> => {
  const tail = await lastWords(session);
  return { code, reason: tail === '' ? reason : `${reason}\nThe node says:\n${tail}` };
};

const lastWords = async (session: NodeSession): Promise<string> => {
  try {
    const diagnostics = await session.diagnostics();
    return diagnostics.trimEnd().split('\n').slice(-20).join('\n');
  } catch (error) {
    return `(nothing: ${error instanceof Error ? error.message : String(error)})`;
  }
};
