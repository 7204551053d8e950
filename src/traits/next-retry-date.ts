import { toIso } from '../domain/instant.ts';
import { defineTrait } from './trait.ts';

/** When the provider tries the lead episode's worst invoice again, ISO 8601; null unless scheduled (semantics D1). */
export const nextRetryDate = defineTrait('next_retry_date', ({ standing }) => {
  const date = standing.lead?.retry.date ?? null;
  return date === null ? null : toIso(date);
});
