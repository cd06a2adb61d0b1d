import type { Requirement } from '../../runner/requirement.ts';
import type { Listing } from './listing.ts';

/** The faults of the catalogue: defects that the cases of a requirement must catch. `known` are those that the reference can show. */
export const faultListing = (requirements: readonly Requirement[], known: ReadonlySet<string>): Listing => ({
  what: 'faults',
  entries: requirements.flatMap((requirement) =>
    requirement.faults.map(({ name, defect }) => ({
      id: name,
      facts: { name, requirement: requirement.id, defect, inReference: known.has(name) },
      cells: { fault: name, requirement: requirement.id, 'in the reference': known.has(name) ? 'yes' : 'no', defect },
    })),
  ),
});
