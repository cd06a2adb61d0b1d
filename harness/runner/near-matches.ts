/** Edit distance in which a character may be added, removed or replaced (Levenshtein). */
const distance = (a: string, b: string): number => {
  const wanted = Array.from(b);
  let row = Array.from({ length: wanted.length + 1 }, (_, index) => index);
  for (const [i, left] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, right] of wanted.entries()) {
      const replaced = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};

/** Those of `known` that somebody who typed `text` may have meant, the likeliest first. */
export const nearMatches = (text: string, known: readonly string[], limit = 3): readonly string[] => {
  const plain = text.replace(/[*?{}]/g, '');
  const containing = plain.length < 3 ? [] : known.filter((candidate) => candidate.includes(plain));
  const close = known
    .map((candidate) => ({ candidate, edits: distance(plain, candidate) }))
    .filter(({ candidate, edits }) => edits <= Math.max(2, candidate.length / 4))
    .sort((a, b) => a.edits - b.edits)
    .map(({ candidate }) => candidate);
  return [...new Set([...close, ...containing])].slice(0, limit);
};
