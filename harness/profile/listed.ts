import { mappingProfile, type CatalogueProfile, type Profile } from './profile.ts';

/** The catalogue's names that say how addresses map; the others say what stands between the headers. */
const MAPPINGS: readonly CatalogueProfile[] = ['6in4', '6to4', '6rd', '6rd-br', 'isatap', 'ip6ip6'];

/**
 * Whether what the catalogue demands of the profiles in a list concerns this one. An overlay in UDP must be listed by its framing
 * and, where the list names mappings at all, by its mapping as well: what only an embedding overlay can fulfil says nothing of a
 * configured tunnel, whatever it is carried in.
 */
export const isListed = (
  { catalogueProfile, mapping }: Pick<Profile, 'catalogueProfile' | 'mapping'>,
  profiles: readonly CatalogueProfile[],
): boolean => {
  if (!profiles.includes(catalogueProfile)) return false;
  const mappings = profiles.filter((name) => MAPPINGS.includes(name));
  return mappings.length === 0 || mappings.includes(mappingProfile(mapping));
};
