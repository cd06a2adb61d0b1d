import type { NodeSession } from '../node/node.ts';
import type { Profile } from '../profile/index.ts';
import { seededRandom } from '../random.ts';
import { TargetError } from '../target/target-error.ts';
import type { TargetSetup } from '../target/setup.ts';
import { planSetUp } from '../tester/set-up.ts';

/**
 * Asks the target for something that nobody can do. Only a target that refuses it with exit code 127 is believed when it
 * refuses anything else; from one that says "ready", every skip would be worthless.
 *
 * @throws TargetError when the target accepts it, or breaks.
 */
export const probeWithNonsense = async (session: NodeSession, profile: Profile, seed: string): Promise<void> => {
  const setup = nonsenseSetup(planSetUp(session, profile).setup, seed);
  const outcome = await session.up(setup);
  await session.down();
  if (outcome.kind === 'unsupported') return;
  throw new TargetError(
    `Expected the target to refuse the profile ${JSON.stringify(setup.profile)}, which does not exist, with exit code 127; ` +
      'it said that it is ready, so its refusals could not be believed. Let `up` exit 127 for a mapping or encapsulation that it does not know',
  );
};

/** The set-up in which everything that says what to do is a word that does not exist. */
export const nonsenseSetup = (base: TargetSetup, seed: string): TargetSetup => {
  const word = `nonsense-${seededRandom(seed).fork('nonsense').nextUint32().toString(16).padStart(8, '0')}`;
  // Outside the types on purpose: a target must refuse words that no version of the contract knows.
  const kind = word as never;
  return { ...base, profile: word, mapping: { kind }, encapsulation: { kind } };
};
