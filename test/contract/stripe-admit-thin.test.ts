import { describe, expect, test } from 'vitest';
import { fromUnixSeconds, instant } from '../../src/domain/instant.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { SECOND } from './stripe-payloads.ts';
import { type Json, RECEIVED } from './stripe-reading.ts';

const thin: Json = {
  id: 'evt_thin',
  object: 'v2.core.event',
  type: 'v1.invoice.payment_failed',
  livemode: true,
  created: new Date(SECOND * 1_000 + 250).toISOString(),
  context: null,
  reason: { type: 'request', request: { id: 'req_1' } },
  related_object: { id: 'in_1', type: 'invoice', url: '/v1/invoices/in_1' },
  snapshot_event: 'evt_snapshot',
};
const admit = (rest: Json = {}) => stripe.admit(JSON.stringify({ ...thin, ...rest }), RECEIVED);

describe('a thin event', () => {
  test('that tells of something we read is looked up', () => {
    const createdAt = instant(fromUnixSeconds(SECOND) + 250);
    expect(admit()).toEqual({
      end: 'look_up',
      keys: {
        provider: 'stripe',
        merchant: '',
        mode: 'live',
        customer: null,
        objects: ['in_1'],
        eventId: 'evt_thin',
        eventType: 'v1.invoice.payment_failed',
        occurredAt: createdAt,
      },
      thin: {
        id: 'evt_thin',
        type: 'v1.invoice.payment_failed',
        createdAt,
        account: '',
        relatedObject: { id: 'in_1', type: 'invoice', url: '/v1/invoices/in_1' },
        snapshotEvent: 'evt_snapshot',
      },
    });
  });

  test('about a customer is under that customer', () => {
    const related_object = { id: 'cus_1', type: 'customer', url: '/v1/customers/cus_1' };
    expect(admit({ type: 'v1.customer.updated', related_object })).toMatchObject({
      end: 'look_up',
      keys: { customer: 'cus_1', objects: [] },
    });
  });

  test.each([
    ['acct_9', 'acct_9'],
    ['org_1/acct_9', 'acct_9'],
    ['org_1', ''],
    ['', ''],
    [7, ''],
  ])('in the context %s is of the account %s', (context, merchant) => {
    expect(admit({ context }).keys.merchant).toBe(merchant);
  });

  test.each(['v1.invoice.upcoming', 'v1.product.created', 'v1.invented.event', 'v2.core.event_destination.ping'])(
    'of which nothing follows is ignored: %s',
    (type) => {
      expect(admit({ type })).toMatchObject({ end: 'ignored', reason: expect.stringMatching(/.{10}/) });
    },
  );

  test.each([null, 7, 'yesterday', '+275760-09-13T00:00:00.000Z', '-000001-01-01T00:00:00.000Z'])(
    'without a date that can be read happened when it came: %s',
    (created) => {
      expect(admit({ created }).keys.occurredAt).toBe(RECEIVED);
    },
  );

  test.each([{ id: '' }, { id: 7 }, { type: null }, { id: 'e'.repeat(300) }])('with %j is a dead letter', (rest) => {
    expect(admit(rest).end).toBe('dead_letter');
  });

  test('says nothing by itself', () => {
    const reading = stripe.normalise(JSON.stringify(thin), { receivedAt: RECEIVED, userIdKeys: [], contactKeys: [] });
    expect(reading.end).toBe('ignored');
  });
});

test('what is read from the API is admitted like what is sent, under the customer that it carries', () => {
  const invoice = { id: 'in_1', object: 'invoice', customer: 'cus_1' };
  const body = { id: 'backfill:in_1:ab12', object: 'event', type: 'backfill.attempt', created: SECOND, livemode: true };
  expect(
    stripe.admit(JSON.stringify({ ...body, data: { object: { invoice, charge: null } } }), RECEIVED),
  ).toMatchObject({
    end: 'unread',
    keys: { customer: 'cus_1', eventId: 'backfill:in_1:ab12', eventType: 'backfill.attempt', mode: 'live' },
  });
});
