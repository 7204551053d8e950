import { defineTrait } from './trait.ts';

/** Why no dunning message may go out although there is a reason for one; null unless `dunning_suppressed` (semantics D6). */
export const suppressionReason = defineTrait('suppression_reason', ({ standing }) => standing.suppressionReason);
