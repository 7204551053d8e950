import { describe, expect, test } from 'vitest';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import {
  basilCharge,
  basilIntent,
  basilSubscription,
  event,
  legacyCharge,
  legacyIntent,
  legacySubscription,
} from './stripe-payloads.ts';
import { factOf, type Json, ORIGIN, RECEIVED, read } from './stripe-reading.ts';

const RAW_CARD = { brand: 'visa', last4: '4242', exp_month: 4, exp_year: 2028 };
const CARD = { brand: 'visa', last4: '4242', expMonth: 4, expYear: 2028 };
const method: Json = { id: 'pm_1', object: 'payment_method', customer: 'cus_1', type: 'card', card: RAW_CARD };
const legacyCard: Json = { id: 'card_1', object: 'card', customer: 'cus_1', ...RAW_CARD };
const keysOf = (type: string, object: Json, previous_attributes?: Json) =>
  stripe.admit(JSON.stringify(event(type, object, { data: { object, previous_attributes } })), RECEIVED).keys;

describe('a stored payment method', () => {
  const observed = { ...ORIGIN, kind: 'payment_method_observed' };

  test.each([
    ['payment_method.attached', 'attached'],
    ['payment_method.updated', 'updated'],
    ['payment_method.automatically_updated', 'network'],
    ['payment_method.detached', 'detached'],
    ['backfill.payment_method', 'seen'],
    ['lookup.payment_method', 'seen'],
  ])('is read from %s; what it is about: %s', (type, cause) => {
    const expected = { ...observed, cause, detached: cause === 'detached', previousCard: null };
    expect(factOf(type, method)).toEqual({ ...expected, paymentMethodId: 'pm_1', card: CARD });
  });

  test('shows the card before, as far as the payload names it', () => {
    const renewed = (card: Json) =>
      factOf('payment_method.automatically_updated', method, {
        data: { object: method, previous_attributes: { card } },
      });
    expect(renewed({ exp_month: 3, last4: '1111', fingerprint: 'F1' })).toMatchObject({
      previousCard: { brand: null, last4: '1111', expMonth: 3, expYear: null },
    });
    expect(renewed({ networks: {} })).toMatchObject({ previousCard: null });
    const old = { data: { object: legacyCard, previous_attributes: { exp_year: 2026 } } };
    expect(factOf('customer.source.updated', legacyCard, old)).toMatchObject({
      previousCard: { brand: null, last4: null, expMonth: null, expYear: 2026 },
    });
  });

  test('of the legacy kind was updated by whoever asked for it, else by the card network', () => {
    expect(factOf('customer.source.updated', legacyCard, { request: { id: 'req_1' } })).toMatchObject({
      cause: 'updated',
    });
    expect(factOf('customer.source.updated', legacyCard)).toMatchObject({ cause: 'network' });
  });

  test.each([
    ['customer.source.created', 'attached'],
    ['customer.source.expiring', 'expiring'],
    ['customer.source.deleted', 'detached'],
    ['backfill.card', 'seen'],
  ])('of the legacy kind is read from %s; what it is about: %s', (type, cause) => {
    const expected = { ...observed, card: CARD, previousCard: null, cause, detached: cause === 'detached' };
    expect(factOf(type, legacyCard)).toEqual({ ...expected, paymentMethodId: 'card_1' });
    const source = { id: 'src_1', object: 'source', customer: 'cus_1', type: 'card', card: RAW_CARD };
    expect(factOf(type, source)).toEqual({ ...expected, paymentMethodId: 'src_1' });
  });

  test.each<[string, Json]>([
    ['a bank account', { id: 'ba_1', object: 'bank_account', customer: 'cus_1', last4: '6789', bank_name: 'Bank' }],
    ['a source without a card', { id: 'src_1', object: 'source', customer: 'cus_1', type: 'sepa_debit' }],
  ])('of the legacy kind that is %s is ignored', (_name, object) => {
    expect(read('customer.source.created', object)).toEqual({ end: 'ignored', reason: 'a source that is no card' });
  });

  test('that is no card fills its slot all the same, with nothing that expires', () => {
    const debit = { ...method, type: 'sepa_debit', card: undefined, sepa_debit: { last4: '3000' } };
    expect(factOf('payment_method.attached', debit)).toMatchObject({ paymentMethodId: 'pm_1', card: null });
  });

  test('says no more of the card than the ledger needs', () => {
    const full = {
      ...method,
      card: { ...RAW_CARD, fingerprint: 'F1ngerprint', country: 'US' },
      billing_details: { email: 'a@b.example' },
    };
    expect(JSON.stringify(factOf('payment_method.attached', full))).not.toMatch(/F1ngerprint|example/);
  });
});

describe('the customer of a payment method', () => {
  test('that was detached is named by its attributes before', () => {
    const gone = { ...method, customer: null };
    expect(keysOf('payment_method.detached', gone, { customer: 'cus_1' })).toMatchObject({
      customer: 'cus_1',
      objects: [],
    });
    expect(keysOf('payment_method.detached', gone, { customer: null, customer_account: 'acct_9' }).customer).toBe(
      'acct_9',
    );
  });

  test('is never one that another kind of object had before', () => {
    const moved = { ...legacyCharge, customer: null };
    expect(keysOf('charge.failed', moved, { customer: 'cus_before' }).customer).toBeNull();
  });

  test('is otherwise found by the method itself, which the attached one refers to', () => {
    expect(keysOf('payment_method.detached', { ...method, customer: null })).toMatchObject({
      customer: null,
      objects: ['pm_1'],
    });
    expect(read('payment_method.attached', method)).toMatchObject({ references: ['pm_1'] });
    expect(read('customer.source.created', legacyCard)).toMatchObject({ references: ['card_1'] });
  });
});

describe('the slot that is charged', () => {
  const inSlot = { object: 'payment_method', id: 'pm_7' };

  test.each<[Json, string | null]>([
    [{ invoice_settings: { default_payment_method: 'pm_7' }, default_source: 'card_1' }, 'pm_7'],
    [{ invoice_settings: { default_payment_method: inSlot } }, 'pm_7'],
    [{ invoice_settings: { default_payment_method: null }, default_source: 'card_1' }, 'card_1'],
    [{ invoice_settings: null, default_source: { id: 'card_1', object: 'card' } }, 'card_1'],
    [{ invoice_settings: 'none', default_source: 7 }, null],
    [{}, null],
  ])('of a customer with %j is %s', (fields, defaultPaymentMethodId) => {
    for (const type of ['customer.created', 'customer.updated']) {
      expect(factOf(type, { id: 'cus_1', object: 'customer', ...fields })).toMatchObject({ defaultPaymentMethodId });
    }
  });

  test.each<[Json, string | null]>([
    [{ default_payment_method: 'pm_7', default_source: 'card_1' }, 'pm_7'],
    [{ default_payment_method: inSlot }, 'pm_7'],
    [{ default_payment_method: null, default_source: 'card_1' }, 'card_1'],
    [{ default_payment_method: ['pm_7'] }, null],
    [{}, null],
  ])('of a subscription with %j is %s', (fields, defaultPaymentMethodId) => {
    for (const payload of [legacySubscription, basilSubscription]) {
      expect(factOf('customer.subscription.updated', { ...payload, ...fields })).toMatchObject({
        subscription: { defaultPaymentMethodId },
      });
    }
  });
});

describe('the method that was charged', () => {
  const { payment_method: _method, ...unnamed } = legacyCharge;

  test.each<[string, string, Json, string | null]>([
    ['a charge', 'charge.succeeded', basilCharge, 'pm_1'],
    ['an expanded one', 'charge.succeeded', { ...basilCharge, payment_method: method }, 'pm_1'],
    ['a legacy card', 'charge.succeeded', { ...unnamed, source: legacyCard }, 'card_1'],
    ['a charge that names none', 'charge.succeeded', unnamed, null],
    ['a refused legacy intent', 'payment_intent.payment_failed', legacyIntent, 'pm_1'],
    ['a refused intent', 'payment_intent.payment_failed', basilIntent, 'pm_1'],
    [
      'an intent that succeeded',
      'payment_intent.succeeded',
      { ...basilIntent, last_payment_error: null, payment_method: 'pm_2' },
      'pm_2',
    ],
    [
      'an intent that only its charge names',
      'payment_intent.succeeded',
      { ...basilIntent, last_payment_error: null, latest_charge: basilCharge },
      'pm_1',
    ],
  ])('is named by %s', (_name, type, payload, paymentMethodId) => {
    expect(factOf(type, payload)).toMatchObject({ charge: { paymentMethodId } });
  });

  test('is never shown with the card of another', () => {
    const error = { code: 'card_declined', charge: 'ch_1', payment_method: 'pm_refused' };
    const payload = { ...basilIntent, last_payment_error: error, payment_method: method };
    expect(factOf('payment_intent.payment_failed', payload)).toMatchObject({
      charge: { paymentMethodId: 'pm_1', card: CARD },
    });
  });
});
