import type { Card, ChargeState, ChargeSucceeded, Fact, PaymentMethodObserved } from '../domain/fact.ts';
import { type Instant, instant } from '../domain/instant.ts';
import type { ChargeLedger } from './charges.ts';
import type { InvoiceLedger } from './invoice.ts';
import { isLive, type SubscriptionLedger } from './subscription.ts';

/** The card that the next charge of a live subscription will be made with. */
export interface ChargedCard {
  readonly subscription: string;
  readonly card: Card;
  /** First instant of the month after the card's last, UTC; null where its expiry was not stated. */
  readonly expiresAt: Instant | null;
}

interface Method {
  readonly paymentMethodId: string | null;
  readonly card: Card | null;
}

/** What is known of cards and slots, in fold order. */
interface Wallet {
  readonly cards: ReadonlyMap<string, Card | null>;
  readonly detached: ReadonlySet<string>;
  /** Method by subscription; null: its slot is empty. */
  readonly slots: ReadonlyMap<string, string | null>;
  readonly customerSlot: string | null;
  /** Subscriptions whose own slot, or the customer's under the empty key, ever named a method. */
  readonly everFilled: ReadonlySet<string>;
}

const CUSTOMER = '';

/** The card's last month ends then; null for a card that does not state month and year. */
export const expiryOf = ({ expMonth, expYear }: Card): Instant | null =>
  // The month counts from 1 on cards and from 0 here, so this is the month after.
  expMonth === null || expYear === null ? null : instant(Date.UTC(expYear, expMonth));

const foldWallet = (facts: readonly Fact[]): Wallet => {
  const cards = new Map<string, Card | null>();
  const detached = new Set<string>();
  const slots = new Map<string, string | null>();
  const everFilled = new Set<string>();
  const fill = (slot: string, method: string | null | undefined): void => {
    // Facts that an earlier version stored lack the field.
    slots.set(slot, method ?? null);
    if (method != null) everFilled.add(slot);
  };
  const observe = ({ paymentMethodId, card, detached: gone }: PaymentMethodObserved): void => {
    cards.set(paymentMethodId, card);
    if (gone) detached.add(paymentMethodId);
    else detached.delete(paymentMethodId);
  };
  for (const fact of facts) {
    if (fact.kind === 'payment_method_observed') observe(fact);
    else if (fact.kind === 'customer_observed') fill(CUSTOMER, fact.defaultPaymentMethodId);
    else if (fact.kind === 'subscription_observed') {
      fill(fact.subscription.id, fact.subscription.defaultPaymentMethodId);
    } else if ('charge' in fact && fact.charge.paymentMethodId != null && fact.charge.card !== null) {
      cards.set(fact.charge.paymentMethodId, fact.charge.card);
    }
  }
  return { cards, detached, slots, everFilled, customerSlot: slots.get(CUSTOMER) ?? null };
};

const sameCharge = (a: ChargeState, b: ChargeState): boolean =>
  (a.chargeId !== null && a.chargeId === b.chargeId) ||
  (a.paymentIntentId !== null && a.paymentIntentId === b.paymentIntentId);

/** The newest of `charges` (in fold order); what its several notices say of its method is one. */
const newestMethod = (charges: readonly ChargeSucceeded[]): Method => {
  const newest = charges[charges.length - 1];
  if (newest === undefined) return { paymentMethodId: null, card: null };
  const notices = charges.map(({ charge }) => charge).filter((charge) => sameCharge(charge, newest.charge));
  return {
    paymentMethodId: notices.findLast(({ paymentMethodId }) => paymentMethodId != null)?.paymentMethodId ?? null,
    card: notices.findLast(({ card }) => card !== null)?.card ?? null,
  };
};

/** The card under a method's id: as last stated, else as the newest charge showed it, if that was made with it. */
const cardOf = (method: string, charged: Method, wallet: Wallet): Card | null => {
  if (wallet.detached.has(method)) return null;
  const stated = wallet.cards.get(method);
  if (stated !== undefined) return stated;
  return charged.paymentMethodId === method ? charged.card : null;
};

const cardFor = (subscription: string, charged: Method, wallet: Wallet): Card | null => {
  const slot = wallet.slots.get(subscription) ?? wallet.customerSlot;
  if (slot !== null) return cardOf(slot, charged, wallet);
  // A slot that was emptied says that nothing will be charged; one never stated says nothing.
  if (wallet.everFilled.has(subscription) || wallet.everFilled.has(CUSTOMER)) return null;
  return charged.paymentMethodId === null ? charged.card : cardOf(charged.paymentMethodId, charged, wallet);
};

/**
 * The card in the slot that will be charged, by live subscription, where one is known: the subscription's own method,
 * else the customer's default, else (where neither slot ever named one) the method of the newest successful charge on
 * an invoice of that subscription. `facts` in fold order. Rule: semantics D4.
 */
export const foldCards = (
  facts: readonly Fact[],
  {
    charges,
    invoices,
    subscriptions,
  }: {
    readonly charges: ChargeLedger;
    readonly invoices: ReadonlyMap<string, InvoiceLedger>;
    readonly subscriptions: ReadonlyMap<string, SubscriptionLedger>;
  },
): ReadonlyMap<string, ChargedCard> => {
  const wallet = foldWallet(facts);
  const succeeded = facts.filter((fact) => fact.kind === 'charge_succeeded');
  const bySubscription = Map.groupBy(
    succeeded,
    ({ charge }) => invoices.get(charges.invoiceOf(charge) ?? '')?.subscription ?? '',
  );
  const found = new Map<string, ChargedCard>();
  for (const { id } of [...subscriptions.values()].filter(isLive)) {
    const card = cardFor(id, newestMethod(bySubscription.get(id) ?? []), wallet);
    if (card !== null) found.set(id, { subscription: id, card, expiresAt: expiryOf(card) });
  }
  return found;
};
