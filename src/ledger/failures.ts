import { DAY_MS, type Instant, plus } from '../domain/instant.ts';
import type { Episode } from './episode.ts';

/** A failed attempt is recent this long, in ms. */
export const FAILURE_WINDOW_MS = 90 * DAY_MS;

/**
 * When each executed failed attempt of a dunnable invoice leaves the 90-day window, the first to leave first; those
 * that have left are not among them. A failure at `a` counts for `a <= t < a + 90 d`.
 */
export const recentFailuresLeaveAt = (ledger: {
  readonly episodes: readonly Episode[];
  readonly now: Instant;
}): readonly Instant[] =>
  ledger.episodes
    .flatMap((episode) => episode.attempts.map((attempt) => plus(attempt.at, FAILURE_WINDOW_MS)))
    .filter((leavesAt) => leavesAt > ledger.now)
    .sort((a, b) => a - b);
