import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { fromUnixSeconds } from '../../src/domain/instant.ts';
import { basilCharge, legacyCharge, SECOND } from './stripe-payloads.ts';
import { factOf, type Json, ORIGIN, read } from './stripe-reading.ts';

const factsOf = (type: string, object: Json): readonly Fact[] => {
  const reading = read(type, object);
  return reading.end === 'understood' ? reading.facts : [];
};

const CHARGE = {
  chargeId: 'ch_1',
  paymentIntentId: 'pi_1',
  invoiceId: null,
  amountMinor: 4900,
  currency: 'usd',
  card: null,
  paymentMethodId: null,
};

const dispute: Json = {
  id: 'dp_1',
  object: 'dispute',
  charge: 'ch_1',
  payment_intent: 'pi_1',
  amount: 4900,
  currency: 'USD',
  reason: 'fraudulent',
  status: 'needs_response',
  created: SECOND - 86_400,
};
const OBSERVED = {
  ...ORIGIN,
  kind: 'dispute_observed',
  disputeId: 'dp_1',
  charge: CHARGE,
  amountMinor: 4900,
  status: 'open',
  openedAt: fromUnixSeconds(SECOND - 86_400),
  reason: 'fraudulent',
};
const REVERSED = { ...ORIGIN, kind: 'payment_reversed', reversalId: 'dp_1', charge: CHARGE };

describe('a dispute', () => {
  test.each(['created', 'updated', 'funds_withdrawn', 'funds_reinstated', 'closed'])('is told by its %s', (notice) => {
    expect(factOf(`charge.dispute.${notice}`, dispute)).toMatchObject({ kind: 'dispute_observed', disputeId: 'dp_1' });
  });

  test.each([
    ['needs_response', 'open'],
    ['under_review', 'open'],
    ['warning_needs_response', 'open'],
    ['warning_under_review', 'open'],
    ['appeal_needs_response', 'open'],
    ['appeal_under_review', 'open'],
    ['won', 'won'],
    ['lost', 'lost'],
    ['warning_closed', 'withdrawn'],
    ['prevented', 'withdrawn'],
    ['charge_refunded', 'withdrawn'],
    ['invented', 'open'],
  ])('that is %s is %s', (raw, status) => {
    expect(factOf('charge.dispute.updated', { ...dispute, status: raw })).toEqual({ ...OBSERVED, status });
  });

  test('that closes as lost takes the payment back', () => {
    expect(factsOf('charge.dispute.closed', { ...dispute, status: 'lost' })).toEqual([
      REVERSED,
      { ...OBSERVED, id: 'evt_1#2', status: 'lost' },
    ]);
  });

  test.each(['won', 'warning_closed', 'prevented', 'invented'])('that closes as %s takes nothing back', (status) => {
    const [fact, ...more] = factsOf('charge.dispute.closed', { ...dispute, status });
    expect(more).toEqual([]);
    expect(fact).toMatchObject({ kind: 'dispute_observed', status: status === 'won' ? 'won' : 'withdrawn' });
  });

  test('that a list shows as lost took the payment back when it was opened', () => {
    expect(factsOf('backfill.dispute', { ...dispute, status: 'lost' })).toEqual([
      { ...REVERSED, occurredAt: fromUnixSeconds(SECOND - 86_400) },
      { ...OBSERVED, id: 'evt_1#2', status: 'lost' },
    ]);
    expect(factOf('backfill.dispute', dispute)).toEqual(OBSERVED);
  });

  test.each([
    ['legacy', legacyCharge],
    ['basil', basilCharge],
  ])('names the invoice of its expanded charge, in the %s shape', (_name, charge) => {
    const fact = factOf('charge.dispute.created', { ...dispute, charge });
    expect(fact).toMatchObject({ charge: { chargeId: 'ch_1', invoiceId: 'in_1', card: { last4: '0341' } } });
  });

  test('of before disputes had ids is that of its charge', () => {
    expect(factOf('charge.dispute.created', { ...dispute, id: undefined })).toMatchObject({ disputeId: 'ch_1' });
  });
});

describe('an early fraud warning', () => {
  const warning = {
    id: 'issfr_1',
    object: 'radar.early_fraud_warning',
    actionable: true,
    charge: 'ch_1',
    created: SECOND,
  };

  test.each(['radar.early_fraud_warning.created', 'radar.early_fraud_warning.updated'])('is read from %s', (type) => {
    expect(factOf(type, { ...warning, payment_intent: 'pi_1' })).toEqual({
      ...ORIGIN,
      kind: 'fraud_warning_observed',
      warningId: 'issfr_1',
      about: { chargeId: 'ch_1', paymentIntentId: 'pi_1', invoiceId: null },
      actionable: true,
      openedAt: fromUnixSeconds(SECOND),
    });
  });

  test('of which nothing is left to decide says so', () => {
    expect(factOf('radar.early_fraud_warning.updated', { ...warning, actionable: false })).toMatchObject({
      actionable: false,
    });
  });
});

describe('a refund', () => {
  const refund: Json = {
    id: 're_1',
    object: 'refund',
    amount: 900,
    currency: 'usd',
    charge: 'ch_1',
    payment_intent: 'pi_1',
    status: 'succeeded',
    reason: 'requested_by_customer',
  };
  const REFUNDED = {
    ...ORIGIN,
    kind: 'refund_observed',
    refundId: 're_1',
    charge: { ...CHARGE, amountMinor: 900 },
    amountMinor: 900,
    status: 'succeeded',
    full: null,
    reason: 'requested_by_customer',
  };

  test.each(['refund.created', 'refund.updated', 'charge.refund.updated', 'backfill.refund'])(
    'is read from %s',
    (type) => {
      expect(factOf(type, refund)).toEqual(REFUNDED);
    },
  );

  test.each([
    ['refund.updated', 'pending', 'pending'],
    ['refund.updated', 'requires_action', 'pending'],
    ['refund.updated', 'canceled', 'canceled'],
    ['refund.updated', 'invented', 'pending'],
    ['refund.updated', null, 'succeeded'],
    ['refund.updated', 'failed', 'failed'],
    ['refund.failed', 'succeeded', 'failed'],
  ])('told by %s as %s is %s', (type, raw, status) => {
    expect(factOf(type, { ...refund, status: raw })).toMatchObject({ status });
  });

  test('of a whole charge is known where the charge is expanded', () => {
    const charge = { ...basilCharge, refunded: true };
    expect(factOf('refund.created', { ...refund, charge })).toMatchObject({
      full: true,
      charge: { amountMinor: 4900 },
    });
  });

  test('is the same in the notice of its charge, where that carries its refunds', () => {
    const refunds = { data: [refund, { ...refund, id: 're_0', amount: 100 }] };
    const charge = { ...legacyCharge, amount_refunded: 1000, refunded: false, refunds };
    expect(factOf('charge.refunded', charge)).toMatchObject({
      refundId: 're_1',
      amountMinor: 900,
      full: false,
      reason: 'requested_by_customer',
    });
  });

  test('is told as the total so far of its charge, where the charge does not carry its refunds', () => {
    const charge = { ...basilCharge, amount_refunded: 4900, refunded: true };
    expect(factOf('charge.refunded', charge)).toMatchObject({
      refundId: 'ch_1',
      amountMinor: 4900,
      full: true,
      status: 'succeeded',
      charge: { chargeId: 'ch_1', invoiceId: 'in_1', amountMinor: 4900 },
    });
  });
});
