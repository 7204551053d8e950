/** How many single-character edits turn `a` into `b` (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (char === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

/** The word of `known` that `given` was most likely meant to be; null when none is near (over a third of it differs). */
export const nearest = (given: string, known: readonly string[]): string | null => {
  const word = given.slice(0, 100);
  const ranked = known.map((candidate) => ({ candidate, edits: distance(word, candidate) }));
  // Of two as near, the one that was only not written to its end.
  const begun = (candidate: string): number => (candidate.startsWith(word) ? 0 : 1);
  const best = ranked.sort((a, b) => a.edits - b.edits || begun(a.candidate) - begun(b.candidate))[0];
  return best !== undefined && best.edits <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : null;
};
