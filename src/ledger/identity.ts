import type { Fact } from '../domain/fact.ts';

/**
 * The person that a billing customer is: the user id in the metadata of the subscription (also its copy on the
 * invoice), else of the customer, else of the invoice; the last one stated by the strongest of them is remembered.
 */
export const findUserId = (facts: readonly Fact[]): string | null => {
  let subscription: string | null = null;
  let customer: string | null = null;
  let invoice: string | null = null;
  for (const fact of facts) {
    if ('invoice' in fact) {
      subscription = fact.invoice.subscriptionUserId ?? subscription;
      invoice = fact.invoice.userId ?? invoice;
    } else if (fact.kind === 'subscription_observed' || fact.kind === 'subscription_ended') {
      subscription = fact.subscription.userId ?? subscription;
    } else if (fact.kind === 'customer_observed') customer = fact.userId ?? customer;
  }
  return subscription ?? customer ?? invoice;
};
