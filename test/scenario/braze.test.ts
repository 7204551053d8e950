import { describe, expect, test } from 'vitest';
import { AUDIENCES } from '../../audiences/index.ts';
import { toIso } from '../../src/domain/instant.ts';
import { customerUpdated, paymentMethodAttached, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import {
  becomes,
  check,
  hears,
  hearsNothing,
  holds,
  knowsNothingOf,
  lastEvent,
  lastWrite,
  late,
  on,
  playBraze,
  restarts,
  to,
  wait,
} from './braze-play.ts';
import { day, hours, seconds } from './harness.ts';
import {
  type Bill,
  cancelIsRequested,
  cancelIsUndone,
  customerIsSaved,
  customerPays,
  ends,
  fails,
  type Happening,
  isLookedAt,
  isPaidFirstTime,
  isVoided,
  retrySucceeds,
} from './stripe-happenings.ts';

/** What marketing sees in Braze, told by day. */

const bill = (name: string, number = 1): Bill => ({
  invoice: `in_${name}${number}`,
  subscription: `sub_${name}${number}`,
  amount: 4_900,
});
const ADA = bill('ada');
const RETRY = { retryAt: day(3) };
const first = { attempt: 1, retryAt: day(3) };

/** `in_<audience>` of every audience: true for these alone. */
const inOnly = (...members: readonly string[]): Readonly<Record<string, boolean>> =>
  Object.fromEntries(AUDIENCES.all.map(({ key }) => [`in_${key}`, members.includes(key)]));

const entersDunning = [to('ada', fails(ADA, RETRY)), wait(seconds(10))];

describe('failed: in Braze', () => {
  test('a failure is there with every attribute, and the entry event in the same call', () =>
    playBraze([
      ...entersDunning,
      holds('ada', {
        in_dunning: true,
        dunning_status: 'active',
        dunning_stage: 'first_failure',
        next_retry_date: toIso(day(3)),
        next_retry_status: 'scheduled',
        dunning_amount_due: 49,
        dunning_currency: 'USD',
        dunning_attempt_number: 1,
        dunning_failure_class: 'insufficient_funds',
        dunning_suppressed: false,
        ...inOnly('dunning_first_failure_high_value'),
      }),
      check(({ braze }) => {
        const held = braze.users.all.get('user_ada')?.attributes ?? {};
        expect(held.dunning_episode_id).toMatch(/./);
        expect(held.update_payment_url).toMatch(/^https:/);
        expect(held.dunning_state_version).toEqual(expect.any(Number));
        expect(braze.users.events[0]?.properties).toMatchObject({
          dunning_episode_id: held.dunning_episode_id,
          stage: 'first_failure',
          attempt_number: 1,
          next_retry_date: toIso(day(3)),
        });
        expect(braze.users.events[0]?.request).toBe(braze.users.writes[0]?.request);
        expect(braze.requests).toHaveLength(1);
      }),
      hears(['ada', 'dunning_stage_entered']),
    ]));

  test('a plan that is not of high value enters the standard audience', () =>
    playBraze([
      becomes('ada', { planId: 'starter' }),
      ...entersDunning,
      holds('ada', inOnly('dunning_first_failure_standard')),
    ]));

  test('a stage that moves is announced once, whatever is looked at or told again meanwhile', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered', { stage: 'first_failure' }]),
      to('ada', isLookedAt(ADA, first), isLookedAt(ADA, first)),
      on(3),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(seconds(10)),
      to('ada', isLookedAt(ADA, { attempt: 2, retryAt: day(6) })),
      hears(['ada', 'dunning_stage_entered', { stage: 'retrying', attempt_number: 2 }]),
      holds('ada', inOnly('dunning_retrying')),
      on(6),
      to('ada', fails(ADA, { attempt: 3, retryAt: day(9) })),
      wait(seconds(10)),
      hears(['ada', 'dunning_stage_entered', { stage: 'persistent' }]),
      holds('ada', inOnly('dunning_persistent_failure')),
      on(9),
      to('ada', fails(ADA, { attempt: 4 })),
      wait(hours(1) + seconds(1)),
      holds('ada', { ...inOnly('dunning_exhausted'), next_retry_date: undefined, dunning_status: 'exhausted' }),
      hears(['ada', 'dunning_stage_entered', { stage: 'exhausted' }]),
    ]));

  test('only what changed is sent, and nothing where nothing changed', () =>
    playBraze([
      ...entersDunning,
      to('ada', isLookedAt(ADA, first)),
      check(({ braze }) => expect(braze.requests).toHaveLength(1)),
      on(3),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(seconds(10)),
      check((relay) => {
        const sent = Object.keys(lastWrite(relay, 'ada'));
        expect(sent).toEqual(
          expect.arrayContaining(['dunning_stage', 'dunning_attempt_number', 'next_retry_date', 'in_dunning_retrying']),
        );
        for (const same of ['in_dunning', 'dunning_episode_id', 'dunning_currency', 'in_pre_dunning']) {
          expect(sent).not.toContain(same);
        }
      }),
    ]));
});

describe('paid: cleared', () => {
  test('at the instant of the payment flags are false, the date is gone, and the exit is in the same call', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered']),
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      holds('ada', {
        in_dunning: false,
        dunning_status: 'recovered',
        next_retry_date: undefined,
        ...inOnly('dunning_recovered'),
      }),
      check((relay) => {
        const { braze } = relay;
        const exit = lastEvent(relay, 'ada');
        const entry = braze.users.events[0];
        expect(lastWrite(relay, 'ada').next_retry_date).toBeNull();
        expect(exit?.properties.dunning_episode_id).toBe(entry?.properties.dunning_episode_id);
        expect(exit?.request).toBe(braze.users.writes.at(-1)?.request);
        expect(exit?.at).toBe(day(3));
      }),
      hears(['ada', 'payment_recovered', { amount: 49, currency: 'USD' }]),
      on(10),
      holds('ada', inOnly()),
      hearsNothing,
    ]));

  test('a flow that waits for its second message sends none after the payment', () =>
    playBraze([
      ...entersDunning,
      on(0, hours(12)),
      to('ada', customerPays(ADA, first)),
      on(20),
      check(({ canvas }) => {
        expect(canvas.messages.map(({ step }) => step)).toEqual([0]);
        expect(canvas.waiting()).toEqual([]);
      }),
    ]));

  test('a failure and its payment that meet before they leave tell Braze no event', () =>
    playBraze([
      to('ada', fails(ADA, RETRY), customerPays(ADA, first)),
      wait(seconds(20)),
      hearsNothing,
      check(({ braze }) => {
        for (const { attributes } of braze.users.writes) expect(attributes.in_dunning).not.toBe(true);
      }),
    ]));
});

describe('any other end, and holds', () => {
  test('a canceled subscription is held at the request, and resumes without announcing its stage again', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered']),
      on(1),
      to('ada', cancelIsRequested('sub_ada1', 'past_due', day(20))),
      hears(['ada', 'dunning_exited', { outcome: 'held' }]),
      holds('ada', { in_dunning: false, dunning_suppressed: true, dunning_status: 'held', ...inOnly('suppressed') }),
      on(2),
      to('ada', cancelIsUndone('sub_ada1', 'past_due')),
      hearsNothing,
      holds('ada', { in_dunning: true, dunning_suppressed: false, ...inOnly('dunning_first_failure_high_value') }),
      on(2, hours(1)),
      to('ada', customerPays(ADA, first)),
      hears(['ada', 'payment_recovered']),
    ]));

  test.each([
    ['forgiven', isVoided(ADA, first)],
    ['canceled', ends('sub_ada1', 'cancellation_requested', 'too_expensive')],
    ['lost', ends('sub_ada1', 'payment_failed')],
  ] as const)('an episode that ends %s says so, with its id', (outcome, happening) =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered']),
      on(1),
      to('ada', happening),
      check((relay) => {
        const [entry] = relay.braze.users.events;
        expect(lastEvent(relay, 'ada')?.properties.dunning_episode_id).toBe(entry?.properties.dunning_episode_id);
      }),
      hears(['ada', 'dunning_exited', { outcome }]),
      holds('ada', { in_dunning: false, next_retry_date: undefined }),
      on(20),
      hearsNothing,
    ]),
  );
});

describe('several episodes (C5)', () => {
  test('when the lead ends while another is open: an exit for it, an entry for the other, in dunning throughout', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered', { stage: 'first_failure' }]),
      on(1),
      to('ada', fails(bill('ada', 2), { retryAt: day(4) })),
      wait(seconds(10)),
      hearsNothing,
      on(2),
      to('ada', customerPays(ADA, first)),
      hears(['ada', 'payment_recovered'], ['ada', 'dunning_stage_entered', { stage: 'first_failure' }]),
      holds('ada', { in_dunning: true }),
      check(({ braze }) => {
        const ids = braze.users.events.map(({ properties }) => properties.dunning_episode_id);
        expect(ids[0]).toBe(ids[1]);
        expect(ids[2]).not.toBe(ids[1]);
        const flags = braze.users.writes.map(({ attributes }) => attributes.in_dunning);
        expect(flags).not.toContain(false);
      }),
    ]));
});

describe('whom Braze does not hear of', () => {
  test('people who were never in dunning, people without a user id, and test mode', () =>
    playBraze([
      becomes('anonymous', { userId: undefined }),
      becomes('tester', { livemode: false }),
      to('payer', isPaidFirstTime(bill('payer'))),
      to('anonymous', fails(bill('anonymous'), RETRY)),
      to('tester', fails(bill('tester'), RETRY)),
      on(4),
      to('anonymous', customerPays(bill('anonymous'), first)),
      to('tester', customerPays(bill('tester'), first)),
      on(20),
      check(({ braze }) => expect(braze.requests).toEqual([])),
    ]));

  test('somebody whose user id comes to light is told of as they now are', () =>
    playBraze([
      becomes('ada', { userId: undefined }),
      ...entersDunning,
      knowsNothingOf('ada'),
      on(1),
      becomes('ada', { userId: 'user_ada' }),
      to('ada', customerIsSaved),
      holds('ada', { in_dunning: true, ...inOnly('dunning_first_failure_high_value') }),
    ]));
});

describe('who was linked to another user (F2)', () => {
  test('the old user is cleared and its flow ended, the new one stands in its place', () =>
    playBraze([
      becomes('ada', { userId: 'user_old' }),
      ...entersDunning,
      hears(['old', 'dunning_stage_entered']),
      on(1),
      becomes('ada', { userId: 'user_new' }),
      to('ada', customerIsSaved, isLookedAt(ADA, first)),
      wait(seconds(10)),
      holds('old', { in_dunning: false, next_retry_date: undefined, ...inOnly() }),
      holds('new', { in_dunning: true, ...inOnly('dunning_first_failure_high_value') }),
      check(({ braze }) => {
        const heardBy = (user: string) =>
          braze.users.events.filter(({ externalId }) => externalId === user).map(({ name }) => name);
        expect(heardBy('user_old')).toEqual(['dunning_stage_entered', 'dunning_exited']);
        expect(heardBy('user_new')).toEqual(['dunning_stage_entered']);
      }),
    ]));
});

describe('before any failure', () => {
  const attaches: Happening = (account, at) => [
    customerUpdated(account, { at }),
    paymentMethodAttached(account, { at }),
    subscriptionUpdated(account, { subscription: 'sub_ada1', at, status: 'active' }),
  ];

  test('a card that expires brings its owner to Braze without an event, and a new one takes her out', () =>
    playBraze([
      becomes('ada', { card: { last4: '0026', expMonth: 4, expYear: 2026 }, paymentMethod: 'pm_old' }),
      to('ada', attaches),
      on(29),
      knowsNothingOf('ada'),
      on(31),
      holds('ada', { in_dunning: false, dunning_status: 'pre_dunning', ...inOnly('pre_dunning') }),
      check(({ braze }) => expect(braze.users.all.get('user_ada')?.attributes.card_expires_at).toMatch(/^2026-05-01/)),
      on(35),
      becomes('ada', { card: { last4: '0030', expMonth: 4, expYear: 2030 }, paymentMethod: 'pm_new' }),
      to('ada', attaches),
      holds('ada', { in_dunning: false, dunning_status: 'none', card_expires_at: undefined, ...inOnly() }),
      hearsNothing,
    ]));
});

describe('a relay that only recorded before (G9)', () => {
  test('with a key it tells how people in dunning now stand; entries come only for what happens from then on', () =>
    playBraze(
      [
        ...entersDunning,
        to('payer', fails(bill('payer'), RETRY)),
        on(1),
        to('payer', customerPays(bill('payer'), first)),
        check(({ braze }) => expect(braze.requests).toEqual([])),
        restarts(true),
        holds('ada', { in_dunning: true, ...inOnly('dunning_first_failure_high_value') }),
        knowsNothingOf('payer'),
        hearsNothing,
        on(3),
        to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
        wait(seconds(10)),
        hears(['ada', 'dunning_stage_entered', { stage: 'retrying' }]),
      ],
      { hasKey: false },
    ));
});

describe('a relay that loses its key for a while', () => {
  test('who paid meanwhile is let go, and who was linked to another meanwhile is cleared, at the next start with a key', () =>
    playBraze([
      ...entersDunning,
      becomes('cus', { userId: 'user_old' }),
      to('cus', fails(bill('cus'), RETRY)),
      wait(seconds(10)),
      on(1),
      restarts(false),
      to('ada', customerPays(ADA, first)),
      becomes('cus', { userId: 'user_new' }),
      to('cus', customerPays(bill('cus'), first), customerIsSaved),
      on(2),
      holds('ada', { in_dunning: true }),
      restarts(true),
      wait(seconds(1)),
      holds('ada', { in_dunning: false, next_retry_date: undefined }),
      holds('old', { in_dunning: false, next_retry_date: undefined }),
      check((relay) => {
        expect(lastEvent(relay, 'ada')?.name).toBe('payment_recovered');
        expect(lastEvent(relay, 'old')?.name).toBe('dunning_exited');
        expect(relay.canvas.waiting()).toEqual([]);
      }),
    ]));
});

describe('a link that is longer than Braze takes', () => {
  test('it is left out rather than cut, and the entry is heard all the same', () =>
    playBraze(
      [
        ...entersDunning,
        hears(['ada', 'dunning_stage_entered', { stage: 'first_failure' }]),
        holds('ada', { in_dunning: true, update_payment_url: undefined }),
      ],
      { policy: { updatePaymentUrl: `https://app.example.com/billing?${'x'.repeat(300)}` } },
    ));
});

describe('what is heard of too late (E6)', () => {
  test('it gives state and no entry', () =>
    playBraze([
      on(1),
      late('ada', day(0), fails(ADA, { retryAt: day(3) })),
      wait(seconds(10)),
      holds('ada', { in_dunning: true }),
      hearsNothing,
      on(3),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      holds('ada', { in_dunning: false }),
      check(({ canvas }) => expect(canvas.messages).toEqual([])),
    ]));
});
