import type { Fact } from './facts.ts';
import { subscriptionFacts } from './facts.ts';

/**
 * D6: the customer asked to leave and did not take it back. Decision 0004: an end without a reason is a wish only in
 * shapes that have no place for a reason, and only where the subscription was seen without an end before.
 */
export const cancelIsRequested = (facts: readonly Fact[], subscription: string): boolean => {
  let seenWithoutEnd = false;
  let requested = false;
  for (const fact of subscriptionFacts(facts, subscription)) {
    const { cancelAt, cancelReason, cancelReasonStated } = fact.subscription;
    if (fact.kind === 'subscription_ended') continue;
    if (cancelAt === null) {
      seenWithoutEnd = true;
      requested = false;
    } else {
      requested = cancelReason === 'requested' || (cancelReason === null && !cancelReasonStated && seenWithoutEnd);
    }
  }
  return requested;
};

/** Has the subscription ended, by these facts. */
export const hasEnded = (facts: readonly Fact[], subscription: string): boolean =>
  subscriptionFacts(facts, subscription).some(({ kind }) => kind === 'subscription_ended');

/** D4: live is active or trialing, by the newest word, and not ended. */
export const isLive = (facts: readonly Fact[], subscription: string): boolean => {
  const status = subscriptionFacts(facts, subscription).at(-1)?.subscription.status;
  return !hasEnded(facts, subscription) && (status === 'active' || status === 'trialing');
};
