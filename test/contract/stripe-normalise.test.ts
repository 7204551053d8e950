import { describe, expect, test } from 'vitest';
import type { Fact, FactKind } from '../../src/domain/fact.ts';
import { fromUnixSeconds, instant } from '../../src/domain/instant.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import {
  basilCharge,
  basilIntent,
  basilInvoice,
  basilSubscription,
  event,
  expanded,
  legacyCharge,
  legacyIntent,
  legacyInvoice,
  legacySubscription,
  SECOND,
} from './stripe-payloads.ts';

const RECEIVED = instant(SECOND * 1_000 + 1_500);
const ORIGIN = { id: 'evt_1', occurredAt: fromUnixSeconds(SECOND), receivedAt: RECEIVED };
type Json = Readonly<Record<string, unknown>>;

const read = (type: string, object: Json, rest: Json = {}, userIdKeys: readonly string[] = ['user_id']) =>
  stripe.normalise(JSON.stringify(event(type, object, rest)), { receivedAt: RECEIVED, userIdKeys });

/** The only fact that the event states; fails where it states another number. */
const factOf = (type: string, object: Json, rest: Json = {}, userIdKeys?: readonly string[]): Fact => {
  const reading = read(type, object, rest, userIdKeys);
  if (reading.end !== 'understood') throw new Error(`Not understood: ${JSON.stringify(reading)}`);
  expect(reading.facts).toHaveLength(1);
  const [fact] = reading.facts;
  if (fact === undefined) throw new Error('No fact');
  return fact;
};

const invoiceOf = (object: Json) => {
  const fact = factOf('invoice.updated', object);
  if (fact.kind !== 'invoice_observed') throw new Error(`Another kind: ${fact.kind}`);
  return fact.invoice;
};

const INVOICE = {
  id: 'in_1',
  subscription: 'sub_1',
  status: 'open',
  currency: 'usd',
  amountDueMinor: 4900,
  amountRemainingMinor: 4900,
  amountPaidMinor: 0,
  collectedAutomatically: true,
  billingReason: 'cycle',
  attemptCount: 2,
  nextAttemptAt: fromUnixSeconds(SECOND + 259_200),
  hostedUrl: 'https://invoice.example/in_1',
  uncollectibleReason: null,
  periodStart: fromUnixSeconds(SECOND),
  subscriptionPlanId: 'team',
  subscriptionUserId: 'u_1',
  userId: 'u_invoice',
};

const LEGACY_ONLY = {
  paidOutOfBand: false,
  linksCharge: true,
  chargeId: 'ch_1',
  paymentIntentId: 'pi_1',
  price: { priceId: 'price_pro', productId: 'prod_pro', lookupKey: 'pro_monthly', planId: 'pro', details: true },
};
const BASIL_ONLY = {
  paidOutOfBand: null,
  linksCharge: false,
  chargeId: null,
  paymentIntentId: null,
  price: { priceId: 'price_pro', productId: 'prod_pro', lookupKey: null, planId: null, details: false },
};

describe('an invoice means the same in both shapes, and what a shape cannot say is not made up', () => {
  test.each([
    ['legacy', legacyInvoice, LEGACY_ONLY],
    ['basil', basilInvoice, BASIL_ONLY],
    ['a mixture of both', { ...legacyInvoice, ...basilInvoice }, { ...LEGACY_ONLY, price: BASIL_ONLY.price }],
    [
      'legacy, expanded',
      expanded(legacyInvoice, ['subscription', 'charge', 'payment_intent', 'customer']),
      LEGACY_ONLY,
    ],
    ['basil, expanded', expanded(basilInvoice, ['subscription', 'customer', 'product']), BASIL_ONLY],
  ])('%s', (_name, payload, shape) => {
    expect(factOf('invoice.payment_failed', payload)).toEqual({
      ...ORIGIN,
      kind: 'attempt_failed',
      invoice: { ...INVOICE, ...shape },
    });
  });

  test.each<[string, FactKind]>([
    ['invoice.payment_action_required', 'action_required'],
    ['invoice.created', 'invoice_observed'],
    ['invoice.updated', 'invoice_observed'],
    ['invoice.finalized', 'invoice_observed'],
    ['invoice.voided', 'invoice_observed'],
    ['invoice.marked_uncollectible', 'invoice_observed'],
    ['invoice.overpaid', 'invoice_observed'],
    ['invoice.overdue', 'invoice_observed'],
  ])('%s states %s', (type, kind) => {
    for (const payload of [legacyInvoice, basilInvoice]) expect(factOf(type, payload).kind).toBe(kind);
  });

  test.each([
    ['invoice.paid', false],
    ['invoice.payment_succeeded', true],
  ])('%s tells whether a charge paid: %s', (type, byCharge) => {
    expect(factOf(type, basilInvoice)).toMatchObject({ kind: 'invoice_paid', byCharge });
  });

  test.each([
    ['no request', { request: undefined }, true],
    ['a null request', { request: null }, true],
    ['a request without id', { request: { id: null } }, true],
    ['a request', { request: { id: 'req_1' } }, false],
    ['a request of before 2017', { request: 'req_1' }, false],
  ])('a payment with %s in its envelope is automatic: %s', (_name, rest, automatic) => {
    expect(factOf('invoice.paid', legacyInvoice, rest)).toMatchObject({ automatic });
  });
});

describe('an invoice', () => {
  test.each([
    ['subscription_cycle', 'cycle'],
    ['subscription_update', 'update'],
    ['subscription_threshold', 'threshold'],
    ['automatic_pending_invoice_item_invoice', 'pending_items'],
    ['subscription', 'legacy'],
    ['subscription_create', 'create'],
    ['manual', 'manual'],
    ['quote_accept', 'quote'],
    ['upcoming', 'other'],
    ['invented', 'other'],
    [null, 'other'],
  ])('made for %s has the reason %s', (billing_reason, expected) => {
    expect(invoiceOf({ ...basilInvoice, billing_reason }).billingReason).toBe(expected);
  });

  test.each([
    [{ status: 'void' }, 'void'],
    [{ status: 'uncollectible' }, 'uncollectible'],
    [{ status: null, paid: true }, 'paid'],
    [{ status: undefined, paid: false, closed: true, forgiven: true }, 'uncollectible'],
    [{ status: undefined, paid: false, closed: true, forgiven: false }, 'open'],
    [{ status: 'invented' }, 'open'],
  ])('with %j is %s', (fields, expected) => {
    expect(invoiceOf({ ...legacyInvoice, ...fields }).status).toBe(expected);
  });

  test('from before amounts were split owes what is due until it is paid', () => {
    const old = { ...legacyInvoice, amount_remaining: undefined, amount_paid: undefined };
    expect(invoiceOf(old)).toMatchObject({ amountRemainingMinor: 4900, amountPaidMinor: 0 });
    expect(invoiceOf({ ...old, status: 'paid' })).toMatchObject({ amountRemainingMinor: 0, amountPaidMinor: 4900 });
  });

  test.each([
    [{ collection_method: 'send_invoice' }, false],
    [{ collection_method: undefined, billing: 'send_invoice' }, false],
    [{ collection_method: undefined, billing: 'charge_automatically' }, true],
  ])('with %j is collected automatically: %s', (fields, expected) => {
    expect(invoiceOf({ ...legacyInvoice, ...fields }).collectedAutomatically).toBe(expected);
  });

  test('without a charge says so in the legacy shape, and says nothing of it in the newer one', () => {
    expect(invoiceOf({ ...legacyInvoice, charge: null })).toMatchObject({ linksCharge: true, chargeId: null });
    expect(invoiceOf(basilInvoice)).toMatchObject({ linksCharge: false, chargeId: null });
  });

  test('names its subscription in its lines where nowhere else', () => {
    const { subscription: _s, subscription_details: _d, ...legacy } = legacyInvoice;
    const { parent: _p, ...basil } = basilInvoice;
    expect(invoiceOf(legacy).subscription).toBe('sub_1');
    expect(invoiceOf(basil).subscription).toBe('sub_1');
  });

  test('takes the subscription metadata from its line where nothing else carries it', () => {
    const [, , line] = (legacyInvoice.lines as { data: Json[] }).data;
    const lines = { data: [{ ...line, metadata: { plan_id: 'team', user_id: 'u_1' } }] };
    expect(invoiceOf({ ...legacyInvoice, subscription_details: undefined, lines })).toMatchObject({
      subscriptionPlanId: 'team',
      subscriptionUserId: 'u_1',
    });
  });

  test("reads a price's plan from the price before its product, whichever object is expanded", () => {
    const product = { id: 'prod_pro', metadata: { plan_id: 'by_product' } };
    const priced = (fields: Json) => invoiceOf({ ...basilInvoice, lines: { data: [fields] } }).price;
    const price = { id: 'price_pro', lookup_key: null, metadata: {}, product };
    expect(priced({ price })).toMatchObject({ planId: 'by_product', productId: 'prod_pro', details: true });
    expect(priced({ price: { ...price, metadata: { plan_id: 'by_price' } } })).toMatchObject({ planId: 'by_price' });
    expect(priced({ pricing: { price_details: { price, product: 'prod_pro' } } })).toMatchObject({
      planId: 'by_product',
      details: true,
    });
    expect(priced({ plan: { id: 'gold', product: 'prod_pro' } })).toMatchObject({ priceId: 'gold', details: true });
    expect(priced({})).toBeNull();
  });

  test('carries why Stripe gave it up', () => {
    const status_details = { uncollectible: { reason: 'max_payment_attempts' } };
    expect(invoiceOf({ ...basilInvoice, status: 'uncollectible', status_details })).toMatchObject({
      status: 'uncollectible',
      uncollectibleReason: 'max_payment_attempts',
    });
  });

  test('names everything by which later deliveries find its customer', () => {
    const references = (payload: Json) => {
      const reading = read('invoice.payment_failed', payload);
      return reading.end === 'understood' ? reading.references.toSorted() : null;
    };
    expect(references(legacyInvoice)).toEqual(['ch_1', 'in_1', 'pi_1', 'sub_1']);
    expect(references(basilInvoice)).toEqual(['in_1', 'sub_1']);
  });
});

describe('a refused charge', () => {
  const charge = {
    chargeId: 'ch_1',
    paymentIntentId: 'pi_1',
    invoiceId: 'in_1',
    amountMinor: 4900,
    currency: 'usd',
    card: { brand: 'visa', last4: '0341', expMonth: 4, expYear: 2028 },
  };
  const reason = { declineCode: 'insufficient_funds', errorCode: 'card_declined', blockedReason: null };
  const silent = { ...reason, adviceCode: null, networkAdviceCode: null, networkDeclineCode: null };
  const advised = { ...reason, adviceCode: 'try_again_later', networkAdviceCode: '02', networkDeclineCode: '51' };

  test.each([
    ['charge.failed', 'legacy', legacyCharge, silent],
    ['charge.failed', 'basil', basilCharge, advised],
    ['payment_intent.payment_failed', 'legacy', legacyIntent, silent],
    ['payment_intent.payment_failed', 'basil', basilIntent, advised],
    ['payment_intent.payment_failed', 'basil, expanded', { ...basilIntent, latest_charge: basilCharge }, advised],
  ])('%s in the %s shape states the same charge and reason', (type, _shape, payload, decline) => {
    expect(factOf(type, payload)).toEqual({ ...ORIGIN, kind: 'charge_declined', charge, decline });
  });

  test.each([
    ['charge.succeeded', legacyCharge],
    ['charge.succeeded', basilCharge],
    ['payment_intent.succeeded', { ...legacyIntent, last_payment_error: null }],
    ['payment_intent.succeeded', { ...basilIntent, last_payment_error: null, payment_method: { id: 'pm_1' } }],
  ])('and %s names the charge that succeeded', (type, payload) => {
    expect(factOf(type, payload)).toMatchObject({
      kind: 'charge_succeeded',
      charge: { chargeId: 'ch_1', paymentIntentId: 'pi_1', invoiceId: 'in_1', amountMinor: 4900 },
    });
  });

  test('that Stripe blocked keeps the reason apart from the generic code that the card shows', () => {
    const outcome = { type: 'blocked', reason: 'highest_risk_level', network_status: 'not_sent_to_network' };
    const blocked = { ...legacyCharge, outcome };
    const expected = { declineCode: null, errorCode: 'card_declined', blockedReason: 'highest_risk_level' };
    expect(factOf('charge.failed', blocked)).toMatchObject({ decline: expected });
    const error = { code: 'card_declined', decline_code: 'generic_decline', charge: 'ch_1' };
    for (const carried of [{ charges: { data: [blocked] } }, { charges: undefined, latest_charge: blocked }]) {
      expect(
        factOf('payment_intent.payment_failed', { ...legacyIntent, ...carried, last_payment_error: error }),
      ).toMatchObject({
        decline: { declineCode: 'generic_decline', blockedReason: 'highest_risk_level' },
      });
    }
  });

  test('borrows no reason from another charge of the same intent', () => {
    const other = { ...legacyCharge, id: 'ch_0', outcome: { type: 'blocked', reason: 'highest_risk_level' } };
    const payload = { ...legacyIntent, charges: { data: [other] } };
    expect(factOf('payment_intent.payment_failed', payload)).toMatchObject({
      charge: { chargeId: 'ch_1' },
      decline: { blockedReason: null },
    });
  });

  test('without any reason has none', () => {
    expect(factOf('payment_intent.payment_failed', { ...basilIntent, last_payment_error: null })).toMatchObject({
      decline: {
        declineCode: null,
        errorCode: null,
        adviceCode: null,
        networkAdviceCode: null,
        networkDeclineCode: null,
        blockedReason: null,
      },
    });
  });

  test('takes an order reference for an invoice only if it is the id of one', () => {
    const payload = { ...basilCharge, payment_details: { order_reference: 'order-77' } };
    expect(factOf('charge.failed', payload)).toMatchObject({ charge: { invoiceId: null } });
  });

  test('shows the card of a legacy source', () => {
    const { payment_method_details: _details, ...charge } = legacyCharge;
    const source = { id: 'card_1', object: 'card', brand: 'Visa', last4: '4242', exp_month: 1, exp_year: 2030 };
    const card = { brand: 'Visa', last4: '4242', expMonth: 1, expYear: 2030 };
    expect(factOf('charge.failed', { ...charge, source })).toMatchObject({ charge: { card } });
    expect(factOf('charge.failed', { ...charge, source: { id: 'src_1', card: source } })).toMatchObject({
      charge: { card },
    });
    expect(factOf('charge.failed', charge)).toMatchObject({ charge: { card: null } });
  });
});

test.each([
  ['plain', { payment: { type: 'payment_intent', payment_intent: 'pi_1' } }, 'pi_1', null],
  ['expanded', { payment: { type: 'payment_intent', payment_intent: { id: 'pi_1' } } }, 'pi_1', null],
  ['of a bare charge', { payment: { type: 'charge', charge: 'ch_1' } }, null, 'ch_1'],
])('an invoice payment links the invoice to what pays it: %s', (_name, fields, paymentIntentId, chargeId) => {
  expect(
    factOf('invoice_payment.paid', { object: 'invoice_payment', id: 'inpay_1', invoice: 'in_1', ...fields }),
  ).toEqual({
    ...ORIGIN,
    kind: 'invoice_payment_linked',
    invoiceId: 'in_1',
    paymentIntentId,
    chargeId,
  });
});

describe('a subscription', () => {
  const SUBSCRIPTION = {
    id: 'sub_1',
    status: 'past_due',
    price: { priceId: 'price_pro', productId: 'prod_pro', lookupKey: 'pro_monthly', planId: 'pro', details: true },
    planId: 'team',
    userId: 'u_1',
    trialEndsAt: fromUnixSeconds(SECOND - 86_400),
    cancelAt: fromUnixSeconds(SECOND + 2_592_000),
    cancelReason: null,
    cancelFeedback: null,
    pausedForNonPayment: false,
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

describe('a closed dispute', () => {
  const dispute = {
    id: 'dp_1',
    object: 'dispute',
    charge: 'ch_1',
    payment_intent: 'pi_1',
    amount: 4900,
    currency: 'USD',
  };

  test('that is lost takes the payment back', () => {
    expect(factOf('charge.dispute.closed', { ...dispute, status: 'lost' })).toEqual({
      ...ORIGIN,
      kind: 'payment_reversed',
      reversalId: 'dp_1',
      charge: {
        chargeId: 'ch_1',
        paymentIntentId: 'pi_1',
        invoiceId: null,
        amountMinor: 4900,
        currency: 'usd',
        card: null,
      },
    });
  });

  test.each(['won', 'warning_closed', 'prevented'])('that ended as %s does not', (status) => {
    expect(read('charge.dispute.closed', { ...dispute, status }).end).toBe('ignored');
  });
});

describe('a payload that does not fit is a dead letter that names the field, and never an exception', () => {
  test.each<[string, string, Json, RegExp]>([
    ['no id', 'invoice.payment_failed', { ...basilInvoice, id: undefined }, /data\.object\.id/],
    ['an amount in words', 'invoice.paid', { ...basilInvoice, amount_due: 'secret-4900' }, /data\.object\.amount_due/],
    ['half a cent', 'charge.failed', { ...basilCharge, amount: 0.5 }, /data\.object\.amount/],
    ['a currency that is none', 'charge.failed', { ...basilCharge, currency: 'dollars' }, /data\.object\.currency/],
    [
      'a date beyond the calendar',
      'invoice.paid',
      { ...basilInvoice, next_payment_attempt: 1e15 },
      /next_payment_attempt/,
    ],
    ['no status', 'customer.subscription.updated', { ...basilSubscription, status: undefined }, /data\.object\.status/],
  ])('%s', (_name, type, payload, names) => {
    const reading = read(type, payload);
    expect(reading).toMatchObject({ end: 'dead_letter', error: expect.stringMatching(names) });
    expect(JSON.stringify(reading)).not.toContain('secret-4900');
  });

  test.each(['', 'null', '[]', '7', '"text"', '{', '{"object":"event"}', '{"object":"v2.core.event"}'])(
    '%s',
    (body) => {
      expect(stripe.normalise(body, { receivedAt: RECEIVED, userIdKeys: [] }).end).toBe('dead_letter');
    },
  );
});
