import type { Fact } from './facts.ts';
import { isInvoiceFact } from './facts.ts';

/** D2: every time that the provider said in its own words that it stopped collecting for a subscription. */
export const stopWords = (facts: readonly Fact[], subscription: string | null): readonly { at: number }[] =>
  facts.flatMap((fact) => (saysStopped(fact, subscription) ? [{ at: fact.occurredAt }] : []));

const saysStopped = (fact: Fact, subscription: string | null): boolean => {
  if (fact.kind === 'collection_stopped') return fact.subscription === subscription;
  if (fact.kind !== 'subscription_observed' || fact.subscription.id !== subscription) return false;
  return fact.subscription.status === 'unpaid' || fact.subscription.pausedForNonPayment;
};

const takesBack = (fact: Fact, subscription: string, invoice: string): boolean => {
  if (isInvoiceFact(fact)) return fact.invoice.id === invoice && fact.invoice.nextAttemptAt !== null;
  return (
    fact.kind === 'subscription_observed' &&
    fact.subscription.id === subscription &&
    ['active', 'trialing', 'past_due'].includes(fact.subscription.status)
  );
};

/**
 * D2, decision 0004: the word stands for an invoice until a later retry date of it or the running subscription takes it back. When it was
 * said; null: none stands. A word from before an episode opened is not about it.
 */
export const standingWord = (
  facts: readonly Fact[],
  { subscription, openedAt }: { readonly subscription: string; readonly openedAt: number },
  invoice: string,
): number | null => {
  let said: number | null = null;
  for (const fact of facts) {
    if (fact.occurredAt < openedAt) continue;
    if (saysStopped(fact, subscription)) said ??= fact.occurredAt;
    else if (takesBack(fact, subscription, invoice)) said = null;
  }
  return said;
};
