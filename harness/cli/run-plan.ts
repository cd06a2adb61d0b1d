import { randomInt } from 'node:crypto';
import type { NodeName } from '../node/node.ts';
import { DEFAULT_PROFILE_NAME, parseProfile, type Profile } from '../profile/index.ts';
import { DEFAULT_LONGEST_WAIT_SECONDS, type CaseFilter } from '../runner/select-cases.ts';
import type { InterfaceBackend } from '../wire/interface/interface-wire.ts';
import { kernelText, nodeOf, wireOf, type RunFlags } from './run-flags.ts';

/** What the flags of `run` mean, every default filled in. */
export interface RunPlan {
  readonly target: string;
  readonly node: NodeName;
  readonly kernel: string | undefined;
  readonly wire: InterfaceBackend | undefined;
  readonly profiles: readonly Profile[];
  readonly filter: CaseFilter;
  readonly seed: string;
}

/** Throws UsageError when the flags do not fit together. */
export const planRun = (flags: RunFlags): RunPlan => ({
  target: flags.target,
  node: nodeOf(flags),
  kernel: kernelText(flags),
  wire: wireOf(flags),
  profiles: distinctProfiles(flags.profile ?? [DEFAULT_PROFILE_NAME]),
  filter: {
    ...(flags.case === undefined ? {} : { caseGlobs: flags.case }),
    ...(flags.level === undefined ? {} : { levels: flags.level }),
    ...(flags.tier === 'smoke' ? { priorities: ['core'] as const, withoutExhaustive: true } : {}),
    ...(flags.shard === undefined ? {} : { shard: flags.shard }),
    ...(flags.slow === true || nodeOf(flags) === 'memory' ? {} : { longestWaitSeconds: DEFAULT_LONGEST_WAIT_SECONDS }),
  },
  seed: flags.seed ?? String(randomInt(2 ** 32)),
});

/** The same profile twice, under whatever name, is run once. */
const distinctProfiles = (texts: readonly string[]): Profile[] => {
  const byText = new Map<string, Profile>();
  for (const profile of texts.map(parseProfile)) if (!byText.has(profile.text)) byText.set(profile.text, profile);
  return [...byText.values()];
};
