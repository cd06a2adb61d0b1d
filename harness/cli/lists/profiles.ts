import { NAMED_PROFILES, parseProfile } from '../../profile/index.ts';
import type { Listing } from './listing.ts';

/** The profiles that have a name; any other can be given in its text form. */
export const profileListing = (): Listing => ({
  what: 'profiles',
  entries: NAMED_PROFILES.map(({ name, text, description }) => {
    const { catalogueProfile, encapsulation, switches, outerTtl, fixedTos, staticMtuBytes } = parseProfile(name);
    return {
      id: name,
      facts: { name, text, description, catalogueProfile, encapsulation, switches, outerTtl, fixedTos, staticMtuBytes },
      cells: { profile: name, text, description },
    };
  }),
});
