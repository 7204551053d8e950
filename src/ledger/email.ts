import type { Fact } from '../domain/fact.ts';

const emailIn = (fact: Fact): string | null => {
  if ('invoice' in fact) return fact.invoice.email ?? null;
  if (fact.kind === 'customer_observed' || fact.kind === 'checkout_completed') return fact.email ?? null;
  return null;
};

/** The newest email address that customer, invoice or checkout state; null where none does. `facts` in fold order. */
export const findEmail = (facts: readonly Fact[]): string | null => {
  for (let index = facts.length - 1; index >= 0; index -= 1) {
    const email = emailIn(facts[index] as Fact);
    if (email !== null) return email;
  }
  return null;
};
