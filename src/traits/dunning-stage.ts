import { defineTrait } from './trait.ts';

/** Where the profile stands now; exactly one stage holds (semantics D). */
export const dunningStage = defineTrait('dunning_stage', ({ standing }) => standing.stage);
