import { describe, expect, test } from 'vitest';
import { basilCharge, basilInvoice, basilSubscription } from './stripe-payloads.ts';
import { factOf, type Json, read } from './stripe-reading.ts';

describe('what no ledger can count with', () => {
  test.each<[string, string, Json]>([
    ['more attempts than anybody makes', 'invoice.payment_failed', { ...basilInvoice, attempt_count: 1_001 }],
    [
      'a next attempt after the year 3000',
      'invoice.updated',
      { ...basilInvoice, next_payment_attempt: 32_503_680_001 },
    ],
    ['an id that is a novel', 'invoice.updated', { ...basilInvoice, id: 'i'.repeat(256) }],
    ['an id with a space', 'invoice.updated', { ...basilInvoice, id: 'in 1' }],
    ['an address that is a novel', 'invoice.updated', { ...basilInvoice, hosted_invoice_url: 'h'.repeat(5_001) }],
    ['a charge of less than nothing', 'charge.failed', { ...basilCharge, amount: -1 }],
    ['a charge of half a cent', 'charge.failed', { ...basilCharge, amount: 0.5 }],
    ['an amount that no integer holds', 'charge.failed', { ...basilCharge, amount: 2 ** 53 }],
    ['half a surrogate pair', 'customer.subscription.updated', { ...basilSubscription, collection_method: '\ud800' }],
  ])('is a dead letter: %s', (_name, type, object) => {
    expect(read(type, object).end).toBe('dead_letter');
  });

  test.each(['\ud800', 'u'.repeat(501), ' ', 7, null, { id: 'u' }])('is no user’s id: %j', (user_id) => {
    const fact = factOf('customer.updated', { id: 'cus_1', object: 'customer', metadata: { user_id } });
    expect(fact).toMatchObject({ userId: null });
  });

  test('is owed where a credit is larger than the invoice: nothing', () => {
    const credit = { ...basilInvoice, amount_due: -900, amount_remaining: -900, amount_paid: -1 };
    expect(factOf('invoice.updated', credit)).toMatchObject({
      invoice: { amountDueMinor: 0, amountRemainingMinor: 0, amountPaidMinor: 0 },
    });
  });
});
