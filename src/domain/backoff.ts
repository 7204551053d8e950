/**
 * How long to wait after the `failures`-th failure in a row: "full jitter", uniformly random below a doubling bound, which
 * cuts the total work most when many contend (AWS, "Exponential Backoff and Jitter").
 * @param failures consecutive failures so far, 1 for the first.
 * @param random uniform in [0, 1).
 * @returns whole milliseconds in [0, min(capMs, baseMs * 2^(failures - 1))).
 */
export const fullJitterMs = (
  failures: number,
  random: () => number,
  { baseMs = 1_000, capMs = 300_000 }: { readonly baseMs?: number; readonly capMs?: number } = {},
): number => Math.floor(random() * Math.min(capMs, baseMs * 2 ** Math.max(0, failures - 1)));
