import type { Instant } from '../domain/instant.ts';
import type { Transition } from './invoice.ts';
import type { SubscriptionLedger } from './subscription.ts';

/**
 * What it means that an invoice was marked uncollectible, by the provider's reason (docs/decisions/0012):
 * - `given_up`: `max_payment_attempts`, `payment_not_received`, no reason, one not known. Exhausts, ends lost.
 * - `forgiven`: `user_forgiven`; and `subscription_paused`, unless the pause itself was for non-payment.
 * - `canceled`: `subscription_canceled`. The end of the subscription says what became of the episode.
 * - `unheard_end`: `subscription_canceled`, before its end was heard of. Ends lost for now, and exhausts nothing.
 */
export type UncollectibleMeaning = 'given_up' | 'forgiven' | 'canceled' | 'unheard_end';

/** Whether the newest word by then was a pause because the last attempt failed; another way to stop collecting is none. */
const isPausedForNonPayment = (at: Instant, subscription: SubscriptionLedger | undefined): boolean =>
  subscription?.observed.findLast(({ occurredAt }) => occurredAt <= at)?.subscription.pausedForNonPayment === true;

export const meaningOf = (
  { state: { uncollectibleReason }, fact }: Pick<Transition, 'state' | 'fact'>,
  subscription: SubscriptionLedger | undefined,
): UncollectibleMeaning => {
  switch (uncollectibleReason) {
    case 'user_forgiven':
      return 'forgiven';
    case 'subscription_paused':
      return isPausedForNonPayment(fact.occurredAt, subscription) ? 'given_up' : 'forgiven';
    case 'subscription_canceled':
      return subscription?.ended != null ? 'canceled' : 'unheard_end';
    default:
      return 'given_up';
  }
};
