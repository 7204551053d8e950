import { describe, expect, test } from 'vitest';
import { basilCharge, basilIntent, legacyCharge, legacyIntent } from './stripe-payloads.ts';
import { factOf, ORIGIN } from './stripe-reading.ts';

describe('a refused charge', () => {
  const charge = {
    chargeId: 'ch_1',
    paymentIntentId: 'pi_1',
    invoiceId: 'in_1',
    amountMinor: 4900,
    currency: 'usd',
    card: { brand: 'visa', last4: '0341', expMonth: 4, expYear: 2028 },
    paymentMethodId: 'pm_1',
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

  test.each([
    ['latest_charge', { latest_charge: 'ch_1' }],
    ['an expanded latest_charge', { latest_charge: { ...basilCharge, outcome: { type: 'blocked', reason: 'rule' } } }],
    ['the legacy list', { charges: { data: [legacyCharge] } }],
  ])('before any charge was made is no second telling of the older charge in %s', (_name, carried) => {
    const last_payment_error = { code: 'payment_method_not_available', charge: null };
    expect(
      factOf('payment_intent.payment_failed', { ...basilIntent, latest_charge: null, last_payment_error, ...carried }),
    ).toMatchObject({
      charge: { chargeId: null, paymentIntentId: 'pi_1', card: null },
      decline: { errorCode: 'payment_method_not_available', declineCode: null, blockedReason: null },
    });
  });

  test('of an intent without an error is the charge that the intent names', () => {
    expect(factOf('payment_intent.payment_failed', { ...basilIntent, last_payment_error: null })).toMatchObject({
      charge: { chargeId: 'ch_1' },
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

  test.each([
    [12, 2028, 12, 2028],
    [13, 2028, null, 2028],
    [0, 2028, null, 2028],
    [-1, 1969, null, null],
    [4, 999_999, 4, null],
    [4, 10_000, 4, null],
    [4, 0, 4, null],
    [4.5, 2028.5, null, null],
    ['4', '2028', null, null],
    [{}, 'next year', null, null],
    [null, undefined, null, null],
  ])('of a card that expires in month %j of year %j is read, with %j and %j', (exp_month, exp_year, month, year) => {
    const card = { brand: 'visa', last4: '0341', exp_month, exp_year };
    const expected = { charge: { card: { brand: 'visa', last4: '0341', expMonth: month, expYear: year } } };
    const { payment_method_details: _details, ...bare } = legacyCharge;
    expect(factOf('charge.failed', { ...legacyCharge, payment_method_details: { card } })).toMatchObject(expected);
    expect(factOf('charge.failed', { ...bare, source: { object: 'card', ...card } })).toMatchObject(expected);
    const last_payment_error = { code: 'card_declined', payment_method: { id: 'pm_1', card } };
    expect(factOf('payment_intent.payment_failed', { ...basilIntent, last_payment_error })).toMatchObject(expected);
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
