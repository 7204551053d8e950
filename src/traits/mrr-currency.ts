import { defineTrait } from './trait.ts';

/** ISO 4217 code, upper case, of `mrr` and `arr`; null where they are. */
export const mrrCurrency = defineTrait('mrr_currency', ({ revenue }) => revenue?.currency.toUpperCase() ?? null);
