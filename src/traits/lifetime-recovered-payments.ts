import { defineTrait } from './trait.ts';

/** Dunning episodes that ended recovered, ever. */
export const lifetimeRecoveredPayments = defineTrait(
  'lifetime_recovered_payments',
  ({ ledger }) => ledger.episodes.filter((episode) => episode.outcome === 'recovered').length,
);
