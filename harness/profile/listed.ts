import { mappingProfile, type CatalogueProfile, type Profile } from './profile.ts';

/** The catalogue's names that say how addresses map; fou, gue and gre say what stands between the headers. */
const MAPPINGS: readonly CatalogueProfile[] = ['6in4', '6to4', '6rd', '6rd-br', 'isatap', 'ip6ip6'];
/** The mapping that the catalogue's fou and gue stand for. */
const MAPPING_IN_UDP: CatalogueProfile = '6rd';

/**
 * Whether what the catalogue demands of the profiles in a list concerns this one. The catalogue has no columns for every
 * mapping in every framing: fou and gue are 6rd in UDP, gre is a configured tunnel in GRE. For another mapping in UDP
 *
 * - a list without mappings speaks of the framing alone, so it must name the framing;
 * - a list with mappings must name this one: what only an embedding overlay can fulfil says nothing of a configured tunnel. If it
 *   names 6rd but not the framing, it leaves UDP out on purpose (such as protocol 41 in the outer header); if it does not name 6rd
 *   either, it speaks of the mapping, whatever carries it.
 */
export const isListed = (
  { catalogueProfile, mapping }: Pick<Profile, 'catalogueProfile' | 'mapping'>,
  profiles: readonly CatalogueProfile[],
): boolean => {
  const isNamed = profiles.includes(catalogueProfile);
  const own = mappingProfile(mapping);
  // These have a column of their own.
  if (catalogueProfile === own || catalogueProfile === 'gre') return isNamed;
  const mappings = profiles.filter((name) => MAPPINGS.includes(name));
  if (mappings.length === 0) return isNamed;
  return mappings.includes(own) && (isNamed || !mappings.includes(MAPPING_IN_UDP));
};
