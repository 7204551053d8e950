import type { InvoiceState, PriceRef, SubscriptionState } from '../domain/fact.ts';
import type { Policy } from '../domain/policy.ts';

export interface Plan {
  readonly planId: string | null;
  /** False while a payload that may still come could name it better. */
  readonly known: boolean;
}

const fromTable = (prices: readonly PriceRef[], ids: Policy['plans']['ids']): string | undefined => {
  for (const price of prices) {
    const planId = ids[price.priceId] ?? (price.productId === null ? undefined : ids[price.productId]);
    if (planId !== undefined) return planId;
  }
  return undefined;
};

/**
 * The plan, in this order: `plan_id` in the metadata of subscription, price or product; the policy's table of price
 * and product ids; the lookup key; the price id. Either side may be missing.
 */
export const resolvePlan = (
  invoice: InvoiceState | null,
  subscription: SubscriptionState | null,
  policy: Policy,
): Plan => {
  const prices = [invoice?.price, subscription?.price].filter((price) => price !== null && price !== undefined);
  const named =
    subscription?.planId ??
    invoice?.subscriptionPlanId ??
    prices.find((price) => price.planId !== null)?.planId ??
    fromTable(prices, policy.plans.ids);
  if (named !== undefined && named !== null) return { planId: named, known: true };
  const lookupKey = prices.find((price) => price.lookupKey !== null)?.lookupKey ?? null;
  return {
    planId: lookupKey ?? prices[0]?.priceId ?? null,
    known: lookupKey !== null || prices.some((price) => price.details),
  };
};
