import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, instant, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import {
  chargeFailed,
  customerCreated,
  customerUpdated,
  invoicePaymentFailed,
  paymentIntentFailed,
  paymentMethodAttached,
  type StripeAccount,
  subscriptionUpdated,
} from '../../src/simulate/stripe-events.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { type ApiRelay, type ApiRelayOptions, LIVE_KEY, openApiRelay, thinOf } from './api-relay.ts';

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
const RETRY = plus(START, 3 * DAY_MS);

describe('a look-up', () => {
  const relays: ApiRelay[] = [];
  const open = async (options: Partial<ApiRelayOptions> = {}): Promise<ApiRelay> => {
    // What a look-up misses, the reconciler would find: it sleeps here.
    const policy = { stripe: { ...DEFAULT_POLICY.stripe, reconcileEveryMs: 400 * DAY_MS } };
    const relay = await openApiRelay({ startAt: START, policy, ...options });
    relays.push(relay);
    return relay;
  };
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.close();
  });

  const failure = (account = ADA, attempt = 1, at = START) =>
    invoicePaymentFailed(account, { ...BILL, attempt, nextAttemptAt: RETRY, at });
  const decline = (at = START) => ({ ...BILL, linked: false, declineCode: 'insufficient_funds', at });
  const payment = (intent: unknown) => ({
    id: 'inpay_A1',
    object: 'invoice_payment',
    created: START / 1_000,
    livemode: true,
    invoice: BILL.invoice,
    status: 'open',
    payment: { type: 'payment_intent', payment_intent: intent },
  });
  const knowDecline = (relay: ApiRelay): void => {
    const intent = paymentIntentFailed(ADA, decline()).data.object;
    relay.book.put(intent, chargeFailed(ADA, decline()).data.object, payment(intent.id));
  };
  const knowCustomer = (relay: ApiRelay, account = ADA): void =>
    relay.book.put(customerUpdated({ ...account, userIdOn: ['customer'] }, { at: START }).data.object);
  const askedFor = (relay: ApiRelay, path: string) => relay.standIn.requests.filter((each) => each.path === path);
  const saidOf = async (relay: ApiRelay, event: string) => (await relay.calls()).filter((call) => call.event === event);

  it('finds the reason of a failure whose charge names no invoice, in time for the event', async () => {
    const relay = await open();
    knowDecline(relay);
    knowCustomer(relay);
    await relay.receive(failure());
    await relay.pass(9 * SECOND_MS);
    const [failed] = await saidOf(relay, 'payment_failed');
    expect(failed?.properties).toMatchObject({
      failure_code: 'insufficient_funds',
      failure_category: 'insufficient_funds',
    });
    expect(askedFor(relay, '/v1/invoice_payments')).toHaveLength(1);
  });

  it('is not made when the webhook with the reason comes a second later', async () => {
    const relay = await open();
    knowDecline(relay);
    await relay.receive(failure());
    await relay.pass(SECOND_MS);
    await relay.receive(paymentIntentFailed(ADA, { ...decline(), linked: true }));
    await relay.pass(MINUTE_MS);
    expect(askedFor(relay, '/v1/invoice_payments')).toEqual([]);
  });

  it('of a reason is made once for each attempt, never again', async () => {
    const relay = await open();
    knowCustomer(relay);
    await relay.receive(failure());
    await relay.pass(2 * DAY_MS, 10 * MINUTE_MS);
    expect(askedFor(relay, '/v1/invoice_payments')).toHaveLength(1);
    await relay.receive(failure(ADA, 2, relay.now()));
    await relay.pass(2 * DAY_MS, 10 * MINUTE_MS);
    expect(askedFor(relay, '/v1/invoice_payments')).toHaveLength(2);
  });

  it('learns the user from the customer and links the profile', async () => {
    const relay = await open();
    const nobody: StripeAccount = { ...ADA, userIdOn: [] };
    knowCustomer(relay);
    await relay.receive(failure(nobody));
    await relay.pass(MINUTE_MS);
    const profile = await relay.profile('user_ada');
    expect(profile?.userId).toBe('user_ada');
    expect(profile?.accounts.map(({ customer }) => customer.customer)).toEqual(['cus_ada']);
    expect(askedFor(relay, '/v1/customers/cus_ada')).toHaveLength(1);
  });

  it('asks for nobody who only pays and is named', async () => {
    const relay = await open();
    knowCustomer(relay);
    await relay.receive(subscriptionUpdated(ADA, { subscription: 'sub_A', status: 'active', at: START }));
    await relay.pass(MINUTE_MS);
    expect(askedFor(relay, '/v1/customers/cus_ada')).toEqual([]);
    expect(Object.values((await relay.counts()).lookUps).every((n) => n === 0)).toBe(true);
  });

  it('finds the plan behind a bare price', async () => {
    const relay = await open();
    knowDecline(relay);
    const { planId: _, ...bare } = ADA;
    const priced: StripeAccount = { ...bare, priceMetadata: { plan_id: 'gold' } };
    relay.book.put(
      subscriptionUpdated(priced, { subscription: 'sub_A', status: 'past_due', amount: 2900, at: START }).data.object,
    );
    await relay.receive(failure(bare));
    await relay.pass(9 * SECOND_MS);
    const [failed] = await saidOf(relay, 'payment_failed');
    expect(failed?.properties).toMatchObject({ plan_id: 'gold' });
  });

  it('shows the card in the slot that will be charged', async () => {
    const relay = await open();
    knowDecline(relay);
    const account: StripeAccount = {
      ...ADA,
      paymentMethod: 'pm_new',
      card: { last4: '4242', expMonth: 4, expYear: 2026 },
    };
    relay.book.put(paymentMethodAttached(account, { at: START }).data.object);
    await relay.receive(
      failure(account),
      subscriptionUpdated(account, { subscription: 'sub_A', status: 'past_due', at: START }),
      customerCreated(account, { at: START }),
    );
    await relay.pass(MINUTE_MS);
    expect(askedFor(relay, '/v1/payment_methods/pm_new')).toHaveLength(1);
    await relay.pass(2 * DAY_MS, HOUR_MS);
    expect(askedFor(relay, '/v1/payment_methods/pm_new')).toHaveLength(1);
  });

  it('of what is not there is not made again within a day', async () => {
    const relay = await open();
    await relay.receive(failure());
    await relay.pass(23 * HOUR_MS, 10 * MINUTE_MS);
    expect(askedFor(relay, '/v1/customers/cus_ada')).toHaveLength(1);
    await relay.pass(2 * HOUR_MS, 10 * MINUTE_MS);
    await relay.receive(failure(ADA, 2, relay.now()));
    await relay.pass(MINUTE_MS);
    expect(askedFor(relay, '/v1/customers/cus_ada')).toHaveLength(2);
  });

  it('tells whose a dispute is that names only its charge', async () => {
    const relay = await open();
    const charge = chargeFailed(ADA, { ...decline(), charge: 'ch_lost' }).data.object;
    relay.book.put({ ...charge, status: 'succeeded', failure_code: null, outcome: null });
    const dispute = { id: 'dp_1', object: 'dispute', amount: 2900, currency: 'usd', charge: 'ch_lost' };
    const event = chargeFailed(ADA, decline());
    await relay.receive({
      ...event,
      id: 'evt_dispute',
      type: 'charge.dispute.created',
      data: { object: { ...dispute, status: 'needs_response', reason: 'fraudulent', payment_intent: null } },
    });
    expect((await relay.store.counts()).deliveries.unresolved).toBe(1);
    await relay.pass(2 * MINUTE_MS);
    expect((await relay.store.counts()).deliveries.unresolved).toBe(0);
    const profile = await relay.profile('cus_ada');
    expect(profile?.deliveries.find(({ eventId }) => eventId === 'evt_dispute')?.end).toBe('understood');
  });

  it('is not made for a delivery that found its customer within a minute', async () => {
    const relay = await open();
    const charge = chargeFailed(ADA, { ...decline(), charge: 'ch_lost' });
    const { customer: _, ...nameless } = charge.data.object;
    await relay.receive({ ...charge, id: 'evt_nameless', data: { object: nameless } });
    expect((await relay.counts()).lookUps.owner).toBe(1);
    await relay.receive(charge);
    await relay.pass(2 * MINUTE_MS);
    expect(askedFor(relay, '/v1/charges/ch_lost')).toEqual([]);
    expect((await relay.counts()).lookUps.owner).toBe(0);
  });

  it('waits out a limit and an outage, and ends once', async () => {
    const relay = await open();
    relay.book.put({ ...failure() });
    await relay.receive(thinOf(failure()));
    relay.standIn.script(
      { kind: 'status', status: 429, headers: { 'retry-after': '20' } },
      { kind: 'status', status: 503 },
      { kind: 'reset' },
    );
    await relay.pass(SECOND_MS);
    await relay.pass(15 * SECOND_MS);
    expect(relay.standIn.requests.filter(({ path }) => path.startsWith('/v1/events/'))).toHaveLength(1);
    await relay.pass(10 * MINUTE_MS);
    expect((await relay.counts()).lookUps.event).toBe(0);
    expect((await relay.profile('cus_ada'))?.deliveries.map(({ eventId }) => eventId)).toContain(failure().id);
  });

  it('waits for a key that is not refused, and complains once a minute at most', async () => {
    const relay = await open({ apiKey: 'rk_live_wrong' });
    relay.book.put({ ...failure() });
    await relay.receive(thinOf(failure()), failure({ ...ADA, customer: 'cus_ben' }));
    await relay.pass(10 * MINUTE_MS);
    expect(relay.said.length).toBeGreaterThan(0);
    expect(relay.said.filter((line) => line.includes('refuses a look-up')).length).toBeLessThanOrEqual(10);
    expect((await relay.store.counts()).deliveries).toMatchObject({ unresolved: 1, dead_letter: 0 });
    relay.restart(LIVE_KEY);
    await relay.pass(HOUR_MS, MINUTE_MS);
    expect((await relay.store.counts()).deliveries.unresolved).toBe(0);
  });

  const thinFailures = (count: number) =>
    Array.from({ length: count }, (_, n) => thinOf({ ...failure(), id: `evt_${n}` }));

  it('rests for a minute after a few refusals, however many wait', async () => {
    const relay = await open({ apiKey: 'rk_live_wrong' });
    await relay.receive(...thinFailures(40));
    await relay.pass(30 * SECOND_MS);
    expect(relay.standIn.requests.filter(({ path }) => path.startsWith('/v1/events/')).length).toBeLessThanOrEqual(8);
  });

  it('goes on where only some are refused, and complains once', async () => {
    const relay = await open();
    relay.book.put(...Array.from({ length: 40 }, (_, n) => ({ ...failure(), id: `evt_${n}` })));
    await relay.receive(...thinFailures(40));
    const lacking = { kind: 'status', status: 403 } as const;
    // The list of events that the reconciler begins with is not asked for before its second round.
    const others = Array.from({ length: 7 }, () => null);
    relay.standIn.script(...Array.from({ length: 5 }, () => [lacking, ...others]).flat());
    await relay.pass(SECOND_MS);
    expect((await relay.counts()).lookUps.event).toBe(5);
    expect(relay.said.filter((line) => line.includes('refuses a look-up'))).toHaveLength(1);
  });

  it('of one mode is never made with a key of the other', async () => {
    const relay = await open();
    const test = { ...ADA, livemode: false };
    await relay.receive(thinOf(failure(test)), failure({ ...test, customer: 'cus_ben' }));
    await relay.pass(HOUR_MS, MINUTE_MS);
    const paths = relay.standIn.requests.map(({ path }) => path);
    expect(paths.filter((path) => path !== '/v1/events')).toEqual([]);
    expect((await relay.counts()).lookUps).toMatchObject({ event: 1 });
  });

  it('is given up after three days as a dead letter that can be replayed', async () => {
    const relay = await open({ apiKey: 'rk_live_wrong' });
    relay.book.put({ ...failure() });
    await relay.receive(thinOf(failure()));
    await relay.pass(4 * DAY_MS, 10 * MINUTE_MS);
    const [letter] = await relay.store.deadLetters({ replayed: false, limit: 10 });
    expect(letter).toMatchObject({ kind: 'delivery', subject: `stripe evt_thin_${failure().id}` });
    expect(letter?.message).toMatch(/not looked up in 72 hours.*status 401/);
    relay.restart(LIVE_KEY);
    const readmit = ({ rawBody, receivedAt }: { rawBody: string; receivedAt: typeof START }) =>
      toDelivery(stripe, rawBody, receivedAt);
    expect(await relay.store.replayDeadLetters(null, relay.now(), readmit)).toBe(1);
    await relay.pass(MINUTE_MS);
    expect((await relay.profile('cus_ada'))?.deliveries.map(({ eventId }) => eventId)).toContain(failure().id);
    expect((await relay.store.counts()).deliveries).toMatchObject({ unresolved: 0, dead_letter: 0 });
  });
});
