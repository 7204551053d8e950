import type { Card, Case, Fact } from './facts.ts';
import { DAY, isInvoiceFact, subscriptionFacts } from './facts.ts';
import { invoiceOfCharge } from './invoices.ts';

const AROUND_MS = 30 * DAY;

const subscriptionSlot = (facts: readonly Fact[], subscription: string): string | null =>
  subscriptionFacts(facts, subscription).at(-1)?.subscription.defaultPaymentMethodId ?? null;

const customerSlot = (facts: readonly Fact[]): string | null => {
  const newest = facts.findLast((fact) => fact.kind === 'customer_observed');
  return newest?.kind === 'customer_observed' ? newest.defaultPaymentMethodId : null;
};

/** 0009: what the slots say: the method that will be charged, null where all were emptied, undefined where nothing was ever stated. */
export const slotMethod = (facts: readonly Fact[], subscription: string): string | null | undefined =>
  subscriptionSlot(facts, subscription) ?? customerSlot(facts) ?? (everStated(facts, subscription) ? null : undefined);

/** Was a method ever named for either slot. */
const everStated = (facts: readonly Fact[], subscription: string): boolean =>
  subscriptionFacts(facts, subscription).some((fact) => fact.subscription.defaultPaymentMethodId !== null) ||
  facts.some((fact) => fact.kind === 'customer_observed' && fact.defaultPaymentMethodId !== null);

const lastCharged = (facts: readonly Fact[], subscription: string): string | null => {
  const invoices = facts.filter(isInvoiceFact).filter((fact) => fact.invoice.subscription === subscription);
  const charges = facts.flatMap((fact) => {
    if (fact.kind !== 'charge_succeeded') return [];
    const invoice = invoiceOfCharge(facts, fact.charge);
    return invoices.some((each) => each.invoice.id === invoice) ? [fact.charge.paymentMethodId] : [];
  });
  return charges.at(-1) ?? null;
};

/** D4: the subscription's own method, else the customer's, else what last paid for it if neither was ever named. */
export const chargedMethod = (facts: readonly Fact[], subscription: string): string | null => {
  const slot = slotMethod(facts, subscription);
  return slot === undefined ? lastCharged(facts, subscription) : slot;
};

/**
 * D4, decision 0007: a card as last seen, in a payment method or in a charge made with it, refused ones included, but
 * not once it was detached; of one second the charge. Null: unknown, no card, or gone.
 */
const cardOf = (facts: readonly Fact[], method: string): Card | null => {
  let card: Card | null = null;
  let detached = false;
  let chargedAt = Number.NEGATIVE_INFINITY;
  for (const fact of facts) {
    if (fact.kind === 'payment_method_observed' && fact.paymentMethodId === method) {
      detached = fact.detached;
      if (fact.occurredAt > chargedAt) card = fact.card;
    }
    const charged = fact.kind === 'charge_succeeded' || fact.kind === 'charge_declined';
    if (charged && fact.charge.paymentMethodId === method && fact.charge.card !== null) {
      card = fact.charge.card;
      chargedAt = fact.occurredAt;
    }
  }
  return detached ? null : card;
};

/** The first instant after the month in which the card of the slot is valid; null: not known. */
export const cardEnd = (facts: readonly Fact[], subscription: string): number | null => {
  const method = chargedMethod(facts, subscription);
  const card = method === null ? null : cardOf(facts, method);
  if (card === null || card.expYear === null || card.expMonth === null) return null;
  return Date.UTC(card.expYear, card.expMonth, 1);
};

/** D4: `E - 30 d <= t < E + 30 d`. */
export const isExpiring = (c: Case, subscription: string): boolean => {
  const end = cardEnd(c.facts, subscription);
  return end !== null && end - AROUND_MS <= c.t && c.t < end + AROUND_MS;
};
