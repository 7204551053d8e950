import type { Fact } from '../domain/fact.ts';

/** What one subscription says of its user: its own metadata, else the copy that its invoices carry. */
interface Stated {
  own: string | null;
  copied: string | null;
}

/**
 * The person that a billing customer is: the user id in the metadata of the subscription, else of the customer, else of
 * the invoice (semantics F2). An invoice keeps a copy of its subscription's metadata as it was, so the subscription's
 * own word outranks it. Of several subscriptions the first that names anybody decides, so that they do not take turns.
 */
export const findUserId = (facts: readonly Fact[]): string | null => {
  const subscriptions = new Map<string, Stated>();
  const statedBy = (id: string): Stated => {
    const stated = subscriptions.get(id) ?? { own: null, copied: null };
    subscriptions.set(id, stated);
    return stated;
  };
  let customer: string | null = null;
  let invoice: string | null = null;
  for (const fact of facts) {
    if ('invoice' in fact) {
      const { subscription, subscriptionUserId, userId } = fact.invoice;
      if (subscription !== null) statedBy(subscription).copied = subscriptionUserId ?? statedBy(subscription).copied;
      invoice = userId ?? invoice;
    } else if (fact.kind === 'subscription_observed' || fact.kind === 'subscription_ended') {
      const stated = statedBy(fact.subscription.id);
      stated.own = fact.subscription.userId ?? stated.own;
    } else if (fact.kind === 'customer_observed') customer = fact.userId ?? customer;
  }
  const named = [...subscriptions.values()].find(({ own, copied }) => own !== null || copied !== null);
  return named?.own ?? named?.copied ?? customer ?? invoice;
};
