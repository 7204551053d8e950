import type { Fact } from '../domain/fact.ts';

/** Where a billing customer's user id stands. `elsewhere`: not in its own facts, as it shares a person with others. */
export type Place = 'subscription' | 'customer' | 'invoice' | 'checkout' | 'elsewhere' | 'nowhere';

/** In the order in which they outrank each other (semantics F2). */
export const PLACES: readonly Place[] = ['subscription', 'customer', 'invoice', 'checkout', 'elsewhere', 'nowhere'];

/** What the facts of one customer say of its user. */
export interface Threads {
  readonly places: ReadonlySet<Place>;
  /** The user ids that its subscriptions name, their copies on invoices included. */
  readonly subscriptionUsers: ReadonlySet<string>;
}

const namedBy = (fact: Fact): readonly (readonly [Place, string | null])[] => {
  if ('invoice' in fact) {
    return [
      ['subscription', fact.invoice.subscriptionUserId],
      ['invoice', fact.invoice.userId],
    ];
  }
  if (fact.kind === 'subscription_observed' || fact.kind === 'subscription_ended') {
    return [['subscription', fact.subscription.userId]];
  }
  if (fact.kind === 'customer_observed') return [['customer', fact.userId]];
  return fact.kind === 'checkout_completed' ? [['checkout', fact.userId]] : [];
};

/** Where user ids stand in the facts of one customer, in any order. */
export const toThreads = (facts: readonly Fact[]): Threads => {
  const places = new Set<Place>();
  const subscriptionUsers = new Set<string>();
  for (const [place, userId] of facts.flatMap(namedBy)) {
    if (userId === null) continue;
    places.add(place);
    if (place === 'subscription') subscriptionUsers.add(userId);
  }
  return { places, subscriptionUsers };
};
