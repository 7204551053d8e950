import { defineTrait } from './trait.ts';

/** Executed failed attempts of dunnable invoices, ever. */
export const lifetimeFailedPayments = defineTrait('lifetime_failed_payments', ({ ledger }) =>
  ledger.episodes.reduce((sum, episode) => sum + episode.attempts.length, 0),
);
