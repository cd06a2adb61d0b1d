import { builtInTargets } from '../../target/built-in.ts';
import { loadTarget } from '../../target/load-target.ts';
import type { Listing } from './listing.ts';

/** The targets that ship; any other is given as the folder that holds its `target.json`. */
export const targetListing = async (): Promise<Listing> => {
  const targets = await Promise.all((await builtInTargets()).map((name) => loadTarget(name)));
  return {
    what: 'targets',
    entries: targets.map(({ manifest, folder }) => ({
      id: manifest.name,
      facts: { ...manifest, folder: folder ?? null },
      cells: {
        target: manifest.name,
        kind: manifest.kind,
        profiles: manifest.profiles.join(' '),
        needs: manifest.needs.join(', '),
        description: manifest.description,
      },
    })),
  };
};
