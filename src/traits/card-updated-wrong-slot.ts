import { defineTrait } from './trait.ts';

/** A card was added or changed since a new one is needed, and what will be charged is still the old one (semantics C4). */
export const cardUpdatedWrongSlot = defineTrait(
  'card_updated_wrong_slot',
  ({ ledger }) => ledger.wrongSlots.length > 0,
);
