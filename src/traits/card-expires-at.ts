import { toIso } from '../domain/instant.ts';
import { defineTrait } from './trait.ts';

/** End of the month to which the expiring card is valid, ISO 8601; null unless the stage is `card_expiring`. */
export const cardExpiresAt = defineTrait('card_expires_at', ({ standing }) =>
  standing.cardExpiresAt === null ? null : toIso(standing.cardExpiresAt),
);
