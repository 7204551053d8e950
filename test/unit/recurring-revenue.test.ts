import { expect, it } from 'vitest';
import type { Discount, PricedItem, SubscriptionState } from '../../src/domain/fact.ts';
import { recurringRevenue } from '../../src/ledger/recurring-revenue.ts';
import { day, ended, ledgerAt, subscribed } from './ledger-facts.ts';

const item = (unitAmountMinor: number | null, given: Partial<PricedItem> = {}): PricedItem => ({
  priceId: 'price_1',
  unitAmountMinor,
  quantity: 1,
  interval: 'month',
  intervalCount: 1,
  ...given,
});
const off = (given: Partial<Discount>): Discount => ({
  percentOff: null,
  amountOffMinor: null,
  lasts: 'forever',
  endsAt: null,
  ...given,
});

type Given = Partial<SubscriptionState>;
const of = (...subscriptions: readonly Given[]) =>
  recurringRevenue(
    ledgerAt(
      day(1),
      subscriptions.map((given, at) => subscribed(day(0), { id: `sub_${at}`, ...given })),
    ),
  );

const ONE: readonly [string, Given, number | null, number?][] = [
  ['a monthly price', { items: [item(4900)] }, 4900, 58_800],
  ['seats', { items: [item(1000, { quantity: 7 })] }, 7000],
  [
    'a yearly price, whose year is not twelve rounded months',
    { items: [item(10_000, { interval: 'year' })] },
    833,
    10_000,
  ],
  ['a price for three months', { items: [item(9000, { intervalCount: 3 })] }, 3000],
  ['a weekly price', { items: [item(700, { interval: 'week' })] }, 3042, 36_500],
  ['a daily price', { items: [item(100, { interval: 'day' })] }, 3042, 36_500],
  ['several items', { items: [item(4900), item(12_000, { interval: 'year' })] }, 5900],
  ['a fraction of a cent, rounded once', { items: [item(0.4, { quantity: 1000 })] }, 400],
  ['a free plan', { items: [item(0)] }, 0],
  ['a price known only by what is used', { items: [item(4900), item(null)] }, null],
  ['no amounts stated', { items: [] }, null],
  ['no currency stated', { items: [item(4900)], currency: null }, null],
  ['a late payment', { items: [item(4900)], status: 'past_due' }, 4900],
  ['a trial', { items: [item(4900)], status: 'trialing' }, 0],
  ['a trial of what is used', { items: [item(null)], status: 'trialing' }, 0],
  ['a paused subscription', { items: [item(4900)], status: 'paused' }, 0],
  ['a subscription given up', { items: [item(4900)], status: 'unpaid' }, 0],
  ['a paused collection', { items: [item(4900)], collectionPaused: true }, 0],
  ['an end that is scheduled', { items: [item(4900)], cancelAt: day(20) }, 4900],
  ['one that never began', { items: [item(4900)], status: 'incomplete' }, null],
  ['an invoice sent by email', { items: [item(4900)], collectedAutomatically: false }, 4900],
  ['a fifth off for good', { items: [item(5000)], discounts: [off({ percentOff: 20 })] }, 4000],
  ['a fifth off for a while', { items: [item(5000)], discounts: [off({ percentOff: 20, lasts: 'repeating' })] }, 5000],
  ['a fifth off once', { items: [item(5000)], discounts: [off({ percentOff: 20, lasts: 'once' })] }, 5000],
  ['an amount off every bill', { items: [item(5000)], discounts: [off({ amountOffMinor: 500 })] }, 4500],
  [
    'an amount off every yearly bill',
    { items: [item(12_000, { interval: 'year' })], discounts: [off({ amountOffMinor: 1200 })] },
    900,
  ],
  ['more off than it costs', { items: [item(500)], discounts: [off({ amountOffMinor: 900 })] }, 0],
  [
    'discounts in their order',
    { items: [item(10_000)], discounts: [off({ percentOff: 50 }), off({ amountOffMinor: 1000 })] },
    4000,
  ],
];

it.each(ONE)('recurring revenue of %s', (_, given, mrrMinor, arrMinor) => {
  const revenue = of(given);
  expect(revenue?.mrrMinor ?? null).toBe(mrrMinor);
  if (mrrMinor !== null) expect(revenue?.arrMinor).toBe(arrMinor ?? mrrMinor * 12);
});

it('adds up subscriptions of one currency', () => {
  expect(of({ items: [item(4900)] }, { items: [item(100)] })).toEqual({
    mrrMinor: 5000,
    arrMinor: 60_000,
    currency: 'usd',
  });
});

it('never adds up currencies, nor what is known to what is not', () => {
  expect(of({ items: [item(4900)] }, { items: [item(100)], currency: 'eur' })).toBeNull();
  expect(of({ items: [item(4900)] }, { items: [item(null)] })).toBeNull();
});

it('forgets what ended', () => {
  const items = [item(4900)];
  const facts = [subscribed(day(0), { items }), subscribed(day(0), { id: 'sub_2', items }), ended(day(1), { items })];
  expect(recurringRevenue(ledgerAt(day(2), facts))?.mrrMinor).toBe(4900);
  expect(recurringRevenue(ledgerAt(day(2), [ended(day(1), { items })]))).toBeNull();
});

it('reads facts that an earlier version stored without prices', () => {
  const { items: _, discounts: __, currency: ___, ...rest } = subscribed(day(0)).subscription;
  const old = { ...subscribed(day(0)), subscription: rest as SubscriptionState };
  expect(recurringRevenue(ledgerAt(day(1), [old]))).toBeNull();
});
