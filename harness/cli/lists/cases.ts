import type { CaseRegistry } from '../../runner/registry.ts';
import type { Listing } from './listing.ts';

/** Every case, in catalogue order. */
export const caseListing = (registry: CaseRegistry): Listing => ({
  what: 'cases',
  entries: registry.cases.map(({ definition, requirement }) => {
    const traits = [
      ...(definition.slow === true ? ['slow'] : []),
      ...(definition.fresh === true ? ['fresh'] : []),
      ...(definition.setup === undefined ? [] : ['own set-up']),
    ];
    return {
      id: definition.id,
      facts: {
        id: definition.id,
        requirement: definition.requirement,
        alsoJudges: definition.alsoJudges ?? [],
        level: requirement.level,
        area: requirement.area,
        profiles: requirement.profiles,
        priority: requirement.priority,
        slow: definition.slow === true,
        fresh: definition.fresh === true,
        setup: definition.setup ?? {},
        title: requirement.title,
      },
      cells: {
        case: definition.id,
        level: requirement.level,
        profiles: requirement.profiles.join(' '),
        traits: traits.join(', '),
        title: requirement.title,
      },
    };
  }),
});
