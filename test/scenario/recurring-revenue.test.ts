import { describe, it } from 'vitest';
import type { SubscriptionOptions } from '../../src/simulate/stripe-events.ts';
import { STRIPE_SHAPES, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import { day, on, play, traits, wait, webhooks } from './harness.ts';
import type { Happening } from './stripe-happenings.ts';
import { ends, fails } from './stripe-happenings.ts';

/** Recurring revenue of one who never failed and of those who did: docs/decisions/0010-recurring-revenue.md. */
const states =
  (options: Omit<SubscriptionOptions, 'at' | 'subscription'>, subscription = 'sub_pro'): Happening =>
  (account, at) => [subscriptionUpdated(account, { subscription, at, ...options, previous: { description: null } })];

const revenue = (mrr: number | null, arr: number | null, currency: string | null = mrr === null ? null : 'USD') =>
  traits({ mrr, arr, mrr_currency: currency });

type Row = readonly [string, Omit<SubscriptionOptions, 'at' | 'subscription'>, number | null, number | null];
const ROWS: readonly Row[] = [
  ['a month', { amount: 4900 }, 49, 588],
  ['three seats', { amount: 1000, quantity: 3 }, 30, 360],
  ['a year', { amount: 10_000, every: { interval: 'year', count: 1 } }, 8.33, 100],
  ['a quarter', { amount: 10_000, every: { interval: 'month', count: 3 } }, 33.33, 400],
  ['two years', { amount: 24_000, every: { interval: 'year', count: 2 } }, 10, 120],
  ['a week', { amount: 700, every: { interval: 'week', count: 1 } }, 30.42, 365],
  ['a day', { amount: 100, every: { interval: 'day', count: 1 } }, 30.42, 365],
  ['late', { amount: 4900, status: 'past_due' }, 49, 588],
  ['in trial', { amount: 4900, status: 'trialing', trialEndsAt: day(9) }, 0, 0],
  ['paused', { amount: 4900, status: 'paused' }, 0, 0],
  ['unpaid', { amount: 4900, status: 'unpaid' }, 0, 0],
  ['collection paused', { amount: 4900, collectionPaused: { resumesAt: null } }, 0, 0],
  ['incomplete', { amount: 4900, status: 'incomplete' }, null, null],
  ['expired before it began', { amount: 4900, status: 'incomplete_expired' }, null, null],
  ['with its end scheduled', { amount: 4900, cancelAtPeriodEnd: true, reason: 'cancellation_requested' }, 49, 588],
  ['sent by email', { amount: 4900, collectionMethod: 'send_invoice' }, 49, 588],
  ['20 % off for ever', { amount: 5000, coupon: { percentOff: 20, duration: 'forever' } }, 40, 480],
  ['9.00 off for ever', { amount: 4900, coupon: { amountOff: 900, duration: 'forever' } }, 40, 480],
  ['more off than it costs', { amount: 4900, coupon: { amountOff: 9900, duration: 'forever' } }, 0, 0],
  [
    '12.00 off each yearly bill',
    { amount: 13_200, every: { interval: 'year', count: 1 }, coupon: { amountOff: 1200, duration: 'forever' } },
    10,
    120,
  ],
  ['half off once', { amount: 4900, coupon: { percentOff: 50, duration: 'once' } }, 49, 588],
  ['half off for three months', { amount: 4900, coupon: { percentOff: 50, duration: 'repeating' } }, 49, 588],
];

describe.each(STRIPE_SHAPES)('revenue of a subscription, %s payloads', (shape) => {
  it.each(ROWS)('%s', (_what, options, mrr, arr) =>
    play({ shape }, [on(0), webhooks(states(options)), wait(20_000), revenue(mrr, arr)]),
  );
});

describe.each(STRIPE_SHAPES)('revenue over time, %s payloads', (shape) => {
  it('is the sum of the subscriptions that run, and null once nothing runs', () =>
    play({ shape }, [
      on(0),
      webhooks(
        states({ amount: 4900 }),
        states({ amount: 12_000, every: { interval: 'year', count: 1 } }, 'sub_addon'),
      ),
      revenue(59, 708),
      on(1),
      webhooks(ends('sub_addon', 'cancellation_requested', 'unused')),
      revenue(49, 588),
      on(2),
      webhooks(ends('sub_pro', 'cancellation_requested', 'unused')),
      revenue(null, null),
    ]));

  it('is null over several currencies, and a number again when one is left (C5)', () =>
    play({ shape }, [
      on(0),
      webhooks(states({ amount: 4900 }), states({ amount: 3000, currency: 'eur' }, 'sub_euro')),
      revenue(null, null),
      on(1),
      webhooks(ends('sub_pro', 'cancellation_requested', 'unused')),
      revenue(30, 360, 'EUR'),
    ]));

  it('in a currency without minor units is not divided (E11)', () =>
    play({ shape }, [on(0), webhooks(states({ amount: 4900, currency: 'jpy' })), revenue(4900, 58_800, 'JPY')]));

  it('is not lowered by a payment that fails', () =>
    play({ shape }, [
      on(0),
      webhooks(states({ amount: 4900 })),
      on(1),
      webhooks(fails({ invoice: 'in_march', subscription: 'sub_pro', amount: 4900 }, { retryAt: day(4) })),
      webhooks(states({ amount: 4900, status: 'past_due' })),
      revenue(49, 588),
    ]));
});

describe('revenue that is not known beforehand', () => {
  it('makes the whole number null, for one item without a set price', () =>
    play({ shape: 'endive' }, [
      on(0),
      webhooks(states({ amount: 4900 }), states({ amount: 900 }, 'sub_addon')),
      revenue(58, 696),
      on(1),
      webhooks((account, at) =>
        states({ amount: 900 }, 'sub_addon')(account, at).map((event) => ({
          ...event,
          id: `${event.id}m`,
          data: JSON.parse(
            JSON.stringify(event.data)
              .replaceAll('"unit_amount":900', '"unit_amount":null')
              .replaceAll('"unit_amount_decimal":"900"', '"unit_amount_decimal":null'),
          ),
        })),
      ),
      revenue(null, null),
    ]));
});
