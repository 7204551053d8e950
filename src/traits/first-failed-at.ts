import { toIso } from '../domain/instant.ts';
import { defineTrait } from './trait.ts';

/** First failed attempt of the lead episode, ISO 8601; null when none is open. */
export const firstFailedAt = defineTrait('first_failed_at', ({ standing: { lead } }) =>
  lead === null ? null : toIso(lead.episode.openedAt),
);
