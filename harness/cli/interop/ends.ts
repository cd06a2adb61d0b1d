import { allPairs, type EndSpec, type PairPlan } from '../../interop/end-spec.ts';
import type { SkippedEnd } from '../../interop/result.ts';
import { checkExpectations } from '../../runner/expectation.ts';
import type { Profile } from '../../profile/index.ts';
import type { Services } from '../services.ts';
import { UsageError } from '../usage-error.ts';
import { readEnds, type EndText } from './end-text.ts';
import type { InteropFlags } from './flags.ts';
import { shippedEnds } from './shipped-ends.ts';

/** Who is to play against whom. */
export interface InteropPlan {
  readonly ends: readonly EndSpec[];
  readonly pairs: readonly PairPlan[];
  readonly skipped: readonly SkippedEnd[];
}

/** The ends that the command line names, before anything of them is looked at. Throws UsageError. */
export interface NamedEnds {
  readonly each: readonly EndText[];
  readonly n1: readonly EndText[];
  readonly n2: readonly EndText[];
}

export const namedEnds = (texts: readonly string[], flags: InteropFlags): NamedEnds => {
  const { n1 = [], n2 = [] } = flags;
  if ((n1.length > 0 || n2.length > 0) && texts.length > 0)
    throw new UsageError(`${texts.join(' ')}: expected either ends, each against each, or --n1 and --n2, found both`);
  if ((n1.length === 0) !== (n2.length === 0))
    throw new UsageError(n1.length === 0 ? '--n2: expected --n1 beside it' : '--n1: expected --n2 beside it');
  const named = { each: withoutRepeats(texts), n1: withoutRepeats(n1), n2: withoutRepeats(n2) };
  const all = [...named.each, ...named.n1, ...named.n2];
  if (flags.wire !== undefined && all.length > 0 && !all.some(hasInterfaces))
    throw new UsageError(
      `--wire ${flags.wire}: expected an end on netns or docker, found ${all.map(({ name }) => name).join(', ')}`,
    );
  return named;
};

/** Whether frames get to it through network interfaces of this machine. */
const hasInterfaces = ({ node }: EndText): boolean => node === 'netns' || node === 'docker';

/**
 * Every pair that is to be played, with what starts its ends.
 *
 * @throws UsageError, ManifestError, KernelChoiceError, ExpectationError for what does not exist or does not go together
 */
export const planInterop = async (
  named: NamedEnds,
  flags: InteropFlags,
  services: Services,
  profile: Profile,
  seed: string,
): Promise<InteropPlan> => {
  const isDefault = named.each.length + named.n1.length === 0;
  const { ends: shipped, skipped } = isDefault ? await shippedEnds(profile) : { ends: [], skipped: [] };
  const specs = new Map<string, EndSpec>();
  for (const end of [...named.each, ...named.n1, ...named.n2, ...shipped])
    if (!specs.has(end.name)) specs.set(end.name, await endSpec(end, flags, services, seed));
  const ends = [...specs.values()];
  if (named.n1.length === 0) return { ends, pairs: allPairs(ends), skipped };
  const specOf = ({ name }: EndText): EndSpec[] => ends.filter((spec) => spec.name === name);
  const pairs = named.n1.flatMap(specOf).flatMap((n1) => named.n2.flatMap(specOf).map((n2) => ({ n1, n2 })));
  return { ends, pairs, skipped };
};

const withoutRepeats = (texts: readonly string[]): readonly EndText[] => {
  const ends = texts.flatMap(readEnds);
  return ends.filter((end, index) => ends.findIndex(({ name }) => name === end.name) === index);
};

const endSpec = async (end: EndText, flags: InteropFlags, services: Services, seed: string): Promise<EndSpec> => {
  const { name, target, node, kernel } = end;
  const registry = await services.loadRegistry();
  const chosen = await services.chooseTarget({
    target,
    node,
    kernel,
    ...(flags.wire === undefined || !hasInterfaces(end) ? {} : { wire: flags.wire }),
    registry,
    seed,
  });
  if (chosen.expectationsFile !== undefined) checkExpectations(chosen.expectationsFile, chosen.expectations, registry);
  return {
    name,
    target,
    node,
    ...(kernel === undefined ? {} : { kernel }),
    probeNonsense: chosen.probeNonsense,
    expectations: flags.expectations ? chosen.expectations : [],
    policies: chosen.policies,
    start: chosen.start,
  };
};
