import { describe, expect, test } from 'vitest';
import { instant } from '../../src/domain/instant.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { event } from './stripe-payloads.ts';
import { factOf, type Json, ORIGIN, read } from './stripe-reading.ts';

const customer: Json = {
  id: 'cus_1',
  object: 'customer',
  email: 'ada@shop.example',
  metadata: { user_id: 'u_1', contact_user_ids: 'u_2, u_3,,u_2 ' },
  invoice_settings: { default_payment_method: 'pm_2' },
  default_source: 'card_1',
};

describe('a customer', () => {
  const OBSERVED = {
    ...ORIGIN,
    kind: 'customer_observed',
    userId: 'u_1',
    contactUserIds: ['u_2', 'u_3'],
    email: 'ada@shop.example',
    defaultPaymentMethodId: 'pm_2',
    deleted: false,
  };

  test.each([
    ['customer.created', false],
    ['customer.updated', false],
    ['backfill.customer', false],
    ['lookup.customer', false],
    ['customer.deleted', true],
  ])('is read from %s; gone: %s', (type, deleted) => {
    expect(factOf(type, customer)).toEqual({ ...OBSERVED, deleted });
  });

  test.each(['undefined', 'null', ' None', 'NaN', '0', '-1', '[object Object]', 'anonymous', 'Guest', '   '])(
    'is nobody’s where a program wrote that it knew no user: %j',
    (nobody) => {
      const metadata = { user_id: nobody, contact_user_ids: `u_2,${nobody}` };
      expect(factOf('customer.updated', { ...customer, metadata })).toMatchObject({
        userId: null,
        contactUserIds: ['u_2'],
      });
    },
  );

  test.each([' u_1', 'u_1 ', '\tu_1\n', '\u00a0u_1'])('is the same user’s with blanks around the id: %j', (user_id) => {
    const metadata = { user_id, contact_user_ids: ' u_2 , u_3\t' };
    expect(factOf('customer.updated', { ...customer, metadata })).toMatchObject(OBSERVED);
  });

  test('that the API no longer knows is gone', () => {
    const gone = { id: 'cus_1', object: 'customer', deleted: true };
    expect(factOf('lookup.customer', gone)).toMatchObject({ deleted: true, email: null, contactUserIds: [] });
  });

  test.each([
    [{ invoice_settings: { default_payment_method: 'pm_1' } }, 'pm_1'],
    [{ invoice_settings: { default_payment_method: null } }, 'card_1'],
    [{ invoice_settings: { default_payment_method: null }, default_source: null }, null],
    [{ default_source: 'card_0' }, undefined],
    [{ invoice_settings: { footer: 'x' } }, undefined],
    [{ email: 'old@shop.example' }, undefined],
  ])('changed from %j was charged before by %s', (previous_attributes, before) => {
    const fact = factOf('customer.updated', customer, { data: { object: customer, previous_attributes } });
    expect(fact).toHaveProperty('defaultPaymentMethodId', 'pm_2');
    expect('previousPaymentMethodId' in fact ? fact.previousPaymentMethodId : undefined).toBe(before);
  });

  test.each(['', 'no address', 'a@b c', `${'a'.repeat(320)}@b.example`, 7, null])(
    'has no email where it is none: %j',
    (email) => {
      expect(factOf('customer.updated', { ...customer, email })).toMatchObject({ email: null });
    },
  );
});

describe('a completed checkout', () => {
  const session: Json = {
    id: 'cs_1',
    object: 'checkout.session',
    status: 'complete',
    customer: 'cus_1',
    subscription: 'sub_1',
    metadata: {},
    client_reference_id: 'u_reference',
    customer_details: { email: 'ada@shop.example' },
  };

  test('names the user by its metadata, else by the reference that the merchant gave it', () => {
    const said = { ...ORIGIN, kind: 'checkout_completed', subscription: 'sub_1', email: 'ada@shop.example' };
    expect(factOf('checkout.session.completed', session)).toEqual({ ...said, userId: 'u_reference' });
    const named = { ...session, metadata: { user_id: 'u_1' } };
    expect(factOf('checkout.session.completed', named)).toEqual({ ...said, userId: 'u_1' });
    const blank = { ...session, metadata: { user_id: ' ' }, client_reference_id: ' u_reference ' };
    expect(factOf('checkout.session.completed', blank)).toEqual({ ...said, userId: 'u_reference' });
  });

  test('tells nothing in a list as long as it is open', () => {
    expect(read('backfill.checkout_session', { ...session, status: 'open' }).end).toBe('ignored');
  });

  test('of nobody, which made nothing, waits for nobody', () => {
    const body = JSON.stringify(
      event('checkout.session.completed', { ...session, customer: null, subscription: null }),
    );
    expect(stripe.admit(body, instant(0))).toMatchObject({ end: 'ignored' });
  });
});

test('an invoice names its customer’s email, and a due date only where it is sent', () => {
  const invoice = { id: 'in_1', currency: 'usd', amount_due: 1, customer_email: 'ada@shop.example', due_date: 86_400 };
  expect(factOf('invoice.updated', { ...invoice, collection_method: 'send_invoice' })).toMatchObject({
    invoice: { email: 'ada@shop.example', dueAt: 86_400_000 },
  });
  expect(factOf('invoice.updated', invoice)).toMatchObject({ invoice: { dueAt: null } });
});
