import { defineTrait } from './trait.ts';

/** ISO 4217 code, upper case, of `dunning_amount_due`; null when no episode is open. */
export const dunningCurrency = defineTrait(
  'dunning_currency',
  ({ standing }) => standing.lead?.invoice.latest.currency.toUpperCase() ?? null,
);
