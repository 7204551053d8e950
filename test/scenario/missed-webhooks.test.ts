import { afterEach, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, type Instant, instant, MINUTE_MS, plus } from '../../src/domain/instant.ts';
import { SUBSCRIBE_EVENTS } from '../../src/providers/stripe/stripe.ts';
import {
  chargeFailed,
  invoicePaid,
  invoicePaymentFailed,
  invoiceUpdated,
  paymentIntentFailed,
  paymentIntentSucceeded,
  type StripeAccount,
  type StripeEvent,
} from '../../src/simulate/stripe-events.ts';
import { type ApiRelay, type ApiRelayOptions, openApiRelay } from './api-relay.ts';
import { person } from './stage.ts';

const START = instant(Date.UTC(2026, 2, 2, 9));
const of = (name: string, changes: Partial<StripeAccount> = {}): StripeAccount => ({ ...person(name), ...changes });

const billOf = (account: StripeAccount) => ({
  invoice: account.customer.replace('cus_', 'in_'),
  subscription: account.customer.replace('cus_', 'sub_'),
  amount: 2900,
});

const fails = (account: StripeAccount, at: Instant): readonly StripeEvent[] => {
  const bill = billOf(account);
  const decline = { ...bill, declineCode: 'insufficient_funds', at };
  return [
    chargeFailed(account, decline),
    paymentIntentFailed(account, decline),
    invoicePaymentFailed(account, { ...bill, attempt: 1, nextAttemptAt: plus(at, 3 * DAY_MS), at }),
  ];
};

const pays = (account: StripeAccount, at: Instant): readonly StripeEvent[] => {
  const bill = billOf(account);
  return [paymentIntentSucceeded(account, { ...bill, at }), invoicePaid(account, { ...bill, attempt: 2, at })];
};

describe('the reconciler', () => {
  const relays: ApiRelay[] = [];
  const open = async (options: Partial<ApiRelayOptions> = {}): Promise<ApiRelay> => {
    const relay = await openApiRelay({ startAt: START, ...options });
    relays.push(relay);
    return relay;
  };
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.close();
  });

  const happen = (relay: ApiRelay, events: readonly StripeEvent[], book = relay.book): void => {
    for (const event of events) book.put({ ...event }, event.data.object);
  };
  const trackedBy = async (relay: ApiRelay, user: string) =>
    (await relay.calls()).filter(({ type, userId }) => type === 'track' && userId === user);
  const namesOf = async (relay: ApiRelay, user: string) => (await trackedBy(relay, user)).map(({ event }) => event);
  it('heals an outage of two hours in which webhooks were lost', async () => {
    const relay = await open();
    const [ada, ben] = [of('ada'), of('ben')];
    await relay.pass(MINUTE_MS);
    // Both fail while nobody listens; Ben pays before anybody does again.
    happen(relay, fails(ada, plus(relay.now(), HOUR_MS)));
    happen(relay, fails(ben, plus(relay.now(), 10 * MINUTE_MS)));
    happen(relay, pays(ben, plus(relay.now(), HOUR_MS)));
    relay.restart(null);
    await relay.pass(2 * HOUR_MS, 2 * HOUR_MS);
    expect(await relay.calls()).toEqual([]);

    relay.restart();
    await relay.pass(MINUTE_MS);
    expect(await namesOf(relay, 'user_ada')).toContain('payment_failed');
    expect(await namesOf(relay, 'user_ben')).toContain('payment_recovered');
    // Found long after they happened: told as what is late.
    const failed = (await trackedBy(relay, 'user_ben')).find(({ event }) => event === 'payment_failed');
    expect(failed?.properties).toMatchObject({ is_late: true });
    expect(await relay.counts()).toMatchObject({ missed: 8 });
    expect(relay.said.join('\n')).toMatch(/Found webhooks that never arrived.*"count":8,"since":"2026-03-02T09:11/);
  });

  it('takes what came for what came, however often it looks', async () => {
    const relay = await open();
    await relay.pass(MINUTE_MS);
    for (const event of fails(of('ada'), relay.now())) {
      happen(relay, [event]);
      await relay.receive(event);
    }
    const before = (await relay.store.counts()).deliveries;
    await relay.pass(HOUR_MS, MINUTE_MS);
    expect((await relay.store.counts()).deliveries).toEqual(before);
    expect(await relay.counts()).toMatchObject({ missed: 0 });
    expect(relay.said).toEqual([]);
  });

  it('gives a webhook five minutes to arrive', async () => {
    const relay = await open();
    await relay.pass(2 * MINUTE_MS);
    happen(relay, fails(of('ada'), relay.now()));
    await relay.pass(4 * MINUTE_MS + 59_000);
    expect(await relay.counts()).toMatchObject({ missed: 0 });
    await relay.pass(6 * MINUTE_MS);
    expect(await relay.counts()).toMatchObject({ missed: 3 });
  });

  it('finds what the list shows minutes late', async () => {
    const relay = await open();
    await relay.pass(20 * MINUTE_MS, MINUTE_MS);
    happen(relay, fails(of('ada'), plus(relay.now(), -12 * MINUTE_MS)));
    await relay.pass(5 * MINUTE_MS, MINUTE_MS);
    expect(await relay.counts()).toMatchObject({ missed: 3 });
  });

  it('leaves what happened before the store was made to a backfill', async () => {
    const relay = await open();
    happen(relay, fails(of('ada'), plus(START, -HOUR_MS)));
    happen(relay, fails(of('ben'), plus(START, -1_000)));
    await relay.pass(HOUR_MS, MINUTE_MS);
    expect(await relay.counts()).toMatchObject({ missed: 0 });
    expect(await relay.calls()).toEqual([]);
  });

  it('goes on where it left off when it is stopped between two pages', async () => {
    const relay = await open();
    await relay.pass(MINUTE_MS);
    const account = of('ada');
    const looks = Array.from({ length: 250 }, (_, index) =>
      invoiceUpdated(account, {
        ...billOf(account),
        at: plus(relay.now(), index * 1_000),
        previous: { description: `v${index}` },
      }),
    );
    happen(relay, looks);
    let deaths = 0;
    relay.standIn.afterEach(({ query }) => {
      // The part with invoices in it; after a death the first part comes first again.
      if (query['types[]'] === SUBSCRIBE_EVENTS[19] || deaths === 2) return;
      deaths += 1;
      relay.restart();
    });
    await relay.pass(20 * MINUTE_MS, 20 * MINUTE_MS);
    expect(await relay.counts()).toMatchObject({ missed: 250 });
    const cursors = relay.standIn.requests.flatMap(({ query }) => query.starting_after ?? []);
    expect(cursors).toEqual([looks[150]?.id, looks[50]?.id]);
    expect(deaths).toBe(2);
  });

  it('searches connected accounts that are known, and no others', async () => {
    const relay = await open({ merchants: ['acct_known', 'acct_strange'] });
    const ada = of('ada', { merchant: 'acct_known' });
    const bo = of('bo', { merchant: 'acct_strange' });
    const [first] = fails(ada, START);
    if (first === undefined) throw new Error('a failure has events');
    await relay.receive(first);
    await relay.pass(6 * MINUTE_MS, MINUTE_MS);
    // In the list of a connected account nothing says whose it is.
    const bare = fails(ada, plus(relay.now(), 1_000)).map(({ account: _, ...event }) => event);
    const known = relay.connected.acct_known;
    if (known !== undefined) happen(relay, bare, known);
    const strange = relay.connected.acct_strange;
    if (strange !== undefined) happen(relay, fails(bo, relay.now()), strange);
    await relay.pass(HOUR_MS, MINUTE_MS);
    expect(await relay.counts()).toMatchObject({ missed: 3 });
    const profile = await relay.profile('cus_ada');
    expect(profile?.accounts).toHaveLength(1);
    expect(profile?.deliveries).toHaveLength(4);
    expect(await relay.profile('cus_bo')).toBeUndefined();
  });

  it('says that its key is refused, and finds what was missed once it is mended', async () => {
    const relay = await open();
    await relay.pass(MINUTE_MS);
    relay.standIn.rollKey('rk_live_new');
    happen(relay, fails(of('ada'), relay.now()));
    await relay.pass(HOUR_MS, MINUTE_MS);
    expect(relay.said.join('\n')).toMatch(/does not show its events.*status 401/);
    expect(await relay.counts()).toMatchObject({ missed: 0 });
    relay.restart('rk_live_new');
    await relay.pass(MINUTE_MS);
    expect(await relay.counts()).toMatchObject({ missed: 3 });
  });

  it('waits out a limit and an outage of the API', async () => {
    const relay = await open();
    await relay.pass(MINUTE_MS);
    happen(relay, fails(of('ada'), relay.now()));
    relay.standIn.script(
      { kind: 'status', status: 429, headers: { 'retry-after': '30' } },
      { kind: 'status', status: 500 },
      { kind: 'reset' },
    );
    await relay.pass(30 * MINUTE_MS, MINUTE_MS);
    expect(await relay.counts()).toMatchObject({ missed: 3 });
    expect(relay.standIn.requests.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});
