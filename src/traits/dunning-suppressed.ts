import { defineTrait } from './trait.ts';

/** There is a reason for a message and none may go out (semantics D6). */
export const dunningSuppressed = defineTrait('dunning_suppressed', ({ standing }) => standing.suppressed);
