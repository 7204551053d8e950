import { DAY_MS, HOUR_MS, MINUTE_MS } from './instant.ts';

/** When a tool is read back after it took a state: a schedule as data, shared by who settles and who looks. */

/**
 * How long after the acknowledgement the first look comes, and each further one after the one before, in ms.
 *
 * 1 min: tools acknowledge what they have queued, and apply most of it within seconds. A queue that lags more (Braze says
 * minutes) shows as a drift and is asserted once more, which changes nothing.
 * 10 min: what else was under way by then (a batch of another pipeline, a retry of a proxy) has been applied.
 * 24 h: imports and syncs of others run by the hour or the night.
 */
export const LOOKS_MS: readonly number[] = [MINUTE_MS, 10 * MINUTE_MS, DAY_MS];

/**
 * How long after the n-th assertion in a row of one and the same state it is looked at, in ms; the last from then on. A
 * first drift is mended at once and seen to be; one that comes back is another writer, whom no number of calls convinces.
 */
export const AFTER_DRIFT_MS: readonly number[] = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS];

/** From so many drifts in a row on, people are told that another writer is at work. */
export const FIGHT_DRIFTS = 3;

/**
 * How long until the next look, in ms; null: none is due, the sample will come by.
 * @param looks how many in a row found what should be there.
 * @param drifts how often the state had to be asserted again.
 */
export const nextLookMs = ({ looks, drifts }: { readonly looks: number; readonly drifts: number }): number | null => {
  if (looks > 0 || drifts === 0) return LOOKS_MS[looks] ?? null;
  return AFTER_DRIFT_MS[Math.min(drifts, AFTER_DRIFT_MS.length) - 1] ?? null;
};
