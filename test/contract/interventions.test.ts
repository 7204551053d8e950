import { describe, expect, it, onTestFinished } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { DAY_MS, type Instant, instant, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import { churnkey } from '../../src/interventions/churnkey/churnkey.ts';
import { intervene } from '../../src/pipeline/interventions/intervene.ts';
import type { OperatorRequest } from '../../src/pipeline/interventions/intervention.ts';
import { runDue } from '../../src/pipeline/loop.ts';
import { toDelivery } from '../../src/pipeline/receive.ts';
import { makeRules } from '../../src/pipeline/rules.ts';
import { stripe } from '../../src/providers/stripe/stripe.ts';
import { openStore } from '../../src/store/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { forDays, request } from '../scenario/operators.ts';
import { fails } from '../scenario/stripe-happenings.ts';

/** Whom an operator's request is about, and how long it is remembered. */

const NOW = instant(Date.UTC(2026, 10, 21, 12));
const providers = { stripe, churnkey };
const rules = makeRules({ policy: DEFAULT_POLICY, namespace: 'test', audiences: AUDIENCES, providers });

const DAY_BEFORE = plus(NOW, -DAY_MS);

const failing = (customer: string, userId: string, livemode = true, at = DAY_BEFORE) =>
  fails({ invoice: `in_${customer}`, subscription: `sub_${customer}`, amount: 4900 }, { retryAt: plus(NOW, DAY_MS) })(
    { shape: 'basil', livemode, customer, userId, planId: 'pro', priceId: 'price_pro' },
    at,
  ).map((event) => toDelivery(stripe, JSON.stringify(event), at));

const openRelay = async () => {
  const store = await openStore('sqlite::memory:', { lock: false, namespace: 'test' });
  onTestFinished(() => store.close());
  const world = { store, rules, providers, channelFor: () => 'recorder' as const, toolsFor: () => [] };
  const decide = async (now: Instant): Promise<void> => {
    while ((await runDue(world, now)) > 0);
  };
  await store.accept([
    ...failing('cus_a', 'user_ada'),
    ...failing('cus_b', 'user_ada'),
    ...failing('cus_t', 'user_ada', false),
    ...failing('cus_o', 'user_bob'),
  ]);
  await decide(plus(NOW, -DAY_MS));
  await decide(plus(NOW, -DAY_MS + 20 * SECOND_MS));
  const ask = (what: OperatorRequest, now: Instant = NOW) => intervene(world, what, now);
  return { store, decide, ask };
};

const customersOf = (answer: Awaited<ReturnType<typeof intervene>>): readonly string[] =>
  answer.ok
    ? answer.people.flatMap(({ accounts }) =>
        accounts.flatMap(({ customer, holds }) => (holds.length > 0 ? [customer.customer] : [])),
      )
    : [answer.message];

describe('whom a request is about', () => {
  it('a user id: every billing customer of the person, in test mode, too', async () => {
    const { ask } = await openRelay();
    expect(customersOf(await ask(request('hold'))).toSorted()).toEqual(['cus_a', 'cus_b', 'cus_t']);
  });

  it('a billing customer id: that one, and the person is dunned for the others', async () => {
    const { ask } = await openRelay();
    const answer = await ask(request('hold', { id: 'cus_b' }));
    expect(customersOf(answer)).toEqual(['cus_b']);
    expect(answer).toMatchObject({ people: [{ userId: 'user_ada', dunning_status: 'active' }] });
  });

  it('nobody else', async () => {
    const { ask, decide, store } = await openRelay();
    await ask(request('hold'));
    await decide(NOW);
    const [bob] = await store.findProfiles('user_bob');
    expect(JSON.parse(bob?.view ?? '{}').traits).toMatchObject({ suppression_reason: null, dunning_status: 'active' });
  });

  it('a mark settles each billing customer where something is owed', async () => {
    const { ask } = await openRelay();
    const answer = await ask(request('mark_recovered'));
    expect(
      answer.ok && answer.people.flatMap(({ accounts }) => accounts.flatMap(({ invoices }) => invoices)).toSorted(),
    ).toEqual(['in_cus_a', 'in_cus_b', 'in_cus_t']);
  });
});

describe("another recovery tool's claim", () => {
  const body = (event: string) =>
    JSON.stringify({
      event,
      data: { customer: { id: 'cus_o' }, campaign: { id: 'ck-1', startedAt: '2026-11-01T00:00:00Z' } },
    });

  it('that a late copy placed anew after the end is ended by its name, and by no resume that does not name it', async () => {
    const { ask, decide, store } = await openRelay();
    const say = (event: string, at: Instant) => store.accept([toDelivery(churnkey, body(event), at)]);
    const reason = async (now: Instant): Promise<unknown> => {
      await decide(now);
      const all = await store.findProfiles('cus_o');
      return all.map(({ view }) => JSON.parse(view ?? '{}').traits.suppression_reason)[0];
    };
    const minutes = (count: number) => plus(NOW, count * MINUTE_MS);
    await say('dunning_campaign_updated', NOW);
    await say('dunning_campaign_paused', minutes(1));
    await say('dunning_campaign_updated', minutes(2));
    expect(await reason(minutes(3))).toBe('owned_elsewhere');
    for (const holdId of [null, 'all'])
      expect(await ask(request('resume', { id: 'cus_o', holdId }), minutes(4))).toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('give its name, ck-1'),
      });
    const named = request('resume', { id: 'cus_o', holdId: 'ck-1' });
    expect(await ask(named, minutes(5))).toMatchObject({ ok: true, people: [{ suppression_reason: null }] });
    expect(await reason(minutes(6))).toBeNull();
    expect(await ask(named, minutes(7))).toMatchObject({ ok: true, repeated: true });
    await say('dunning_campaign_updated', minutes(8));
    expect(await reason(minutes(9))).toBe('owned_elsewhere');
  });
});

describe('what is remembered', () => {
  const LATER = plus(NOW, 30 * DAY_MS);

  it('an exclusion outlives the delivery by which it came, and so does its request id', async () => {
    const { ask, decide, store } = await openRelay();
    const exclusion = request('exclude', { requestId: 'r-1' });
    await ask(exclusion);
    await decide(NOW);
    const swept = await store.sweep({ deliveriesDays: 10, outboxDays: 10, logDays: 10 }, LATER, 10_000);
    expect(swept.rows.deliveries).toBeGreaterThan(0);
    const [ada] = await store.findProfiles('cus_a');
    expect(ada?.deliveries).toEqual([]);
    expect(await ask(exclusion, LATER)).toMatchObject({
      ok: true,
      repeated: true,
      at: NOW,
      people: [{ suppression_reason: 'opted_out' }, { suppression_reason: 'opted_out' }],
    });
    expect(await ask({ ...exclusion, reason: 'another' }, LATER)).toMatchObject({ ok: false, code: 'conflict' });
  });

  it('a duration counts from the first time that it was asked', async () => {
    const { ask } = await openRelay();
    const hold = request('hold', { requestId: 'r-1', expiry: forDays(2) });
    await ask(hold);
    expect(await ask(hold, plus(NOW, DAY_MS))).toMatchObject({ repeated: true, at: NOW });
    expect(await ask({ ...hold, expiry: forDays(3) }, plus(NOW, DAY_MS))).toMatchObject({ code: 'conflict' });
    expect(await ask({ ...hold, expiry: { until: plus(NOW, 2 * DAY_MS) } })).toMatchObject({ repeated: true });
  });

  const ONE = { requestId: 'r-1', id: 'cus_a' } as const;
  const ALL = { requestId: 'r-1', id: 'user_ada' } as const;

  it('of a hold that is asked again for more accounts is done for those, and said once of each', async () => {
    const { ask } = await openRelay();
    await ask(request('hold', ONE));
    const wider = await ask(request('hold', ALL), plus(NOW, SECOND_MS));
    expect(wider).toMatchObject({ ok: true, repeated: false });
    expect(customersOf(wider).toSorted()).toEqual(['cus_a', 'cus_b', 'cus_t']);
    expect(await ask(request('hold', ALL), plus(NOW, DAY_MS))).toMatchObject({ ...wider, repeated: true });
  });

  it('of a resume that is asked again for more accounts ends what was left out', async () => {
    const { ask } = await openRelay();
    await ask(request('hold'));
    await ask(request('resume', ONE), plus(NOW, SECOND_MS));
    const rest = await ask(request('resume', ALL), plus(NOW, 2 * SECOND_MS));
    expect(rest).toMatchObject({ repeated: false });
    expect(customersOf(rest)).toEqual([]);
  });

  it('of a resume ends no hold that was placed since', async () => {
    const { ask } = await openRelay();
    await ask(request('hold', { id: 'cus_a' }));
    await ask(request('resume', ALL), plus(NOW, SECOND_MS));
    for (const id of ['cus_a', 'cus_b']) await ask(request('hold', { id }), plus(NOW, 2 * SECOND_MS));
    expect(await ask(request('resume', ALL), plus(NOW, 3 * SECOND_MS))).toMatchObject({ repeated: true });
    for (const id of ['cus_a', 'cus_b'])
      expect(await ask(request('resume', { id }), plus(NOW, 4 * SECOND_MS))).toMatchObject({ ok: true });
  });

  it('of a mark is one of its episode: another under its id is a conflict, on whatever account it is', async () => {
    const { ask, store } = await openRelay();
    const views = (await store.findProfiles('user_ada')).map(({ view }) => JSON.parse(view ?? '{}'));
    const [first, second] = views.flatMap(({ episodes }): string[] => episodes.map(({ id }: { id: string }) => id));
    const mark = (episode: string | null) => ask(request('mark_recovered', { ...ALL, episode }), plus(NOW, SECOND_MS));
    expect(await mark(first ?? '')).toMatchObject({ ok: true, repeated: false });
    expect(await mark(first ?? '')).toMatchObject({ ok: true, repeated: true });
    expect(await mark(second ?? '')).toMatchObject({ ok: false, code: 'conflict' });
    expect(await mark(null)).toMatchObject({ ok: true, repeated: false });
    expect(await mark(null)).toMatchObject({ ok: true, repeated: true });
  });

  it.each(['hold', 'exclude'] as const)(
    'of a %s, after it was lifted, leaves alone what came up since',
    async (action) => {
      const { ask, decide, store } = await openRelay();
      const wish = request(action, ALL);
      await ask(wish);
      expect(await ask(request('resume', { holdId: 'all', requestId: 'r-2' }), plus(NOW, SECOND_MS))).toMatchObject({
        ok: true,
      });
      const [since, settled] = [plus(NOW, 2 * SECOND_MS), plus(NOW, 20 * SECOND_MS)];
      await store.accept(failing('cus_new', 'user_ada', true, since));
      await decide(since);
      await decide(settled);
      const again = await ask(wish, settled);
      expect(again).toMatchObject({ ok: true, repeated: true });
      expect(customersOf(again)).not.toContain('cus_new');
      expect(customersOf(await ask(request('hold', { id: 'cus_new' }), settled))).toEqual(['cus_new']);
    },
  );

  it.each(['cus_a', 'cus_new'])(
    'of a mark is one, though a failure of %s before it was heard of since',
    async (late) => {
      const { ask, decide, store } = await openRelay();
      const mark = request('mark_recovered', ALL);
      await ask(mark);
      const [since, settled] = [plus(NOW, 2 * SECOND_MS), plus(NOW, 20 * SECOND_MS)];
      const ofLate = { invoice: 'in_late', subscription: 'sub_late', amount: 4900 };
      const account = {
        shape: 'basil',
        livemode: true,
        customer: late,
        userId: 'user_ada',
        planId: 'pro',
        priceId: 'p',
      } as const;
      const events = fails(ofLate, { retryAt: plus(NOW, DAY_MS) })(account, plus(NOW, -DAY_MS / 24));
      await store.accept(events.map((event) => toDelivery(stripe, JSON.stringify(event), since)));
      await decide(since);
      await decide(settled);
      expect(await ask(mark, settled)).toMatchObject({ ok: true, repeated: true });
      const owed = await ask(request('mark_recovered', { id: late }), settled);
      expect(owed.ok && owed.people[0]?.accounts[0]?.invoices).toEqual(['in_late']);
    },
  );

  it('nobody acts on a person who was erased', async () => {
    const { ask, store } = await openRelay();
    await store.erase('user_bob', NOW);
    expect(await ask(request('hold', { id: 'user_bob' }))).toMatchObject({ ok: false, code: 'unknown' });
  });
});
