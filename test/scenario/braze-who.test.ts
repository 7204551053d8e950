import { describe, expect, test } from 'vitest';
import { customerUpdated, paymentMethodAttached, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import { ADA, bill, entersDunning, first, inOnly, RETRY } from './braze-people.ts';
import {
  check,
  hears,
  hearsNothing,
  holds,
  knowsNothingOf,
  lastEvent,
  late,
  playBraze,
  restarts,
} from './braze-play.ts';
import { day, seconds } from './harness.ts';
import { becomes, on, to, wait } from './stage.ts';
import {
  customerIsSaved,
  customerPays,
  fails,
  type Happening,
  isLookedAt,
  isPaidFirstTime,
  retrySucceeds,
} from './stripe-happenings.ts';

/** Whom Braze hears of, under which user, and what a relay owes it that had no key. */

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
        // Ended, and not thanked a day after.
        expect(lastEvent(relay, 'ada')).toMatchObject({ name: 'dunning_exited', properties: { outcome: 'recovered' } });
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
