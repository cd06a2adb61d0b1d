import {
  DEFAULT_PROFILE_NAME,
  NAMED_PROFILES,
  parseProfile,
  ProfileError,
  withPolicies,
  type Profile,
} from '../../profile/index.ts';
import { globMatcher } from '../../runner/glob.ts';
import type { TargetManifest } from '../../target/manifest.ts';

/** The profile to check a target with: the one that is asked for, the default where the target claims it, else one that it claims. */
export const claimedProfile = (manifest: TargetManifest, wanted: string | undefined): Profile =>
  withPolicies(wanted === undefined ? oneOf(manifest.profiles) : parseProfile(wanted), manifest.policies);

const oneOf = (profiles: readonly string[]): Profile => {
  const named = NAMED_PROFILES.map(({ name }) => name).toSorted(
    (a, b) => Number(b === DEFAULT_PROFILE_NAME) - Number(a === DEFAULT_PROFILE_NAME),
  );
  const claims = profiles.map(globMatcher);
  const claimed = named
    .map(parseProfile)
    .find((profile) => claims.some((matches) => matches(profile.name) || matches(profile.text)));
  return (
    claimed ??
    profiles.map(parsedOrNothing).find((profile) => profile !== undefined) ??
    parseProfile(DEFAULT_PROFILE_NAME)
  );
};

/** A claim may be a glob, which is no profile. */
const parsedOrNothing = (text: string): Profile | undefined => {
  try {
    return parseProfile(text);
  } catch (error) {
    if (error instanceof ProfileError) return undefined;
    throw error;
  }
};
