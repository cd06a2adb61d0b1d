import type { TargetSetup } from '../../target/setup.ts';
import type { Behaviour } from '../behaviour.ts';

/** One named defect: a few decisions of the node replaced by wrong ones. */
export interface Fault {
  /** The catalogue's name. */
  readonly name: string;
  /** Id of the requirement that it breaks. */
  readonly requirement: string;
  /** Called once for each node that starts; what the fault remembers lives in the closure of this call. */
  readonly apply: (behaviour: Behaviour) => Behaviour;
  /** What runs on a node that nobody has configured; absent for nothing at all. */
  readonly unconfigured?: TargetSetup;
}

export type Change = Fault['apply'];
/** The areas whose decisions are functions and values by name. */
type NamedArea = Exclude<keyof Behaviour, 'start'>;

/** The faults of one requirement, by name. */
export const faultsOf = (requirement: string, changes: Readonly<Record<string, Change>>): Fault[] =>
  Object.entries(changes).map(([name, apply]) => ({ name, requirement, apply }));

/** Replaces decisions of one area; `change` gets the area as it is, once per node. */
export const inArea =
  <Area extends NamedArea>(area: Area, change: (is: Behaviour[Area]) => Partial<Behaviour[Area]>): Change =>
  (behaviour) => ({ ...behaviour, [area]: { ...behaviour[area], ...change(behaviour[area]) } });

/** Several changes as one fault. */
export const together =
  (...changes: readonly Change[]): Change =>
  (behaviour) =>
    changes.reduce((changed, change) => change(changed), behaviour);

interface Check<Question extends readonly unknown[]> {
  readonly name: string;
  readonly violated: (...question: Question) => boolean;
}

/** A list of checks without some of them. */
export const without = <Kind extends { readonly name: string }>(
  checks: readonly Kind[],
  ...names: readonly string[]
): Kind[] => checks.filter((check) => !names.includes(check.name));

/** The same checks, none of which looks at what meets a condition. */
export const exempting = <Question extends readonly unknown[], Kind extends Check<Question>>(
  checks: readonly (Kind & Check<Question>)[],
  condition: (...question: Question) => boolean,
): (Kind & Check<Question>)[] =>
  checks.map((check) => ({
    ...check,
    violated: (...question) => !condition(...question) && check.violated(...question),
  }));
