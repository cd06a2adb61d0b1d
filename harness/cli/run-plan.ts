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
    ...caseGlobsOf(flags),
    ...(flags.level === undefined ? {} : { levels: flags.level }),
    ...(flags.tier === 'smoke' ? { priorities: ['core'] as const, withoutExhaustive: true } : {}),
    ...(flags.shard === undefined ? {} : { shard: flags.shard }),
    ...(flags.slow === true || nodeOf(flags) === 'memory' ? {} : { longestWaitSeconds: DEFAULT_LONGEST_WAIT_SECONDS }),
  },
  seed: flags.seed ?? String(randomInt(2 ** 32)),
});

/** Who wants to look at a case need not wait for all the others. */
const caseGlobsOf = (flags: RunFlags): Pick<CaseFilter, 'caseGlobs'> => {
  const globs = flags.case ?? (flags.debug === undefined ? undefined : [flags.debug]);
  return globs === undefined ? {} : { caseGlobs: globs };
};

/** The same profile twice, under whatever name, is run once; a word for a default may matter, because the target may have a policy. */
const distinctProfiles = (texts: readonly string[]): Profile[] => {
  const byText = new Map<string, Profile>();
  for (const profile of texts.map(parseProfile)) {
    const words = [profile.text, ...profile.asked.toSorted()].join(' ');
    if (!byText.has(words)) byText.set(words, profile);
  }
  return [...byText.values()];
};
