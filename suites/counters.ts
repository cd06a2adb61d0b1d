import type { TargetStats, TestContext } from '../harness/tester/context.ts';

type CounterName = keyof TargetStats['counters'];

/**
 * What the target has counted so far; null when it has said that there is no such counter. Ends the case as `skip` when the
 * target cannot say.
 */
export const readCounter = async (t: TestContext, name: CounterName): Promise<number | null> => {
  const value = (await t.stats()).counters[name];
  return value === undefined ? t.skip(`The target says nothing of a counter ${name}`) : value;
};

/** By how much a counter grows while something happens; null when there is no such counter. */
export const growthOf = async (
  t: TestContext,
  name: CounterName,
  action: () => Promise<unknown>,
): Promise<number | null> => {
  const before = await readCounter(t, name);
  await action();
  const after = await readCounter(t, name);
  return before === null || after === null ? null : after - before;
};
