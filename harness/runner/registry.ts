import { Proto41Error } from '../errors.ts';
import type { Area, CaseDefinition } from './case.ts';
import type { Requirement } from './requirement.ts';

/** The id `<requirement>/passive` names the result of a requirement that only rules have judged; no case may take it. */
export const PASSIVE_VARIANT = 'passive';

/** A defect of the suites themselves: a case without requirement, or two of one name. */
export class RegistryError extends Proto41Error {
  constructor(message: string) {
    super(message, { code: 'REGISTRY_INVALID' });
  }
}

/** A case with the requirement that it checks, at its place in the catalogue's order. */
export interface RegisteredCase {
  readonly definition: CaseDefinition;
  readonly requirement: Requirement;
  /** Position among all cases, whatever is selected. */
  readonly index: number;
}

export interface CaseRegistry {
  readonly requirements: readonly Requirement[];
  readonly cases: readonly RegisteredCase[];
  readonly requirement: (id: string) => Requirement | undefined;
  readonly case: (id: string) => RegisteredCase | undefined;
}

/** Ids of all cases of a requirement. */
export const caseIdsOf = ({ cases }: Pick<CaseRegistry, 'cases'>, requirementId: string): readonly string[] =>
  cases.flatMap(({ requirement, definition }) => (requirement.id === requirementId ? definition.id : []));

/**
 * Joins the suites with the catalogue. Cases stand in the order of their requirements, and as written within one.
 *
 * @throws RegistryError for an id that is used twice or reserved, and for a requirement that the catalogue does not know.
 */
export const createRegistry = (requirements: readonly Requirement[], areas: readonly Area[]): CaseRegistry => {
  const order = new Map(requirements.map((requirement, index) => [requirement.id, { requirement, index }]));
  const known = (id: string, caseId: string): { requirement: Requirement; index: number } => {
    const entry = order.get(id);
    if (entry !== undefined) return entry;
    throw new RegistryError(`Case ${caseId}: expected a requirement of the catalogue, found ${id}`);
  };
  const found = areas.flatMap((area) =>
    area.cases.map((definition) => {
      checkDefinition(definition);
      for (const other of definition.alsoJudges ?? []) known(other, definition.id);
      return { definition, ...known(definition.requirement, definition.id) };
    }),
  );
  found.sort((a, b) => a.index - b.index);
  const cases = found.map(({ definition, requirement }, index) => ({ definition, requirement, index }));
  const byId = new Map<string, RegisteredCase>();
  for (const registered of cases) {
    const { id } = registered.definition;
    if (byId.has(id))
      throw new RegistryError(`Case ${id}: expected a unique id, found it twice; give one of them a variant`);
    byId.set(id, registered);
  }
  return {
    requirements,
    cases,
    requirement: (id) => order.get(id)?.requirement,
    case: (id) => byId.get(id),
  };
};

const checkDefinition = ({ id, variant }: CaseDefinition): void => {
  if (variant === undefined) return;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(variant))
    throw new RegistryError(`Case ${id}: expected a variant in kebab case, found ${JSON.stringify(variant)}`);
  if (variant === PASSIVE_VARIANT)
    throw new RegistryError(`Case ${id}: the variant "${PASSIVE_VARIANT}" is reserved for what only rules judge`);
};
