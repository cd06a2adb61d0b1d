import type { Switches } from '../profile/index.ts';
import type { SetupChanges } from '../tester/context.ts';
import type { SelectedCase } from './select-cases.ts';

/** Cases that share one set-up of the DUT. */
export interface CaseGroup {
  /** Canonical text of the changes; equal for equal set-ups. `{}` is the base set-up. */
  readonly key: string;
  readonly changes: SetupChanges | undefined;
  readonly cases: readonly SelectedCase[];
  /** The one case of the group needs a DUT that has seen no packet. */
  readonly fresh: boolean;
}

/** JSON with sorted keys and without undefined values, so that equal set-ups have equal texts. */
export const setupKey = (changes: SetupChanges | undefined): string => JSON.stringify(sorted(changes ?? {}));

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  );
};

/** The changes without the switch values that the profile has anyway: they ask for nothing, and so for no set-up of its own. */
export const effectiveChanges = (
  changes: SetupChanges | undefined,
  switches: Switches | undefined,
): SetupChanges | undefined => {
  if (changes?.switches === undefined || switches === undefined || changes.profileText !== undefined) return changes;
  const { switches: asked, ...rest } = changes;
  const profiled = new Map<string, string>(Object.entries(switches));
  const different = Object.entries(asked).filter(([name, value]) => profiled.get(name) !== value);
  if (different.length > 0) return { ...rest, switches: Object.fromEntries(different) };
  return Object.keys(rest).length === 0 ? undefined : rest;
};

/**
 * The order of a run. The base set-up comes first, other set-ups follow in the order in which the catalogue first asks for
 * them, then the cases that need a fresh DUT each, and slow cases last, so that most verdicts are known early.
 */
export const planGroups = (cases: readonly SelectedCase[], switches?: Switches): readonly CaseGroup[] => {
  const quick = cases.filter(({ definition }) => definition.slow !== true);
  const slow = cases.filter(({ definition }) => definition.slow === true);
  return [quick, slow].flatMap((batch) => [
    ...grouped(
      batch.filter(({ definition }) => definition.fresh !== true),
      switches,
    ),
    ...batch.filter(({ definition }) => definition.fresh === true).map((selected) => freshGroup(selected, switches)),
  ]);
};

const freshGroup = (selected: SelectedCase, switches: Switches | undefined): CaseGroup => {
  const changes = effectiveChanges(selected.definition.setup, switches);
  return { key: setupKey(changes), changes, cases: [selected], fresh: true };
};

const grouped = (cases: readonly SelectedCase[], switches: Switches | undefined): readonly CaseGroup[] => {
  const groups = new Map<string, { readonly changes: SetupChanges | undefined; readonly cases: SelectedCase[] }>();
  for (const selected of cases) {
    const changes = effectiveChanges(selected.definition.setup, switches);
    const key = setupKey(changes);
    const group = groups.get(key) ?? { changes, cases: [] };
    group.cases.push(selected);
    groups.set(key, group);
  }
  const base = setupKey(undefined);
  const inOrder = [...groups].map(([key, group]) => ({ key, ...group, fresh: false }));
  return [...inOrder.filter(({ key }) => key === base), ...inOrder.filter(({ key }) => key !== base)];
};
