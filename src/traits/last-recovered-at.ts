import { toIso } from '../domain/instant.ts';
import { defineTrait } from './trait.ts';

/** When an episode last ended recovered, ISO 8601; null if never. */
export const lastRecoveredAt = defineTrait('last_recovered_at', ({ ledger }) => {
  const ends = ledger.episodes.filter((episode) => episode.outcome === 'recovered').map((episode) => episode.endedAt);
  const last = ends.reduce((max, at) => (at !== null && (max === null || at > max) ? at : max), null);
  return last === null ? null : toIso(last);
});
