import { defineTrait } from './trait.ts';

/** Executed attempts on the worst open invoice of the lead episode; null when none is open. */
export const dunningAttemptNumber = defineTrait(
  'dunning_attempt_number',
  ({ standing }) => standing.lead?.attemptNumber ?? null,
);
