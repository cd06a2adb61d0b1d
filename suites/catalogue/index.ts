import { AREAS, type Requirement } from '../../harness/runner/requirement.ts';
import { assertUnique, loadArea } from './load.ts';

/** Everything that can be demanded, in the order of the catalogue: by area, then by id. */
export const requirements: readonly Requirement[] = AREAS.flatMap(loadArea);
assertUnique(requirements);

const byId: ReadonlyMap<string, Requirement> = new Map(
  requirements.map((requirement) => [requirement.id, requirement]),
);

export const requirementById = (id: string): Requirement | undefined => byId.get(id);

export { CatalogueError } from './load.ts';
