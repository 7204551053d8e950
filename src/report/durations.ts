/** Durations, each with how often it occurred. */
export interface Durations {
  /** Negative ones, as of two clocks that differ, count as 0. */
  readonly add: (ms: number) => void;
  readonly figures: () => Figures | null;
  /** How many took at most so long. */
  readonly within: (ms: number) => number;
}

/** Exact, by nearest rank: the smallest duration that the share of all did not exceed. In ms. */
export interface Figures {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Collects durations; null figures while there are none. */
export const makeDurations = (): Durations => {
  const counts = new Map<number, number>();
  let total = 0;
  return {
    add: (ms) => {
      const at = Math.max(0, ms);
      counts.set(at, (counts.get(at) ?? 0) + 1);
      total += 1;
    },
    within: (ms) => [...counts].reduce((sum, [at, n]) => (at <= ms ? sum + n : sum), 0),
    figures: () => {
      if (total === 0) return null;
      const sorted = [...counts].sort(([a], [b]) => a - b);
      const rank = (share: number): number => {
        let left = Math.ceil(share * total);
        for (const [ms, n] of sorted) {
          left -= n;
          if (left <= 0) return ms;
        }
        return sorted.at(-1)?.[0] ?? 0;
      };
      return { count: total, p50Ms: rank(0.5), p95Ms: rank(0.95), p99Ms: rank(0.99), maxMs: rank(1) };
    },
  };
};
