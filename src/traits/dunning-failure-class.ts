import { defineTrait } from './trait.ts';

/** What the customer may be told about the newest attempt of the lead episode; null when none is open. */
export const dunningFailureClass = defineTrait(
  'dunning_failure_class',
  ({ standing }) => standing.lead?.lastAttempt?.decline.failureClass ?? null,
);
