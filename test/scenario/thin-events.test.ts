import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, instant, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { SegmentCall } from '../../src/pipeline/ports.ts';
import {
  chargeFailed,
  customerUpdated,
  invoicePaid,
  invoicePaymentFailed,
  invoicePaymentPaid,
  paymentIntentFailed,
  paymentIntentSucceeded,
  type StripeAccount,
  type StripeEvent,
  subscriptionUpdated,
} from '../../src/simulate/stripe-events.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { type ApiRelay, openApiRelay, thinOf } from './api-relay.ts';

const START = instant(Date.UTC(2026, 2, 2, 9));
const ADA: StripeAccount = {
  shape: 'basil',
  livemode: true,
  customer: 'cus_ada',
  userId: 'user_ada',
  planId: 'pro',
  priceId: 'price_pro',
};
const BILL = { invoice: 'in_A1', subscription: 'sub_A', amount: 2900 };

/** A failed renewal, and the recovery a day later, as Stripe's full events in order. */
const story = (account: StripeAccount): readonly (readonly StripeEvent[])[] => {
  const at = START;
  const later = plus(START, DAY_MS);
  const decline = { invoice: BILL.invoice, amount: BILL.amount, declineCode: 'insufficient_funds', at };
  return [
    [
      customerUpdated(account, { at: plus(at, -HOUR_MS) }),
      subscriptionUpdated(account, { subscription: 'sub_A', status: 'active', at: plus(at, -HOUR_MS) }),
      chargeFailed(account, decline),
      paymentIntentFailed(account, decline),
      invoicePaymentFailed(account, { ...BILL, attempt: 1, nextAttemptAt: plus(at, 3 * DAY_MS), at }),
      subscriptionUpdated(account, {
        subscription: 'sub_A',
        status: 'past_due',
        previous: { status: 'active' },
        at,
      }),
    ],
    [
      paymentIntentSucceeded(account, { invoice: BILL.invoice, amount: BILL.amount, at: later }),
      invoicePaymentPaid(account, { invoice: BILL.invoice, amount: BILL.amount, at: later }),
      invoicePaid(account, { ...BILL, attempt: 2, at: later }),
    ],
  ];
};

type Send = (event: StripeEvent) => readonly object[];

/** Plays the story; `send` says which webhooks Stripe makes of one event. */
const play = async (relay: ApiRelay, account: StripeAccount, send: Send): Promise<void> => {
  for (const events of story(account)) {
    for (const event of events) {
      relay.book.put({ ...event }, event.data.object);
      await relay.receive(...send(event));
    }
    await relay.pass(MINUTE_MS);
    await relay.pass(DAY_MS - MINUTE_MS, HOUR_MS);
  }
};

const factOf = ({ type, event, messageId, properties }: SegmentCall) => ({ type, event, messageId, properties });
const tracks = async (relay: ApiRelay) => (await relay.calls()).filter(({ type }) => type === 'track').map(factOf);
const facts = async (relay: ApiRelay) =>
  (await tracks(relay)).filter(({ event }) => event?.startsWith('payment_') || event?.startsWith('subscription_'));

describe('thin events', () => {
  const relays: ApiRelay[] = [];
  const open = async (apiKey?: string | null): Promise<ApiRelay> => {
    // What a look-up misses, the reconciler would find: it sleeps here.
    const policy = { stripe: { ...DEFAULT_POLICY.stripe, reconcileEveryMs: 400 * DAY_MS } };
    const relay = await openApiRelay({ startAt: START, policy, ...(apiKey === undefined ? {} : { apiKey }) });
    relays.push(relay);
    return relay;
  };
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.close();
  });

  for (const shape of ['basil', 'legacy'] as const) {
    it(`alone say what the full webhooks would have said (${shape})`, async () => {
      const account = { ...ADA, shape };
      const full = await open();
      await play(full, account, (event) => [event]);
      const thin = await open();
      await play(thin, account, (event) => [thinOf(event)]);
      const unnamed = await open();
      await play(unnamed, account, (event) => [thinOf(event, { named: false })]);

      const said = await facts(full);
      expect(said.map(({ event }) => event)).toContain('payment_failed');
      expect(said.map(({ event }) => event)).toContain('payment_recovered');
      expect(await facts(thin)).toEqual(said);
      expect(await facts(unnamed)).toEqual(said);
      expect((await thin.store.counts()).deliveries).toMatchObject({ unresolved: 0, unread: 0, dead_letter: 0 });
    });
  }

  it('and the full webhooks about the same give each event once', async () => {
    const relay = await open();
    await play(relay, ADA, (event) => [thinOf(event), event]);
    const twin = await open();
    await play(twin, ADA, (event) => [event, thinOf(event)]);
    const ids = (await relay.calls()).map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(ids.length);
    expect((await facts(relay)).filter(({ event }) => event === 'payment_failed')).toHaveLength(1);
    expect(await facts(relay)).toEqual(await facts(twin));
  });

  it("finer than any full event are found as the subscription's update of that second", async () => {
    const relay = await open();
    await play(relay, ADA, (event) =>
      event.type === 'customer.subscription.updated'
        ? [thinOf(event, { named: false, type: 'customer.subscription.past_due' })]
        : [event],
    );
    expect((await facts(relay)).map(({ event }) => event)).toContain('subscription_past_due');
  });

  it('whose full event is gone are read from the object as their notice states it', async () => {
    const relay = await open();
    await play(relay, ADA, (event) => {
      if (event.type !== 'invoice.payment_failed') return [event];
      relay.book.remove(event.id);
      return [thinOf(event)];
    });
    // The list of events may lag: the object is taken after a minute.
    const [failed] = (await facts(relay)).filter(({ event }) => event === 'payment_failed');
    expect(failed?.properties).toMatchObject({ attempt_number: 1 });
  });

  it('wait visibly without a key, and are read once there is one', async () => {
    const relay = await open(null);
    const [[, , , , failed] = []] = story(ADA);
    if (failed === undefined) throw new Error('the story has a failure');
    relay.book.put({ ...failed }, failed.data.object);
    await relay.receive(thinOf(failed));
    await relay.pass(HOUR_MS, MINUTE_MS);
    expect((await relay.store.counts()).deliveries.unresolved).toBe(1);
    expect((await relay.counts()).lookUps.event).toBe(1);

    relay.restart();
    await relay.pass(MINUTE_MS);
    expect((await relay.store.counts()).deliveries.unresolved).toBe(0);
    expect((await relay.counts()).lookUps.event).toBe(0);
    const calls = await relay.calls();
    expect(calls.map(({ event }) => event)).toContain('payment_failed');
  });

  it('are reported as unresolved after 72 hours and still join when a key comes', async () => {
    const relay = await open(null);
    const [[, , , , failed] = []] = story(ADA);
    if (failed === undefined) throw new Error('the story has a failure');
    relay.book.put({ ...failed }, failed.data.object);
    await relay.receive(thinOf(failed));
    await relay.pass(73 * HOUR_MS, HOUR_MS);
    expect((await relay.store.counts()).deliveries).toMatchObject({ unresolved: 0, ignored: 1 });

    relay.restart();
    await relay.pass(MINUTE_MS);
    const { calls, deliveries } = (await relay.profile('cus_ada')) ?? {};
    expect(deliveries?.map(({ eventId }) => eventId)).toContain(failed.id);
    expect(calls?.map(({ call }) => call.event)).toContain('payment_failed');
    expect((await relay.store.counts()).deliveries.ignored).toBe(0);
  });

  it('about what Stripe no longer holds end as ignored, with the reason', async () => {
    const relay = await open();
    const [[, , , , failed] = []] = story(ADA);
    if (failed === undefined) throw new Error('the story has a failure');
    await relay.receive(thinOf(failed));
    await relay.pass(3 * MINUTE_MS, 5 * SECOND_MS);
    expect((await relay.store.counts()).deliveries).toMatchObject({ unresolved: 0, ignored: 1, dead_letter: 0 });
    expect((await relay.counts()).lookUps.event).toBe(0);
  });
});
