import { toMajorUnits } from '../domain/money.ts';
import { defineTrait } from './trait.ts';

/** Monthly recurring revenue in major units of `mrr_currency`; null where it is not known or in several currencies. */
export const mrr = defineTrait('mrr', ({ revenue }) =>
  revenue === null ? null : toMajorUnits(revenue.mrrMinor, revenue.currency),
);
