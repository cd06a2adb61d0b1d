/**
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002): a subset of the items, in their
 * order, that still shows what all of them show, and of which none can be left out.
 *
 * @param shows asked about ever smaller subsets, never about all the items
 */
export const minimize = async <Item>(
  items: readonly Item[],
  shows: (subset: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> => {
  let kept = items;
  let parts = 2;
  while (kept.length > 1) {
    const smaller = await firstThatShows(kept, parts, shows);
    if (smaller !== undefined) {
      parts = smaller.isPart ? 2 : Math.max(2, parts - 1);
      kept = smaller.items;
    } else if (parts >= kept.length) return kept;
    else parts = Math.min(kept.length, parts * 2);
  }
  return kept;
};

const firstThatShows = async <Item>(
  items: readonly Item[],
  parts: number,
  shows: (subset: readonly Item[]) => Promise<boolean>,
): Promise<{ readonly items: readonly Item[]; readonly isPart: boolean } | undefined> => {
  const bounds = Array.from({ length: parts + 1 }, (_, index) => Math.floor((index * items.length) / parts));
  const part = (index: number): readonly Item[] => items.slice(bounds[index], bounds[index + 1]);
  for (let index = 0; index < parts; index += 1)
    if (await shows(part(index))) return { items: part(index), isPart: true };
  // With two parts the rest of one is the other.
  for (let index = 0; parts > 2 && index < parts; index += 1) {
    const rest = [...items.slice(0, bounds[index]), ...items.slice(bounds[index + 1])];
    if (await shows(rest)) return { items: rest, isPart: false };
  }
  return undefined;
};
