import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FactKind } from '../../src/domain/fact.ts';
import { fromUnixSeconds } from '../../src/domain/instant.ts';
import { SUBSCRIBE_EVENTS, stripe } from '../../src/providers/stripe/stripe.ts';
import {
  basilCharge,
  basilIntent,
  basilInvoice,
  basilSubscription,
  expanded,
  legacyCharge,
  legacyIntent,
  legacyInvoice,
  legacySubscription,
  SECOND,
} from './stripe-payloads.ts';
import { factOf, type Json, ORIGIN, RECEIVED, read } from './stripe-reading.ts';

const invoiceOf = (object: Json) => {
  const fact = factOf('invoice.updated', object);
  if (fact.kind !== 'invoice_observed') throw new Error(`Another kind: ${fact.kind}`);
  return fact.invoice;
};

const PAYLOADS = [
  legacyInvoice,
  basilInvoice,
  legacyCharge,
  basilCharge,
  legacyIntent,
  basilIntent,
  legacySubscription,
  basilSubscription,
];

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
  dueAt: null,
  email: null,
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
      expect(stripe.normalise(body, { receivedAt: RECEIVED, userIdKeys: [], contactKeys: [] }).end).toBe('dead_letter');
    },
  );

  test('whatever one value of a real payload is replaced by', () => {
    const payload = fc.constantFrom(...PAYLOADS);
    fc.assert(
      fc.property(
        fc.constantFrom(...SUBSCRIBE_EVENTS),
        payload,
        fc.nat(40),
        fc.jsonValue(),
        (type, object, nth, junk) => {
          expect(['understood', 'ignored', 'dead_letter']).toContain(read(type, withJunk(object, nth, junk)).end);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

/** `object` with its value number `nth`, in reading order, replaced by `junk`. */
const withJunk = (object: Json, nth: number, junk: unknown): Json => {
  let seen = -1;
  return JSON.parse(
    JSON.stringify(object, (key, value: unknown) => {
      if (key === '') return value;
      seen += 1;
      return seen === nth ? junk : value;
    }),
  );
};
