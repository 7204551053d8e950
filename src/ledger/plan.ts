import type { Fact, InvoiceState, PriceRef, SubscriptionState } from '../domain/fact.ts';
import type { Policy } from '../domain/policy.ts';

export interface Plan {
  readonly planId: string | null;
  /** False while a payload that may still come could name it better. */
  readonly known: boolean;
}

/** All that was ever stated of each price, by its id. */
export type PriceBook = ReadonlyMap<string, PriceRef>;

const priceIn = (fact: Fact): PriceRef | null => {
  if ('invoice' in fact) return fact.invoice.price;
  return fact.kind === 'subscription_observed' || fact.kind === 'subscription_ended' ? fact.subscription.price : null;
};

/** Folds what was said of prices: what a later payload leaves out stays known. `facts` in fold order. */
export const foldPrices = (facts: readonly Fact[]): PriceBook => {
  const book = new Map<string, PriceRef>();
  for (const price of facts.map(priceIn)) {
    if (price === null) continue;
    const known = book.get(price.priceId);
    book.set(price.priceId, {
      priceId: price.priceId,
      productId: price.productId ?? known?.productId ?? null,
      lookupKey: price.lookupKey ?? known?.lookupKey ?? null,
      planId: price.planId ?? known?.planId ?? null,
      details: price.details || (known?.details ?? false),
    });
  }
  return book;
};

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
  book: PriceBook,
): Plan => {
  const prices = [invoice?.price, subscription?.price]
    .filter((price) => price !== null && price !== undefined)
    .map((price) => book.get(price.priceId) ?? price);
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
