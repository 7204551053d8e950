import type { Discount, PricedItem, SubscriptionState, SubscriptionStatus } from '../domain/fact.ts';
import type { SubscriptionLedger } from './subscription.ts';

/** What somebody pays over and over, in integer minor units of `currency` (ISO 4217, lower case). */
export interface RecurringRevenue {
  readonly mrrMinor: number;
  /** Twelve months of it, rounded by itself: a yearly price stays what it is. */
  readonly arrMinor: number;
  readonly currency: string;
}

/** Is billed: a payment that is late is still due. */
const BILLED: ReadonlySet<SubscriptionStatus> = new Set(['active', 'past_due']);
/** Is there, and brings nothing in. */
const IDLE: ReadonlySet<SubscriptionStatus> = new Set(['trialing', 'paused', 'unpaid']);

/** Of a year of 365 days. */
const MONTHS_OF = { day: 12 / 365, week: 84 / 365, month: 1, year: 12 } as const;

const monthsOf = ({ interval, intervalCount }: PricedItem): number => MONTHS_OF[interval] * intervalCount;

/** The items of a subscription for one month, before discounts; null where one of them has no set price. */
const listPrice = (items: readonly PricedItem[]): number | null => {
  let sum = 0;
  for (const item of items) {
    if (item.unitAmountMinor === null) return null;
    sum += (item.unitAmountMinor * item.quantity) / monthsOf(item);
  }
  return items.length === 0 ? null : sum;
};

/** What is left after one discount; an amount is taken off every bill, and the shortest period says how often one is made. */
const takeOff = (perMonth: number, { percentOff, amountOffMinor }: Discount, months: number): number => {
  if (percentOff !== null) return perMonth * (1 - Math.min(100, percentOff) / 100);
  return Math.max(0, perMonth - (amountOffMinor ?? 0) / months);
};

/** Minor units per month, fractions kept; null where a price is not known. */
const perMonthOf = ({ items = [], discounts = [], ...state }: SubscriptionState): number | null => {
  if (IDLE.has(state.status) || state.collectionPaused) return 0;
  const list = listPrice(items);
  if (list === null || discounts === null) return null;
  const months = Math.min(...items.map(monthsOf));
  const lasting = discounts.filter(({ lasts }) => lasts === 'forever');
  return lasting.reduce((left, discount) => takeOff(left, discount, months), list);
};

const isKept = ({ ended, latest }: SubscriptionLedger): boolean =>
  ended === null && latest !== null && (BILLED.has(latest.status) || IDLE.has(latest.status));

/**
 * Recurring revenue of all subscriptions that run: null where there is none, where one of them has a price that is not
 * known beforehand, and where they are in several currencies. Definition: docs/decisions/0010. Pure.
 */
export const recurringRevenue = (ledger: {
  readonly subscriptions: ReadonlyMap<string, SubscriptionLedger>;
}): RecurringRevenue | null => {
  const states = [...ledger.subscriptions.values()].filter(isKept).flatMap(({ latest }) => latest ?? []);
  const [currency, ...others] = new Set(states.map((state) => state.currency ?? null));
  if (currency == null || others.length > 0) return null;
  let perMonth = 0;
  for (const state of states) {
    const part = perMonthOf(state);
    if (part === null) return null;
    perMonth += part;
  }
  return { mrrMinor: Math.round(perMonth), arrMinor: Math.round(perMonth * 12), currency };
};
