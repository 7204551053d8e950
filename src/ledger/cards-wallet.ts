import type { Card, ChargeState, ChargeSucceeded, Fact, SubscriptionStatus } from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';
import { isSameCard } from './card.ts';

/** What statements say since it last changed, and when the first of them was received. */
export interface Stated<Value> {
  readonly value: Value;
  receivedAt: Instant;
}

/** `live` runs, in trial or not; `owing`: its bill is overdue; `idle`: nothing is billed; `over`: it ended. */
export type BillingStatus = 'live' | 'owing' | 'idle' | 'over';

/** What is known of cards and slots at one point of the walk through the facts. */
export interface Wallet {
  /** By method; null: no card. */
  readonly cards: Map<string, Stated<Card | null>>;
  readonly detached: Map<string, Stated<boolean>>;
  /** Method by subscription, the customer's under `CUSTOMER`; null: the slot is empty. */
  readonly slots: Map<string, Stated<string | null>>;
  /** Slots that ever named a method. */
  readonly everFilled: Set<string>;
  /** Successful charges by subscription, in fold order. */
  readonly succeeded: Map<string, ChargeSucceeded[]>;
  readonly statuses: Map<string, Stated<BillingStatus>>;
}

/** The key of the customer's own slot; no subscription is named so. */
export const CUSTOMER = '';

/** A wallet of which nothing is known. */
export const emptyWallet = (): Wallet => ({
  cards: new Map(),
  detached: new Map(),
  slots: new Map(),
  everFilled: new Set(),
  succeeded: new Map(),
  statuses: new Map(),
});

const state = <Value>(
  said: Map<string, Stated<Value>>,
  key: string,
  value: Value,
  { receivedAt }: Fact,
  isSame: (a: Value, b: Value) => boolean = Object.is,
): void => {
  const known = said.get(key);
  if (known === undefined || !isSame(known.value, value)) said.set(key, { value, receivedAt });
  else if (receivedAt < known.receivedAt) known.receivedAt = receivedAt;
};

const fill = (wallet: Wallet, slot: string, method: string | null | undefined, fact: Fact): void => {
  // Facts that an earlier version stored lack the field.
  state(wallet.slots, slot, method ?? null, fact);
  if (method != null) wallet.everFilled.add(slot);
};

const STATUS: Readonly<Record<SubscriptionStatus, BillingStatus>> = {
  trialing: 'live',
  active: 'live',
  past_due: 'owing',
  unpaid: 'owing',
  canceled: 'idle',
  incomplete: 'idle',
  incomplete_expired: 'idle',
  paused: 'idle',
  other: 'idle',
};

const bill = (wallet: Wallet, subscription: string, status: BillingStatus, fact: Fact): void => {
  // An ended subscription stays ended.
  if (wallet.statuses.get(subscription)?.value !== 'over') state(wallet.statuses, subscription, status, fact);
};

/** A bill that failed is owed for a subscription of which nothing else was ever said. */
const owe = (wallet: Wallet, subscription: string | null, fact: Fact): void => {
  if (subscription !== null && !wallet.statuses.has(subscription)) bill(wallet, subscription, 'owing', fact);
};

const show = (wallet: Wallet, { paymentMethodId, card }: ChargeState, fact: Fact): void => {
  if (paymentMethodId != null && card !== null) state(wallet.cards, paymentMethodId, card, fact, isSameCard);
};

const charge = (wallet: Wallet, subscription: string, fact: ChargeSucceeded): void => {
  const known = wallet.succeeded.get(subscription);
  if (known === undefined) wallet.succeeded.set(subscription, [fact]);
  else known.push(fact);
};

/**
 * Puts one fact into the wallet, in fold order. Returns whether it is about cards, slots or what is billed at all.
 * @param subscriptionOf the subscription that a charge paid for, empty where nothing says so
 */
export const putInto = (wallet: Wallet, fact: Fact, subscriptionOf: (charge: ChargeState) => string): boolean => {
  switch (fact.kind) {
    case 'payment_method_observed':
      state(wallet.cards, fact.paymentMethodId, fact.card, fact, isSameCard);
      state(wallet.detached, fact.paymentMethodId, fact.detached, fact);
      return true;
    case 'customer_observed':
      fill(wallet, CUSTOMER, fact.defaultPaymentMethodId, fact);
      return true;
    case 'subscription_observed':
      fill(wallet, fact.subscription.id, fact.subscription.defaultPaymentMethodId, fact);
      bill(wallet, fact.subscription.id, STATUS[fact.subscription.status], fact);
      return true;
    case 'subscription_ended':
      bill(wallet, fact.subscription.id, 'over', fact);
      return true;
    case 'attempt_failed':
    case 'attempt_recorded':
      owe(wallet, fact.invoice.subscription, fact);
      return true;
    case 'charge_succeeded':
      show(wallet, fact.charge, fact);
      charge(wallet, subscriptionOf(fact.charge), fact);
      return true;
    case 'charge_declined':
      show(wallet, fact.charge, fact);
      return true;
    default:
      return false;
  }
};
