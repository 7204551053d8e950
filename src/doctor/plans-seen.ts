import type { Fact, PriceRef, SubscriptionState, SubscriptionStatus } from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';

/** One plan of the live subscriptions of a sample. */
export interface PlanSeen {
  readonly planId: string;
  /** Nothing names a plan: its id is the provider's own price id. */
  readonly raw: boolean;
  readonly productId: string | null;
  readonly subscriptions: number;
}

const LIVE: readonly SubscriptionStatus[] = ['trialing', 'active', 'past_due', 'unpaid', 'paused'];

interface Latest {
  readonly at: Instant;
  readonly state: SubscriptionState;
}

/** The subscriptions of one customer, each as it was last stated. */
const latestOf = (facts: readonly Fact[]): ReadonlyMap<string, Latest> => {
  const latest = new Map<string, Latest>();
  for (const fact of facts) {
    if (fact.kind !== 'subscription_observed' && fact.kind !== 'subscription_ended') continue;
    const { subscription: state, occurredAt: at } = fact;
    const known = latest.get(state.id);
    if (known === undefined || at > known.at || (at === known.at && fact.kind === 'subscription_ended')) {
      latest.set(state.id, { at, state });
    }
  }
  return latest;
};

const fromTable = ({ priceId, productId }: PriceRef, ids: Policy['plans']['ids']): string | undefined =>
  ids[priceId] ?? (productId === null ? undefined : ids[productId]);

/** As the ledger resolves it from a subscription alone; a test holds the two together. */
export const planOf = (
  { planId, price }: Pick<SubscriptionState, 'planId' | 'price'>,
  ids: Policy['plans']['ids'],
): Omit<PlanSeen, 'subscriptions'> | null => {
  const productId = price?.productId ?? null;
  const named = planId ?? price?.planId ?? (price === null ? undefined : fromTable(price, ids)) ?? price?.lookupKey;
  if (named !== undefined && named !== null) return { planId: named, raw: false, productId };
  return price === null ? null : { planId: price.priceId, raw: true, productId };
};

/**
 * The plans of subscriptions that run, the most frequent first.
 * @param customers the facts of each, in any order.
 */
export const toPlansSeen = (
  customers: readonly (readonly Fact[])[],
  ids: Policy['plans']['ids'],
): readonly PlanSeen[] => {
  const plans = new Map<string, PlanSeen>();
  for (const facts of customers) {
    for (const { state } of latestOf(facts).values()) {
      const plan = LIVE.includes(state.status) ? planOf(state, ids) : null;
      if (plan === null) continue;
      plans.set(plan.planId, { ...plan, subscriptions: (plans.get(plan.planId)?.subscriptions ?? 0) + 1 });
    }
  }
  return [...plans.values()].toSorted((a, b) => b.subscriptions - a.subscriptions || (a.planId < b.planId ? -1 : 1));
};
