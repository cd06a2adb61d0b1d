import { InvalidArgumentError } from 'commander';
import { LAB_MTU_BYTES } from '../lab/index.ts';
import { overheadBytes, parseProfile, ProfileError, type Profile } from '../profile/index.ts';
import { invalidProfile, readProfileText } from './option-values.ts';
import { UsageError } from './usage-error.ts';

/** Why a profile, fine as it is, cannot be judged in the lab: what its tunnel takes whole must leave it whole. */
const whyUnfit = (profile: Profile): string | undefined => {
  if (profile.switches.mtuMode !== 'static') return undefined;
  const bytes = overheadBytes(profile);
  const mostBytes = LAB_MTU_BYTES - bytes;
  if (profile.staticMtuBytes <= mostBytes) return undefined;
  return `expected mtu=static:1280 to static:${String(mostBytes)}, found static:${String(profile.staticMtuBytes)}; the underlay has an MTU of ${String(LAB_MTU_BYTES)}, and the tunnel adds ${String(bytes)}`;
};

/** As {@link readProfileText}, for what a target is to be run with. */
export const readLabProfileText = (text: string): string => {
  const profile = parseProfile(readProfileText(text));
  const reason = whyUnfit(profile);
  if (reason === undefined) return text;
  throw new InvalidArgumentError(invalidProfile(new ProfileError(reason, text, text.indexOf('mtu=static'))));
};

/** The same with the policies of a target. Throws UsageError. */
export const expectFit = (profile: Profile): Profile => {
  const reason = whyUnfit(profile);
  if (reason === undefined) return profile;
  throw new UsageError(`--profile ${profile.name}, with the policies of the target (${profile.text}): ${reason}`);
};
