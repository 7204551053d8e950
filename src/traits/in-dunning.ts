import { defineTrait } from './trait.ts';

/** In dunning from the first failure until the end, unless suppressed (semantics D5, D6). */
export const inDunning = defineTrait('in_dunning', ({ standing }) => standing.inDunning);
