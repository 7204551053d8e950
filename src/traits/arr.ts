import { toMajorUnits } from '../domain/money.ts';
import { defineTrait } from './trait.ts';

/** Annual recurring revenue in major units of `mrr_currency`; null where `mrr` is. */
export const arr = defineTrait('arr', ({ revenue }) =>
  revenue === null ? null : toMajorUnits(revenue.arrMinor, revenue.currency),
);
