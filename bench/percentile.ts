/** The `share` (0 to 1) percentile of `sorted` ascending values by nearest rank; NaN when there are none. */
export const percentile = (sorted: readonly number[] | Float64Array, share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
