import type { Card, ChargeState, ChargeSucceeded, Fact, SubscriptionStatus } from '../../domain/fact.ts';
import type { Instant } from '../../domain/instant.ts';
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

/** Notes what a fact says; returns whether that is new. */
const state = <Value>(
  said: Map<string, Stated<Value>>,
  key: string,
  value: Value,
  { receivedAt }: Fact,
  isSame: (a: Value, b: Value) => boolean = Object.is,
): boolean => {
  const known = said.get(key);
  const isNews = known === undefined || !isSame(known.value, value);
  if (isNews) said.set(key, { value, receivedAt });
  else if (receivedAt < known.receivedAt) known.receivedAt = receivedAt;
  return isNews;
};

const fill = (wallet: Wallet, slot: string, method: string | null | undefined, fact: Fact): boolean => {
  if (method != null) wallet.everFilled.add(slot);
  // Facts that an earlier version stored lack the field.
  return state(wallet.slots, slot, method ?? null, fact);
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

const bill = (wallet: Wallet, subscription: string, status: BillingStatus, fact: Fact): boolean =>
  // An ended subscription stays ended.
  wallet.statuses.get(subscription)?.value !== 'over' && state(wallet.statuses, subscription, status, fact);

const show = (wallet: Wallet, { paymentMethodId, card }: ChargeState, fact: Fact): boolean =>
  paymentMethodId != null && card !== null && state(wallet.cards, paymentMethodId, card, fact, isSameCard);

const charge = (wallet: Wallet, subscription: string, fact: ChargeSucceeded): void => {
  const known = wallet.succeeded.get(subscription);
  if (known === undefined) wallet.succeeded.set(subscription, [fact]);
  else known.push(fact);
};

const NONE: readonly string[] = [];

const allIf = ({ statuses }: Wallet, isNews: boolean): readonly string[] => (isNews ? [...statuses.keys()] : NONE);

/**
 * Puts one fact into the wallet, in fold order. Returns the subscriptions for which another card may be charged now.
 * @param subscriptionOf the subscription that a charge paid for, empty where nothing says so
 */
export const putInto = (
  wallet: Wallet,
  fact: Fact,
  subscriptionOf: (charge: ChargeState) => string,
): readonly string[] => {
  switch (fact.kind) {
    case 'payment_method_observed': {
      const isOther = state(wallet.cards, fact.paymentMethodId, fact.card, fact, isSameCard);
      return allIf(wallet, state(wallet.detached, fact.paymentMethodId, fact.detached, fact) || isOther);
    }
    case 'customer_observed':
      return allIf(wallet, fill(wallet, CUSTOMER, fact.defaultPaymentMethodId, fact));
    case 'subscription_observed': {
      const { id, status, defaultPaymentMethodId } = fact.subscription;
      const isOther = fill(wallet, id, defaultPaymentMethodId, fact);
      return bill(wallet, id, STATUS[status], fact) || isOther ? [id] : NONE;
    }
    case 'subscription_ended':
      return bill(wallet, fact.subscription.id, 'over', fact) ? [fact.subscription.id] : NONE;
    case 'attempt_failed':
    case 'attempt_recorded': {
      // A bill that failed is owed for a subscription of which nothing else was ever said.
      const { subscription } = fact.invoice;
      const isFirst = subscription !== null && !wallet.statuses.has(subscription);
      return isFirst && bill(wallet, subscription, 'owing', fact) ? [subscription] : NONE;
    }
    case 'charge_succeeded': {
      const subscription = subscriptionOf(fact.charge);
      charge(wallet, subscription, fact);
      if (show(wallet, fact.charge, fact)) return allIf(wallet, true);
      return wallet.statuses.has(subscription) ? [subscription] : NONE;
    }
    case 'charge_declined':
      return allIf(wallet, show(wallet, fact.charge, fact));
    default:
      return NONE;
  }
};
