import { describe, expect, test } from 'vitest';
import { fromUnixSeconds, instant } from '../../src/domain/instant.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import {
  basilCharge,
  basilIntent,
  basilInvoice,
  event,
  expanded,
  legacyCharge,
  legacyInvoice,
  SECOND,
} from './stripe-payloads.ts';

const RECEIVED = instant(SECOND * 1_000 + 1_500);
type Json = Readonly<Record<string, unknown>>;
const admit = (body: unknown) => stripe.admit(typeof body === 'string' ? body : JSON.stringify(body), RECEIVED);
const keysOf = (type: string, object: Json, rest: Json = {}) => admit(event(type, object, rest)).keys;

describe('the keys of a delivery', () => {
  test('are mode, merchant, customer and event', () => {
    expect(admit(event('invoice.payment_failed', legacyInvoice, { account: 'acct_1' }))).toEqual({
      end: 'unread',
      keys: {
        provider: 'stripe',
        merchant: 'acct_1',
        mode: 'live',
        customer: 'cus_1',
        objects: [],
        eventId: 'evt_1',
        eventType: 'invoice.payment_failed',
        occurredAt: fromUnixSeconds(SECOND),
      },
    });
  });

  test.each([
    [{}, 'live'],
    [{ livemode: false }, 'test'],
    [{ livemode: null }, 'test'],
    [{ livemode: undefined }, 'test'],
  ])('with %j are of mode %s, so that only what says it is live reaches real people', (rest, mode) => {
    expect(keysOf('invoice.paid', basilInvoice, rest)).toMatchObject({ mode, merchant: '' });
  });

  test.each<[string, string, Json, string]>([
    ['an id', 'invoice.paid', basilInvoice, 'cus_1'],
    ['an expanded object', 'invoice.paid', expanded(basilInvoice, ['customer']), 'cus_1'],
    [
      'an account of the newer kind',
      'invoice.paid',
      { ...basilInvoice, customer: null, customer_account: 'acct_9' },
      'acct_9',
    ],
    ['both kinds', 'invoice.paid', { ...basilInvoice, customer_account: 'acct_9' }, 'cus_1'],
    ['the customer itself', 'customer.updated', { id: 'cus_2', object: 'customer' }, 'cus_2'],
  ])('name the customer by %s', (_name, type, payload, customer) => {
    expect(keysOf(type, payload).customer).toBe(customer);
  });

  test.each<[string, string, Json, readonly string[]]>([
    ['a legacy charge', 'charge.failed', { ...legacyCharge, customer: null }, ['ch_1', 'in_1', 'pi_1']],
    ['a charge since basil', 'charge.failed', { ...basilCharge, customer: null }, ['ch_1', 'in_1', 'pi_1']],
    ['an intent', 'payment_intent.payment_failed', { ...basilIntent, customer: null }, ['ch_1', 'in_1', 'pi_1']],
    ['an invoice', 'invoice.paid', { ...legacyInvoice, customer: null }, ['ch_1', 'in_1', 'pi_1', 'sub_1']],
    [
      'a dispute',
      'charge.dispute.closed',
      { object: 'dispute', id: 'dp_1', charge: { id: 'ch_1' }, payment_intent: 'pi_1' },
      ['ch_1', 'pi_1'],
    ],
    [
      'an invoice payment',
      'invoice_payment.paid',
      {
        object: 'invoice_payment',
        id: 'inpay_1',
        invoice: 'in_1',
        payment: { type: 'payment_intent', payment_intent: 'pi_1' },
      },
      ['in_1', 'pi_1'],
    ],
  ])('of %s without customer are the objects by which it can be found', (_name, type, payload, objects) => {
    const keys = keysOf(type, payload);
    expect(keys.customer).toBeNull();
    expect(keys.objects.toSorted()).toEqual(objects);
  });
});

test('an event that names neither a customer nor an object is a dead letter rather than waiting for ever', () => {
  expect(admit(event('charge.failed', { amount: 1 }))).toMatchObject({
    end: 'dead_letter',
    keys: { eventId: 'evt_1' },
    error: expect.stringContaining('names no customer'),
  });
});

describe('a body that cannot be understood is a dead letter', () => {
  test.each([
    ['no JSON', '{"id":', /not JSON/],
    ['nothing', '', /not JSON/],
    ['a list', '[]', /not a Stripe event/],
    ['another object', '{"object":"invoice","id":"in_1"}', /not a Stripe event: .*object/],
    ['no type', '{"object":"event","id":"evt_1","created":1}', /type/],
    ['a date in words', '{"object":"event","id":"evt_1","type":"t","created":"today"}', /created/],
    ['a date beyond the calendar', '{"object":"event","id":"evt_1","type":"t","created":9e15}', /created/],
    ['a date that is no number', '{"object":"event","id":"evt_1","type":"t","created":1e400}', /created/],
  ])('%s', (_name, body, error) => {
    expect(admit(body)).toMatchObject({ end: 'dead_letter', error: expect.stringMatching(error) });
  });

  test('kept under its content hash, so that the same bytes are one dead letter', () => {
    expect(admit('{').keys.eventId).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(admit('{').keys.eventId).toBe(admit('{').keys.eventId);
    expect(admit('{').keys.eventId).not.toBe(admit('[').keys.eventId);
  });

  test('kept under its own id and type where it has them, and in test mode', () => {
    const broken = { ...event('invoice.paid', basilInvoice), created: null };
    expect(admit(broken)).toMatchObject({
      end: 'dead_letter',
      keys: { eventId: 'evt_1', eventType: 'invoice.paid', mode: 'test', occurredAt: RECEIVED },
    });
  });
});

describe('a body that would harm whoever handles it is a dead letter', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  // The envelope, `data` and `object` are three levels.
  const withDepth = (depth: number) =>
    JSON.stringify(event('invoice.paid', { ...basilInvoice, deep: 'DEEP' })).replace('"DEEP"', nested(depth - 3));

  test('deeper than 32 levels', () => {
    expect(admit(withDepth(32)).end).toBe('unread');
    expect(admit(withDepth(33))).toMatchObject({ end: 'dead_letter', error: expect.stringContaining('32 levels') });
    expect(admit(nested(100_000)).end).toBe('dead_letter');
  });

  test.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])('with a key %s at any depth', (key) => {
    const bodies = [
      JSON.stringify(event('invoice.paid', basilInvoice)).replace('{', `{"${key}":{"polluted":true},`),
      JSON.stringify(event('invoice.paid', basilInvoice)).replace(
        '"metadata":{',
        `"metadata":{"${key}":{"polluted":true},`,
      ),
    ];
    for (const body of bodies) {
      expect(admit(body).end).toBe('dead_letter');
      expect(
        stripe.normalise(body, { receivedAt: RECEIVED, userIdKeys: ['__proto__'], contactKeys: ['__proto__'] }).end,
      ).toBe('dead_letter');
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
