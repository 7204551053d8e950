import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { fromUnixSeconds } from '../../src/domain/instant.ts';
import {
  basilCharge,
  basilIntent,
  basilInvoice,
  basilSubscription,
  legacyCharge,
  legacyInvoice,
  legacySubscription,
  SECOND,
} from './stripe-payloads.ts';
import { factOf, type Json, ORIGIN, read } from './stripe-reading.ts';

/** When the object that a list shows was made. */
const THEN = SECOND - 864_000;
const AT_THEN = { ...ORIGIN, occurredAt: fromUnixSeconds(THEN) };

const factsOf = (type: string, object: Json): readonly Fact[] => {
  const reading = read(type, object);
  return reading.end === 'understood' ? reading.facts : [];
};

describe.each(['backfill', 'lookup'])('what is read from the API by a %s', (origin) => {
  test.each([
    ['legacy', legacyInvoice],
    ['basil', basilInvoice],
  ])('of a settled invoice is dated by the invoice, in the %s shape', (_name, invoice) => {
    const said = (status: string, at: Json) =>
      factOf(`${origin}.invoice`, { ...invoice, status, status_transitions: at });
    for (const [status, at] of [
      ['paid', 'paid_at'],
      ['void', 'voided_at'],
      ['uncollectible', 'marked_uncollectible_at'],
    ] as const)
      expect(said(status, { [at]: THEN })).toMatchObject({ ...AT_THEN, kind: 'invoice_observed', invoice: { status } });
    expect(said('paid', {})).toMatchObject({ ...ORIGIN, kind: 'invoice_observed' });
    expect(said('open', { paid_at: THEN })).toMatchObject({ ...ORIGIN, invoice: { attemptCount: 2 } });
  });

  test('of a running subscription is how it is now', () => {
    expect(factOf(`${origin}.subscription`, basilSubscription)).toMatchObject({
      ...ORIGIN,
      kind: 'subscription_observed',
    });
  });

  test.each([
    ['legacy', legacySubscription],
    ['basil', basilSubscription],
  ])('of a canceled subscription is its end, in the %s shape', (_name, subscription) => {
    const canceled = { ...subscription, status: 'canceled', ended_at: THEN };
    expect(factOf(`${origin}.subscription`, canceled)).toMatchObject({ ...AT_THEN, kind: 'subscription_ended' });
  });

  test.each([
    ['legacy', legacyCharge],
    ['basil', basilCharge],
  ])('of a charge is its outcome, when it was made, in the %s shape', (_name, charge) => {
    const said = (status: string) => read(`${origin}.charge`, { ...charge, status, created: THEN });
    expect(factsOf(`${origin}.charge`, { ...charge, status: 'failed', created: THEN })).toMatchObject([
      { ...AT_THEN, kind: 'charge_declined', decline: { declineCode: 'insufficient_funds' } },
    ]);
    expect(said('succeeded')).toMatchObject({ facts: [{ ...AT_THEN, kind: 'charge_succeeded' }] });
    expect(said('pending')).toMatchObject({ end: 'ignored' });
  });

  test.each([
    ['legacy', legacyInvoice, legacyCharge],
    ['basil', basilInvoice, { ...basilCharge, payment_details: null }],
  ])(
    'of an attempt is the invoice as it was owed then, and why it failed, in the %s shape',
    (_name, invoice, charge) => {
      const paid = { ...invoice, status: 'paid', amount_paid: 4900, amount_remaining: 0 };
      expect(factsOf(`${origin}.attempt`, { invoice: paid, charge: { ...charge, created: THEN } })).toMatchObject([
        {
          ...AT_THEN,
          kind: 'attempt_recorded',
          chargeId: 'ch_1',
          invoice: { status: 'open', amountRemainingMinor: 4900, amountPaidMinor: 0, nextAttemptAt: null },
        },
        { ...AT_THEN, id: 'evt_1#2', kind: 'charge_declined', charge: { chargeId: 'ch_1', invoiceId: 'in_1' } },
      ]);
    },
  );

  test('of an attempt without a known charge is dated by the invoice’s finalisation', () => {
    const invoice = { ...basilInvoice, status_transitions: { finalized_at: THEN } };
    expect(factOf(`${origin}.attempt`, { invoice, charge: null })).toMatchObject({
      ...AT_THEN,
      kind: 'attempt_recorded',
      chargeId: null,
    });
  });

  test('of an invoice payment is the link, and with the intent expanded why it was refused and when', () => {
    const intent = { ...basilIntent, payment_details: null, latest_charge: { ...basilCharge, created: THEN } };
    const said = (payment_intent: unknown) =>
      factsOf(`${origin}.invoice_payment`, { invoice: 'in_1', payment: { type: 'payment_intent', payment_intent } });
    const link = { ...ORIGIN, kind: 'invoice_payment_linked', invoiceId: 'in_1', paymentIntentId: 'pi_1' };
    expect(said('pi_1')).toMatchObject([link]);
    expect(said('pi_1')).toHaveLength(1);
    expect(said(intent)).toMatchObject([
      link,
      { ...AT_THEN, id: 'evt_1#2', kind: 'charge_declined', charge: { chargeId: 'ch_1', invoiceId: 'in_1' } },
    ]);
    expect(said({ ...intent, last_payment_error: null })).toHaveLength(1);
  });

  test('of an intent is its outcome', () => {
    const said = (rest: Json) =>
      factsOf(`${origin}.payment_intent`, {
        ...basilIntent,
        latest_charge: { ...basilCharge, created: THEN },
        ...rest,
      });
    expect(said({ status: 'requires_payment_method' })).toMatchObject([{ ...AT_THEN, kind: 'charge_declined' }]);
    expect(said({ status: 'succeeded', last_payment_error: null })).toMatchObject([
      { ...AT_THEN, kind: 'charge_succeeded', charge: { chargeId: 'ch_1' } },
    ]);
    expect(said({ status: 'processing', last_payment_error: null })).toEqual([]);
  });

  test('of an attempt or a dispute is its customer’s, though only what it carries names one', () => {
    expect(read(`${origin}.attempt`, { invoice: basilInvoice, charge: null })).toMatchObject({
      references: expect.arrayContaining(['in_1']),
    });
  });
});

describe('what was looked up for a thin event', () => {
  const noticed = (type: string, object: Json, lookup = 'lookup.invoice') =>
    read(lookup, object, { notice: { id: 'evt_thin', type, created: THEN } });

  test('is read as that notice, dated when it happened', () => {
    expect(noticed('v1.invoice.payment_failed', basilInvoice)).toMatchObject({
      facts: [{ ...AT_THEN, kind: 'attempt_failed' }],
    });
    expect(noticed('v1.customer.subscription.deleted', basilSubscription, 'lookup.subscription')).toMatchObject({
      facts: [{ ...AT_THEN, kind: 'subscription_ended' }],
    });
    expect(noticed('v1.customer.subscription.past_due', basilSubscription, 'lookup.subscription')).toMatchObject({
      facts: [{ ...AT_THEN, kind: 'subscription_observed' }],
    });
  });

  test('states no failure of an object that has moved on since', () => {
    const paid = { ...basilInvoice, status: 'paid' };
    expect(noticed('v1.invoice.payment_failed', paid)).toMatchObject({
      facts: [{ ...ORIGIN, kind: 'invoice_observed' }],
    });
    const intent = { ...basilIntent, status: 'succeeded', last_payment_error: null };
    expect(noticed('v1.payment_intent.payment_failed', intent, 'lookup.payment_intent')).toMatchObject({
      facts: [{ ...ORIGIN, kind: 'charge_succeeded' }],
    });
  });

  test('is no notice where anything but a look-up claims to be one', () => {
    const reading = read('invoice.updated', basilInvoice, {
      notice: { id: 'evt_thin', type: 'v1.invoice.payment_failed', created: THEN },
    });
    expect(reading).toMatchObject({ facts: [{ kind: 'invoice_observed' }] });
  });
});
