import { defineTrait } from './trait.ts';

/** What people see of the dunning state, as one word (semantics D5). */
export const dunningStatus = defineTrait('dunning_status', ({ standing }) => standing.status);
