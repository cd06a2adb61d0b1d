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

/**
 * The order of a run. The base set-up comes first, other set-ups follow in the order in which the catalogue first asks for
 * them, then the cases that need a fresh DUT each, and slow cases last, so that most verdicts are known early.
 */
export const planGroups = (cases: readonly SelectedCase[]): readonly CaseGroup[] => {
  const quick = cases.filter(({ definition }) => definition.slow !== true);
  const slow = cases.filter(({ definition }) => definition.slow === true);
  return [quick, slow].flatMap((batch) => [
    ...grouped(batch.filter(({ definition }) => definition.fresh !== true)),
    ...batch.filter(({ definition }) => definition.fresh === true).map(freshGroup),
  ]);
};

const freshGroup = (selected: SelectedCase): CaseGroup => {
  const changes = selected.definition.setup;
  return { key: setupKey(changes), changes, cases: [selected], fresh: true };
};

const grouped = (cases: readonly SelectedCase[]): readonly CaseGroup[] => {
  const groups = new Map<string, { readonly changes: SetupChanges | undefined; readonly cases: SelectedCase[] }>();
  for (const selected of cases) {
    const changes = selected.definition.setup;
    const key = setupKey(changes);
    const group = groups.get(key) ?? { changes, cases: [] };
    group.cases.push(selected);
    groups.set(key, group);
  }
  const base = setupKey(undefined);
  const inOrder = [...groups].map(([key, group]) => ({ key, ...group, fresh: false }));
  return [...inOrder.filter(({ key }) => key === base), ...inOrder.filter(({ key }) => key !== base)];
};
