import { describe, expect, test } from 'vitest';
import { fromUnixSeconds } from '../../src/domain/instant.ts';
import { basilSubscription, legacySubscription, SECOND } from './stripe-payloads.ts';
import { factOf, type Json } from './stripe-reading.ts';

const subscriptionOf = (object: Json) => {
  const fact = factOf('customer.subscription.updated', object);
  if (fact.kind !== 'subscription_observed') throw new Error(`Another kind: ${fact.kind}`);
  return fact.subscription;
};

const price = (rest: Json): Json => ({
  id: 'price_pro',
  object: 'price',
  currency: 'EUR',
  billing_scheme: 'per_unit',
  unit_amount: 1900,
  unit_amount_decimal: '1900',
  recurring: { interval: 'month', interval_count: 3, usage_type: 'licensed' },
  ...rest,
});

const withItem = (rest: Json, quantity: unknown = 2): Json => ({
  ...basilSubscription,
  items: { data: [{ id: 'si_1', quantity, price: price(rest) }] },
});

const ITEM = { priceId: 'price_pro', unitAmountMinor: 1900, quantity: 2, interval: 'month', intervalCount: 3 };

describe('what a subscription bills each period', () => {
  test.each<[string, Json, object]>([
    ['a price', {}, ITEM],
    [
      'a price with fractions of a cent',
      { unit_amount: null, unit_amount_decimal: '0.05' },
      { ...ITEM, unitAmountMinor: 0.05 },
    ],
    ['a tiered price', { billing_scheme: 'tiered', unit_amount: null }, { ...ITEM, unitAmountMinor: null }],
    ['a price per package', { transform_quantity: { divide_by: 10 } }, { ...ITEM, unitAmountMinor: null }],
    [
      'a metered price',
      { recurring: { interval: 'month', interval_count: 3, usage_type: 'metered' } },
      { ...ITEM, unitAmountMinor: null },
    ],
    ['an amount in words', { unit_amount: 'much', unit_amount_decimal: null }, { ...ITEM, unitAmountMinor: null }],
  ])('is known of %s', (_name, rest, expected) => {
    expect(subscriptionOf(withItem(rest))).toMatchObject({ items: [expected], currency: 'eur' });
  });

  test('is known of a plan, and of the single plan of the oldest shape', () => {
    const plan = { id: 'plan_1', object: 'plan', amount: 500, currency: 'usd', interval: 'year', interval_count: 1 };
    const expected = { priceId: 'plan_1', unitAmountMinor: 500, quantity: 4, interval: 'year', intervalCount: 1 };
    const listed = { ...legacySubscription, items: { data: [{ quantity: 4, plan }] } };
    const single = { ...legacySubscription, items: undefined, quantity: 4, plan };
    expect(subscriptionOf(listed)).toMatchObject({ items: [expected], currency: 'usd' });
    expect(subscriptionOf(single)).toMatchObject({ items: [expected], currency: 'usd' });
  });

  test('is not known where the price is an id, or does not recur', () => {
    expect(subscriptionOf({ ...basilSubscription, items: { data: [{ price: 'price_pro' }] } }).items).toEqual([]);
    expect(subscriptionOf(withItem({ recurring: null })).items).toEqual([]);
    expect(subscriptionOf(withItem({ recurring: { interval: 'fortnight' } })).items).toEqual([]);
  });

  test('counts a metered item, which has no quantity, once', () => {
    expect(subscriptionOf(withItem({}, null)).items).toMatchObject([{ quantity: 1 }]);
  });
});

describe('a discount on the whole subscription', () => {
  const coupon = { id: 'half', percent_off: 50, amount_off: null, duration: 'forever' };
  const HALF = { percentOff: 50, amountOffMinor: null, lasts: 'forever', endsAt: null };

  test.each<[string, Json, readonly object[] | null]>([
    ['before basil', { discount: { id: 'di_1', coupon, end: null } }, [HALF]],
    ['in a list', { discounts: [{ id: 'di_1', coupon, end: null }] }, [HALF]],
    ['in a list and alone, once', { discount: { coupon }, discounts: [{ coupon }] }, [HALF]],
    ['since clover', { discounts: [{ id: 'di_1', source: { type: 'coupon', coupon } }] }, [HALF]],
    [
      'that lapses',
      { discount: { coupon: { amount_off: 300, duration: 'repeating' }, end: SECOND } },
      [{ percentOff: null, amountOffMinor: 300, lasts: 'repeating', endsAt: fromUnixSeconds(SECOND) }],
    ],
    ['as an id: there, and not told', { discounts: ['di_1'] }, null],
    ['whose coupon is an id', { discounts: [{ source: { coupon: 'half' } }] }, null],
    ['that cannot be read', { discounts: [{ coupon: { percent_off: 900, duration: 'forever' } }, 7] }, []],
    ['that is none', { discount: null, discounts: [] }, []],
  ])('is read %s', (_name, rest, expected) => {
    expect(subscriptionOf({ ...basilSubscription, ...rest }).discounts).toEqual(expected);
  });
});

describe('a pause', () => {
  const paused = (type: unknown): Json => ({
    ...basilSubscription,
    status: 'paused',
    status_details: { paused: { type: 'subscription', subscription: { type } } },
  });

  test.each([
    ['final_payment_failure', 'non_payment'],
    ['first_payment_failure', 'non_payment'],
    ['trial_end_without_payment_method', 'trial_ended'],
    ['pause_requested', 'requested'],
    ['system', 'other'],
    ['invented', 'other'],
  ])('of the service because of %s is for %s', (type, pauseReason) => {
    expect(subscriptionOf(paused(type))).toMatchObject({ status: 'paused', pauseReason });
  });

  test('of the service is not explained by details that outlived it', () => {
    expect(subscriptionOf({ ...paused('pause_requested'), status: 'active' })).toMatchObject({ pauseReason: null });
  });

  test('before endive came at the end of a trial that was set to pause', () => {
    const trial_settings = { end_behavior: { missing_payment_method: 'pause' } };
    const old = { ...basilSubscription, status: 'paused' };
    expect(subscriptionOf({ ...old, trial_settings })).toMatchObject({ pauseReason: 'trial_ended' });
    expect(subscriptionOf(old)).toMatchObject({ pauseReason: null });
  });

  test.each<[string, Json, boolean, number | null]>([
    ['runs until somebody ends it', { behavior: 'void', resumes_at: null }, true, null],
    ['ends on its date', { behavior: 'keep_as_draft', resumes_at: SECOND }, true, SECOND * 1_000],
  ])('of collection %s', (_name, pause_collection, collectionPaused, resumesAt) => {
    expect(subscriptionOf({ ...basilSubscription, pause_collection })).toMatchObject({ collectionPaused, resumesAt });
  });

  test.each([
    [{ pause_collection: null }, false],
    [{ pause_collection: { resumes_at: 1 } }, true],
    [{ status: 'active' }, null],
  ])('of collection changed from %j was one before: %s', (previous_attributes, previousCollectionPaused) => {
    const data = { object: basilSubscription, previous_attributes };
    expect(factOf('customer.subscription.updated', basilSubscription, { data })).toMatchObject({
      previousCollectionPaused,
    });
  });
});

test.each([
  [{ default_payment_method: 'pm_1' }, 'pm_1'],
  [{ default_payment_method: null }, 'card_1'],
  [{ default_source: 'card_0' }, undefined],
  [{}, undefined],
])('a subscription changed from %j was charged before by %s', (previous_attributes, before) => {
  const object = { ...basilSubscription, default_payment_method: 'pm_2', default_source: 'card_1' };
  const fact = factOf('customer.subscription.updated', object, { data: { object, previous_attributes } });
  expect('previousPaymentMethodId' in fact ? fact.previousPaymentMethodId : undefined).toBe(before);
});
