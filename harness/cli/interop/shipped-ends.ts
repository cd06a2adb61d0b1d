import type { SkippedEnd } from '../../interop/result.ts';
import type { Profile } from '../../profile/index.ts';
import { globMatcher } from '../../runner/glob.ts';
import { builtInTargets } from '../../target/built-in.ts';
import { loadTarget } from '../../target/load-target.ts';
import type { NodeName } from '../../node/node.ts';
import { obstacleToDefaultRun } from '../doctor/obstacle.ts';
import { readEnds, type EndText } from './end-text.ts';

/** What plays when nobody says who. `reference-live` is the reference once more, so it is not among them. */
const SHIPPED = [
  'linux-sit@vm:all',
  'linux-gre@vm:all',
  'linux-ip6tnl@vm:all',
  'reference@memory',
  'ebpf-tc@netns',
] as const;

export interface ShippedEnds {
  readonly ends: readonly EndText[];
  /** What this machine cannot run, and why. */
  readonly skipped: readonly SkippedEnd[];
}

/** The targets that ship, claim the profile and can be run on this machine. */
export const shippedEnds = async (profile: Profile): Promise<ShippedEnds> => {
  const known = await builtInTargets();
  const wanted: EndText[] = [];
  for (const end of SHIPPED.flatMap(readEnds)) {
    if (!known.includes(end.target)) continue;
    const { manifest } = await loadTarget(end.target);
    const claims = manifest.profiles.map(globMatcher);
    if (claims.some((matches) => matches(profile.name) || matches(profile.text))) wanted.push(end);
  }
  const ends: EndText[] = [];
  const skipped: SkippedEnd[] = [];
  const obstacles = new Map<NodeName, string | undefined>();
  for (const end of wanted) {
    if (!obstacles.has(end.node)) obstacles.set(end.node, await obstacleTo(end.node));
    const reason = obstacles.get(end.node);
    if (reason === undefined) ends.push(end);
    else skipped.push({ name: end.name, reason });
  }
  return { ends, skipped };
};

/** Why a node cannot be had on this machine; undefined when it can. */
const obstacleTo = async (node: NodeName): Promise<string | undefined> => {
  if (node === 'vm') return (await obstacleToDefaultRun())?.join('; ');
  if (node !== 'netns') return undefined;
  const { probeNetns } = await import('../../node/netns/index.ts');
  const possibility = await probeNetns();
  if (possibility.kind === 'yes') return undefined;
  return possibility.kind === 'no'
    ? possibility.reason
    : 'this user can make network namespaces in a user namespace only; name the end to have that done';
};
