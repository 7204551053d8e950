import type { Card, ChargeState, ChargeSucceeded, Fact } from '../../domain/fact.ts';
import type { Instant } from '../../domain/instant.ts';
import { isSameCard } from './card.ts';
import { type BillingStatus, CUSTOMER, emptyWallet, putInto, type Stated, type Wallet } from './cards-wallet.ts';

/**
 * Where the method that will be charged is named:
 * - `subscription`, `customer`: in that slot; the first that is filled is charged.
 * - `emptied`: a slot was filled once and none is now: nothing will be charged.
 * - `charge`: no slot was ever stated; what the newest successful charge used stands for it.
 * - `unstated`: nothing says.
 */
export type NamedBy = 'subscription' | 'customer' | 'emptied' | 'charge' | 'unstated';

/** What would be charged for a subscription, from `from` until the next one's. */
export interface ChargedSpan {
  readonly from: Instant;
  readonly namedBy: NamedBy;
  readonly method: string | null;
  /** Null: no card, detached, or never shown. */
  readonly card: Card | null;
  readonly status: BillingStatus;
  /** The statements that it rests on. */
  readonly rests: readonly Pick<Stated<unknown>, 'receivedAt'>[];
}

/** By subscription, in time order. */
export type Slots = ReadonlyMap<string, readonly ChargedSpan[]>;

interface Method {
  readonly paymentMethodId: string | null;
  readonly card: Card | null;
}

const sameCharge = (a: ChargeState, b: ChargeState): boolean =>
  (a.chargeId !== null && a.chargeId === b.chargeId) ||
  (a.paymentIntentId !== null && a.paymentIntentId === b.paymentIntentId);

/** The newest of `charges` (in fold order); what its several notices say of its method is one. */
const newestMethod = (charges: readonly ChargeSucceeded[]): Method => {
  const newest = charges[charges.length - 1]?.charge;
  if (newest === undefined) return { paymentMethodId: null, card: null };
  const method = charges.findLast(({ charge }) => charge.paymentMethodId != null && sameCharge(charge, newest));
  const shown = charges.findLast(({ charge }) => charge.card !== null && sameCharge(charge, newest));
  return { paymentMethodId: method?.charge.paymentMethodId ?? null, card: shown?.charge.card ?? null };
};

/** The card under a method's id: as last stated, else as the newest charge showed it, if that was made with it. */
const cardOf = (method: string, charges: readonly ChargeSucceeded[], { cards, detached }: Wallet): Card | null => {
  if (detached.get(method)?.value === true) return null;
  const stated = cards.get(method);
  if (stated !== undefined) return stated.value;
  const charged = newestMethod(charges);
  return charged.paymentMethodId === method ? charged.card : null;
};

type Choice = Pick<ChargedSpan, 'namedBy' | 'method' | 'card' | 'rests'>;

const UNSTATED: Choice = { namedBy: 'unstated', method: null, card: null, rests: [] };

const chooseByCharge = (charges: readonly ChargeSucceeded[], wallet: Wallet): Choice => {
  const newest = charges[charges.length - 1];
  if (newest === undefined) return UNSTATED;
  const { paymentMethodId: method, card } = newestMethod(charges);
  return { namedBy: 'charge', method, card: method === null ? card : cardOf(method, charges, wallet), rests: [newest] };
};

const NONE: readonly ChargeSucceeded[] = [];

/** What will be charged for a subscription, as the wallet stands: semantics D4, in the provider's own order of slots. */
const choose = (subscription: string, wallet: Wallet): Choice => {
  const charges = wallet.succeeded.get(subscription) ?? NONE;
  for (const [namedBy, key] of [['subscription', subscription] as const, ['customer', CUSTOMER] as const]) {
    const slot = wallet.slots.get(key);
    if (slot === undefined || slot.value === null) continue;
    const shown = wallet.cards.get(slot.value);
    const rests = shown === undefined ? [slot] : [slot, shown];
    return { namedBy, method: slot.value, card: cardOf(slot.value, charges, wallet), rests };
  }
  // A slot that was emptied says that nothing will be charged; one never stated says nothing.
  if (wallet.everFilled.has(subscription) || wallet.everFilled.has(CUSTOMER)) {
    return { namedBy: 'emptied', method: null, card: null, rests: [] };
  }
  return chooseByCharge(charges, wallet);
};

const isSame = (a: Choice, b: Choice): boolean =>
  a.namedBy === b.namedBy && a.method === b.method && isSameCard(a.card, b.card);

/** Keeps what would be charged for a subscription from now on, if it is another. */
const record = (spans: Map<string, ChargedSpan[]>, subscription: string, wallet: Wallet, from: Instant): void => {
  const status = wallet.statuses.get(subscription);
  if (status === undefined) return;
  const choice = choose(subscription, wallet);
  const known = spans.get(subscription);
  const last = known?.[known.length - 1];
  if (last !== undefined && last.status === status.value && isSame(last, choice)) return;
  const next = { from, ...choice, status: status.value, rests: [status, ...choice.rests] };
  if (known === undefined) spans.set(subscription, [next]);
  else known.push(next);
};

/**
 * Walks the facts, in fold order, and keeps what would be charged for each subscription at each time.
 * @param subscriptionOf the subscription that a charge paid for, empty where nothing says so
 */
export const foldSlots = (
  facts: readonly Fact[],
  subscriptionOf: (charge: ChargeState) => string,
): { readonly slots: Slots; readonly wallet: Wallet } => {
  const wallet = emptyWallet();
  const slots = new Map<string, ChargedSpan[]>();
  for (const fact of facts) {
    for (const subscription of putInto(wallet, fact, subscriptionOf)) {
      record(slots, subscription, wallet, fact.occurredAt);
    }
  }
  return { slots, wallet };
};

/** What would be charged at `at`; undefined before anything was said of the subscription. */
export const slotAt = (spans: readonly ChargedSpan[] | undefined, at: Instant): ChargedSpan | undefined =>
  spans?.findLast(({ from }) => from <= at);

/** A bill of the subscription may be charged: it runs, or owes. */
export const isBilled = ({ status }: ChargedSpan): boolean => status === 'live' || status === 'owing';
