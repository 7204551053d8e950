import type { CardChange } from './cards/cards-changes.ts';

/**
 * How a failed invoice came to be paid (semantics C3); the first that holds:
 * - `out_of_band`: the provider says so, or nothing was due; or, where a shape cannot say so, neither a charge nor a
 *   raised attempt count shows.
 * - `account_updater`, `card_updated`: a charge, and between the last failed attempt and it the card in the slot that is
 *   charged became a new or changed one, the newest time by the card network, or by the customer or the API. Not where
 *   the charge says that it used another method than the slot's.
 * - `automatic_retry`: a charge by the provider itself that raised its attempt count above the last failure's.
 * - `customer_paid`: any other charge: somebody was there to make it.
 * - `unknown`: paid, and nothing tells how.
 * - `operator`: a person marked it as recovered.
 */
export type RecoveredVia =
  | 'automatic_retry'
  | 'card_updated'
  | 'account_updater'
  | 'customer_paid'
  | 'out_of_band'
  | 'operator'
  | 'unknown';

/** What was seen of a payment. */
export interface SeenPayment {
  readonly outOfBand: boolean;
  /** A charge was executed for it. */
  readonly charged: boolean;
  /** The provider's attempt count is above the last failure's. */
  readonly raised: boolean;
  /** No notice of it answers a request. */
  readonly automatic: boolean;
  /** The shape has no place to say that it was out of band. */
  readonly mayBeOutOfBand: boolean;
  readonly cardChange: CardChange | null;
}

/** Names how it was paid, by the rules above. */
export const recoveredVia = (seen: SeenPayment): RecoveredVia => {
  if (seen.outOfBand) return 'out_of_band';
  if (!seen.charged) return seen.mayBeOutOfBand && !seen.raised ? 'out_of_band' : 'unknown';
  if (seen.cardChange !== null) return seen.cardChange === 'network' ? 'account_updater' : 'card_updated';
  return seen.raised && seen.automatic ? 'automatic_retry' : 'customer_paid';
};
