import type { Fact } from '../domain/fact.ts';

/** Whose account it is, and who else is told about it (semantics F1, F2). */
export interface Identity {
  readonly userId: string | null;
  /** As last stated, lower case; null where nothing names one. */
  readonly email: string | null;
  /** Without the account's own user, sorted. */
  readonly contactUserIds: readonly string[];
}

/** What one subscription says of its user, strongest first. */
interface Stated {
  own: string | null;
  copied: string | null;
  checkout: string | null;
}

const NOTHING_STATED: Stated = { own: null, copied: null, checkout: null };

/**
 * The person that a billing customer is: the user id in the metadata of the subscription, else of the checkout that made
 * it, else of the customer, else of the invoice (semantics F2). An invoice keeps a copy of its subscription's metadata as
 * it was, so the subscription's own word outranks it. Of several subscriptions the first that names anybody decides, so
 * that they do not take turns. What was once said is remembered: a key that is removed later takes nobody away.
 * @param facts in fold order.
 */
export const foldIdentity = (facts: readonly Fact[]): Identity => {
  const subscriptions = new Map<string, Stated>();
  const statedBy = (id: string): Stated => {
    const stated = subscriptions.get(id) ?? { ...NOTHING_STATED };
    subscriptions.set(id, stated);
    return stated;
  };
  let customer: string | null = null;
  let invoice: string | null = null;
  let checkout: string | null = null;
  let email: string | null = null;
  let contacts: readonly string[] = [];
  for (const fact of facts) {
    if ('invoice' in fact) {
      const { subscription, subscriptionUserId, userId } = fact.invoice;
      if (subscription !== null) statedBy(subscription).copied = subscriptionUserId ?? statedBy(subscription).copied;
      invoice = userId ?? invoice;
      email = fact.invoice.email ?? email;
    } else if (fact.kind === 'subscription_observed' || fact.kind === 'subscription_ended') {
      const stated = statedBy(fact.subscription.id);
      stated.own = fact.subscription.userId ?? stated.own;
    } else if (fact.kind === 'checkout_completed') {
      if (fact.subscription === null) checkout = fact.userId ?? checkout;
      else statedBy(fact.subscription).checkout = fact.userId ?? statedBy(fact.subscription).checkout;
      email = fact.email ?? email;
    } else if (fact.kind === 'customer_observed') {
      customer = fact.userId ?? customer;
      email = fact.email ?? email;
      // A customer's statement is whole: who is no longer listed is no longer told. Facts of older versions lack it.
      contacts = fact.contactUserIds ?? contacts;
    }
  }
  const words = [...subscriptions.values()].map(({ own, copied, checkout: made }) => own ?? copied ?? made);
  const userId = words.find((word) => word !== null) ?? customer ?? checkout ?? invoice;
  return {
    userId,
    email: email?.toLowerCase() ?? null,
    contactUserIds: [...new Set(contacts)].filter((id) => id !== userId).sort(),
  };
};

/** By what a person is found, strongest first: the user id, and the email address where policy lets it (semantics F2). */
export const aliasesOf = ({ userId, email }: Identity, { emailAlias }: { readonly emailAlias: boolean }) => [
  ...(userId === null ? [] : [`user:${userId}`]),
  ...(emailAlias && email !== null ? [`email:${email}`] : []),
];
