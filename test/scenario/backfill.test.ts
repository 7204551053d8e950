import { afterEach, describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { DAY_MS, HOUR_MS, type Instant, instant, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { Emit } from '../../src/pipeline/api/backfill-begin.ts';
import { runDue, type World } from '../../src/pipeline/loop.ts';
import type { SegmentCall, Store } from '../../src/pipeline/ports.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { makeRules, rulesetJson } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { expirySoonAfter } from '../../src/simulate/card-months.ts';
import { LIFECYCLES, lifecycle } from '../../src/simulate/lifecycles.ts';
import {
  customerCreated,
  paymentMethodAttached,
  STRIPE_SHAPES,
  type StripeAccount,
  type StripeEvent,
  type StripeShape,
  subscriptionCreated,
} from '../../src/simulate/stripe-events.ts';
import { bookOfEvents, type MemoryBook } from '../../src/simulate/vendors/stripe.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { backfillRig, NOW } from '../contract/backfill-rig.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';

const providers = { stripe };
const given = { namespace: 'test', policy: DEFAULT_POLICY, audiences: AUDIENCES, providers };
const rules = makeRules(given);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const account = (shape: StripeShape, card?: StripeAccount['card']): StripeAccount => ({
  shape,
  livemode: false,
  customer: 'cus_Ada',
  userId: 'ada',
  planId: 'pro',
  priceId: 'price_pro',
  card,
});

/** `days` ago and an hour: nothing of a story lies in the seconds before the backfill, where it would still be settling. */
const daysAgo = (days: number): Instant => instant(NOW - days * DAY_MS - HOUR_MS);

/** A customer who came two months before, and what happened to her since `startsAt`. */
const story = (name: (typeof LIFECYCLES)[number], shape: StripeShape, startsAt: Instant): readonly StripeEvent[] => {
  // The card that the story is about, where it is about one.
  const ada = account(shape, name.startsWith('card-') ? expirySoonAfter(startsAt) : undefined);
  const at = startsAt - 60 * DAY_MS;
  const told = lifecycle(name, { account: ada, startsAt });
  const subscription = told.map(({ event }) => event.data.object).find(({ object }) => object === 'subscription')?.id;
  return [
    customerCreated(ada, { at }),
    paymentMethodAttached(ada, { at }),
    subscriptionCreated(ada, { subscription: String(subscription ?? 'sub_Ada'), at }),
    ...told.map(({ event }) => event),
  ]
    .filter(({ created }) => created * SECOND_MS <= NOW)
    .toSorted((a, b) => a.created - b.created);
};

/** Decides all that is due until `at`. */
const decideUntil = async (store: Store, at: Instant): Promise<void> => {
  const world: World = { store, rules, providers, channelFor: () => 'segment', toolsFor: () => [] };
  for (let dueAt = await store.nextDueAt(); dueAt !== null && dueAt <= at; dueAt = await store.nextDueAt()) {
    if ((await runDue(world, dueAt, 64)) === 0) break;
  }
};

/** All that settles has settled by then. */
const LATER = plus(NOW, MINUTE_MS);

const openStore = async (): Promise<Store> => {
  const store = openSqliteStore({ path: ':memory:', lock: false, busyTimeoutMs: 1_000 });
  await store.saveRuleset(rules.hash, rulesetJson(given), NOW);
  return store;
};

/** The relay that was there all the time. */
const byWebhooks = async (events: readonly StripeEvent[], until = LATER): Promise<Store> => {
  const store = await openStore();
  closing.push(store.close);
  for (const event of events) {
    const receivedAt = instant(event.created * SECOND_MS + SECOND_MS);
    await decideUntil(store, receivedAt);
    await store.accept([toDelivery(stripe, JSON.stringify(event), receivedAt)]);
  }
  await decideUntil(store, until);
  return store;
};

/** The relay that was installed today. */
const byBackfill = async (book: MemoryBook, emit: Emit): Promise<Store> => {
  const rig = await backfillRig({ book, store: await openStore() });
  closing.push(rig.close);
  expect(await rig.run({ emit })).toEqual({ result: 'done' });
  await decideUntil(rig.store, LATER);
  return rig.store;
};

/** Stripe forgets its events after 30 days; the objects stay. */
const forgetEvents = (book: MemoryBook, events: readonly StripeEvent[]): MemoryBook => {
  for (const { id } of events) book.remove(id);
  return book;
};

const viewOf = async (store: Store): Promise<Record<string, unknown>> => {
  const profiles = await store.findProfiles('cus_Ada');
  return JSON.parse(profiles[0]?.view ?? 'null');
};

/** A charge knows when it failed, the notice came a second later: without the notice the charge's instant stands. */
const toMinutes = (view: unknown): unknown =>
  JSON.parse(JSON.stringify(view).replaceAll(/(T\d\d:\d\d):\d\d\.\d{3}Z/g, '$1'));

/** When exactly the retries ran out, forgotten events alone would tell: grace may end later by the time that silence takes. */
const withoutGrace = (view: unknown): unknown =>
  JSON.parse(JSON.stringify(view).replaceAll(/"grace_ends_at":"[^"]*",?/g, ''));

const callsOf = async (store: Store): Promise<readonly SegmentCall[]> =>
  (await store.findProfiles('cus_Ada')).flatMap(({ calls }) => calls.map(({ call }) => call));

const tracks = async (store: Store): Promise<readonly string[]> =>
  (await callsOf(store)).filter(({ type }) => type === 'track').map(({ event }) => event ?? '');

describe.each(STRIPE_SHAPES)('a backfilled account (%s)', (shape) => {
  const cases = LIFECYCLES.flatMap((name) => [1, 5, 20].map((days) => [name, days] as const));

  it.each(cases)('stands as if its webhooks had come, and nothing is said of it: %s, day %i', async (name, days) => {
    const events = story(name, shape, daysAgo(days));
    const there = await byWebhooks(events);
    const late = await byBackfill(bookOfEvents(events), 'none');
    expect(await viewOf(late)).toEqual(await viewOf(there));
    expect(await tracks(late)).toEqual([]);
    expect((await late.counts()).deliveries).toMatchObject({ dead_letter: 0, unread: 0, unresolved: 0 });
  });

  it.each(['renewal-failed', 'exhausted'] as const)(
    'stands on its true dates although its events are forgotten: %s, day 45',
    async (name) => {
      const events = story(name, shape, daysAgo(45));
      const there = await byWebhooks(events);
      const late = await byBackfill(forgetEvents(bookOfEvents(events), events), 'none');
      expect(toMinutes(withoutGrace(await viewOf(late)))).toEqual(toMinutes(withoutGrace(await viewOf(there))));
      expect(await tracks(late)).toEqual([]);
    },
  );

  it('asked to tell all says what the webhooks would have said', async () => {
    const events = story('recovered-by-retry', shape, daysAgo(5));
    // Audiences that were entered and left again are no event of the past.
    const happenings = async (store: Store) => (await tracks(store)).filter((name) => !name.startsWith('Audience'));
    const said = await happenings(await byBackfill(bookOfEvents(events), 'all'));
    expect(said.toSorted()).toEqual((await happenings(await byWebhooks(events))).toSorted());
    expect(said).toContain('payment_recovered');
  });

  it('asked to tell what is open says nothing of what is over, and tells of what is not', async () => {
    const over = story('recovered-by-retry', shape, daysAgo(5));
    const running = story('renewal-failed', shape, daysAgo(2));
    expect(await tracks(await byBackfill(bookOfEvents(over), 'open'))).not.toContain('payment_failed');
    expect(await tracks(await byBackfill(bookOfEvents(running), 'open'))).toContain('payment_failed');
  });

  it('asked to tell what is open announces nobody whose episode is over', async () => {
    const over = story('recovered-by-retry', shape, daysAgo(5));
    const store = await byBackfill(bookOfEvents(over), 'open');
    expect(await viewOf(store)).toMatchObject({ traits: { dunning_status: 'recovered' } });
    expect(await tracks(store)).toEqual([]);
  });

  const justNow = [
    ['renewal-failed', 'invoice.payment_failed', 'payment_failed'],
    ['recovered-by-retry', 'invoice.paid', 'payment_recovered'],
    ['disputed', 'charge.dispute.created', 'payment_disputed'],
  ] as const;
  it.each(justNow)('says what happened while its webhook was under way: %s', async (name, type, said) => {
    const first = story(name, shape, daysAgo(40)).find((event) => event.type === type);
    const sinceStart = (first?.created ?? 0) * SECOND_MS - daysAgo(40);
    const events = story(name, shape, instant(NOW - SECOND_MS - sinceStart));
    const isLate = ({ created }: StripeEvent): boolean => created * SECOND_MS >= NOW - 2 * SECOND_MS;
    const underWay = events.filter(isLate);
    expect(underWay.map((event) => event.type)).toContain(type);
    for (const book of [bookOfEvents(events), forgetEvents(bookOfEvents(events), underWay)]) {
      const store = await byWebhooks(
        events.filter((event) => !isLate(event)),
        plus(NOW, -1),
      );
      const rig = await backfillRig({ book, store });
      expect(await rig.run()).toEqual({ result: 'done' });
      await rig.stripe.close();
      await decideUntil(store, plus(NOW, 500));
      for (const event of underWay)
        await store.accept([toDelivery(stripe, JSON.stringify(event), plus(NOW, SECOND_MS))]);
      await decideUntil(store, LATER);
      expect((await tracks(store)).filter((event) => event === said)).toEqual([said]);
    }
  });

  it('takes its later webhooks as news', async () => {
    const events = story('recovered-by-retry', shape, daysAgo(5));
    const isPaid = ({ created }: StripeEvent): boolean => created * SECOND_MS > NOW - 4 * DAY_MS;
    const before = events.filter((event) => !isPaid(event));
    const store = await byBackfill(bookOfEvents(before), 'none');
    for (const event of events.filter(isPaid)) {
      await store.accept([toDelivery(stripe, JSON.stringify(event), LATER)]);
    }
    await decideUntil(store, plus(LATER, MINUTE_MS));
    expect(await tracks(store)).toContain('payment_recovered');
    expect(await tracks(store)).not.toContain('payment_failed');
  });
});
