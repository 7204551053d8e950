import { defineTrait } from './trait.ts';

/** Whether the provider tries again; null when no episode is open (semantics D1). */
export const nextRetryStatus = defineTrait('next_retry_status', ({ standing }) => standing.lead?.retry.status ?? null);
