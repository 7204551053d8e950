import { describe, expect, test } from 'vitest';
import { fromUnixSeconds } from '../../src/domain/instant.ts';
import { basilSubscription, legacySubscription, SECOND } from './stripe-payloads.ts';
import { factOf, ORIGIN, read } from './stripe-reading.ts';

describe('a subscription', () => {
  const SUBSCRIPTION = {
    id: 'sub_1',
    status: 'past_due',
    price: { priceId: 'price_pro', productId: 'prod_pro', lookupKey: 'pro_monthly', planId: 'pro', details: true },
    planId: 'team',
    userId: 'u_1',
    currency: null,
    items: [],
    discounts: [],
    collectedAutomatically: true,
    startedAt: null,
    trialEndsAt: fromUnixSeconds(SECOND - 86_400),
    cancelAt: fromUnixSeconds(SECOND + 2_592_000),
    cancelReason: null,
    cancelReasonStated: false,
    cancelFeedback: null,
    pausedForNonPayment: false,
    pauseReason: null,
    collectionPaused: false,
    resumesAt: null,
    defaultPaymentMethodId: null,
  };

  test.each([
    ['legacy', legacySubscription],
    ['basil', basilSubscription],
  ])('means the same in the %s shape', (_name, payload) => {
    expect(factOf('customer.subscription.updated', payload)).toEqual({
      ...ORIGIN,
      kind: 'subscription_observed',
      subscription: SUBSCRIPTION,
      previousStatus: null,
      previousCollectionPaused: null,
    });
    expect(factOf('customer.subscription.deleted', payload)).toEqual({
      ...ORIGIN,
      kind: 'subscription_ended',
      subscription: SUBSCRIPTION,
    });
  });

  test('of before prices existed has its plan', () => {
    const old = { ...legacySubscription, items: undefined };
    expect(factOf('customer.subscription.created', old)).toMatchObject({
      subscription: { price: { priceId: 'price_pro', productId: 'prod_pro', planId: 'pro', details: true } },
    });
  });

  test.each([
    [{ status: 'active' }, 'active'],
    [{ status: 'invented' }, 'other'],
    [{ cancel_at_period_end: false }, null],
    [{}, null],
  ])('changed from %j names the status before only if the payload does: %s', (previous_attributes, expected) => {
    const data = { object: basilSubscription, previous_attributes };
    expect(factOf('customer.subscription.updated', basilSubscription, { data })).toMatchObject({
      previousStatus: expected,
    });
  });

  test.each([
    ['cancellation_requested', 'requested'],
    ['payment_failed', 'payment_failed'],
    ['payment_disputed', 'payment_disputed'],
    ['canceled_by_retention_policy', 'retention_policy'],
    ['invented', 'other'],
    [null, null],
  ])('canceled because of %s ended for %s', (reason, cancelReason) => {
    const cancellation_details = { reason, feedback: 'too_expensive', comment: 'please do not keep this' };
    const fact = factOf('customer.subscription.deleted', { ...basilSubscription, cancellation_details });
    expect(fact).toMatchObject({ subscription: { cancelReason, cancelFeedback: 'too_expensive' } });
    expect(JSON.stringify(fact)).not.toContain('please do not keep this');
  });

  test.each([
    [{}, false],
    [{ cancellation_details: null }, true],
    [{ cancellation_details: { reason: null, feedback: null } }, true],
    [{ cancellation_details: { reason: 'cancellation_requested' } }, true],
  ])('with %j knows whether its shape has a place for the reason: %s', (details, cancelReasonStated) => {
    for (const type of ['customer.subscription.updated', 'customer.subscription.deleted']) {
      expect(factOf(type, { ...basilSubscription, ...details })).toMatchObject({
        subscription: { cancelReasonStated },
      });
    }
  });

  test.each([
    ['paused', 'final_payment_failure', true],
    ['paused', 'pause_requested', false],
    ['active', 'final_payment_failure', false],
  ])('that is %s after %s is paused for non-payment: %s', (status, type, pausedForNonPayment) => {
    const status_details = { paused: { type: 'subscription', subscription: { type } } };
    expect(factOf('customer.subscription.paused', { ...basilSubscription, status, status_details })).toMatchObject({
      subscription: { pausedForNonPayment },
    });
  });

  test('that is canceled on a date ends on that date', () => {
    const payload = { ...basilSubscription, cancel_at: SECOND + 60 };
    expect(factOf('customer.subscription.updated', payload)).toMatchObject({
      subscription: { cancelAt: fromUnixSeconds(SECOND + 60) },
    });
  });

  test('whose schedule was aborted is no longer collected, if the schedule names it', () => {
    const schedule = { id: 'sub_sched_1', object: 'subscription_schedule', customer: 'cus_1' };
    expect(factOf('subscription_schedule.aborted', { ...schedule, subscription: 'sub_1' })).toEqual({
      ...ORIGIN,
      kind: 'collection_stopped',
      subscription: 'sub_1',
    });
    expect(read('subscription_schedule.aborted', { ...schedule, subscription: null }).end).toBe('ignored');
  });
});

describe('whose customer it is', () => {
  const userOf = (metadata: unknown, keys: readonly string[]) => {
    const fact = factOf('customer.updated', { id: 'cus_1', object: 'customer', metadata }, {}, keys);
    return fact.kind === 'customer_observed' ? fact.userId : undefined;
  };

  test.each([
    [{ user_id: 'u_1' }, ['user_id'], 'u_1'],
    [{ uid: 'u_2', user_id: 'u_1' }, ['uid', 'user_id'], 'u_2'],
    [{ uid: '', user_id: 'u_1' }, ['uid', 'user_id'], 'u_1'],
    [{ uid: '  ' }, ['uid'], null],
    [{ uid: 7 }, ['uid'], null],
    [{}, ['toString', 'user_id'], null],
    [null, ['user_id'], null],
  ])('is told by metadata %j under the first of %j that holds a text: %s', (metadata, keys, expected) => {
    expect(userOf(metadata, keys)).toBe(expected);
  });
});
