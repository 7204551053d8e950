import type { Fact, Policy, Price } from './facts.ts';
import { isInvoiceFact, subscriptionFacts } from './facts.ts';

const statedPrice = (fact: Fact): Price | null => {
  if (isInvoiceFact(fact)) return fact.invoice.price;
  return fact.kind === 'subscription_observed' || fact.kind === 'subscription_ended' ? fact.subscription.price : null;
};

/** All that was ever stated of a price, whatever it was billed for: known stays known (decision 0003). */
const mergedPrice = (facts: readonly Fact[], priceId: string): Price => {
  const stated = facts.flatMap((fact) => statedPrice(fact) ?? []).filter((price) => price.priceId === priceId);
  const newest = <K extends 'productId' | 'lookupKey' | 'planId'>(key: K): string | null =>
    stated.findLast((price) => price[key] !== null)?.[key] ?? null;
  return {
    priceId,
    productId: newest('productId'),
    lookupKey: newest('lookupKey'),
    planId: newest('planId'),
    details: stated.some((price) => price.details),
  };
};

/** The subscription speaks for itself; an invoice only where the subscription never did: it is as old as its making. */
const priceOf = (facts: readonly Fact[], subscription: string): Price | null => {
  const own = subscriptionFacts(facts, subscription).findLast((fact) => fact.subscription.price !== null);
  const billed = facts
    .filter(isInvoiceFact)
    .findLast((fact) => fact.invoice.subscription === subscription && fact.invoice.price !== null);
  const price = own?.subscription.price ?? billed?.invoice.price ?? null;
  return price === null ? null : mergedPrice(facts, price.priceId);
};

const metadataPlan = (facts: readonly Fact[], subscription: string): string | null => {
  const own = subscriptionFacts(facts, subscription).findLast((fact) => fact.subscription.planId !== null);
  const copy = facts
    .filter(isInvoiceFact)
    .findLast((fact) => fact.invoice.subscription === subscription && fact.invoice.subscriptionPlanId !== null);
  return own?.subscription.planId ?? copy?.invoice.subscriptionPlanId ?? null;
};

const tablePlan = (price: Price, policy: Policy): string | null =>
  policy.plans.ids[price.priceId] ?? (price.productId === null ? null : (policy.plans.ids[price.productId] ?? null));

/** The plan as the tracking plan defines it: metadata, else the policy's table, else lookup key, else price id. */
export const planOf = (facts: readonly Fact[], policy: Policy, subscription: string): string | null => {
  const metadata = metadataPlan(facts, subscription);
  if (metadata !== null) return metadata;
  const price = priceOf(facts, subscription);
  if (price === null) return null;
  return price.planId ?? tablePlan(price, policy) ?? price.lookupKey ?? price.priceId;
};

/** E4: the plan is known once nothing that may still come could name it better: not while there are ids only. */
export const planIsKnown = (facts: readonly Fact[], policy: Policy, subscription: string): boolean => {
  if (metadataPlan(facts, subscription) !== null) return true;
  const price = priceOf(facts, subscription);
  return price !== null && (price.details || price.planId !== null || tablePlan(price, policy) !== null);
};
