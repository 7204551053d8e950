import { describe, expect, it, test } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { ADA, entersDunning, first, RETRY as RETRY_ON_3 } from './braze-people.ts';
import { check as checkBraze, hears, hearsNothing, holds, playBraze } from './braze-play.ts';
import { ACTIVE, check, day, hours, late, on, play, says, saysNothing, seconds, traits, webhooks } from './harness.ts';
import { forDays, operates, operator, refused } from './operators.ts';
import { on as brazeOn, to, wait } from './stage.ts';
import {
  type Bill,
  customerIsSaved,
  customerPays,
  fails,
  isPaidFirstTime,
  isSeen,
  isVoided,
  retrySucceeds,
} from './stripe-happenings.ts';
import { disputeIsClosed, disputeIsOpened } from './stripe-interruptions.ts';

/** Whom a person holds back, for how long, and what holds on afterwards (semantics D6, F3). */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const OTHER: Bill = { invoice: 'in_other', subscription: 'sub_addon', amount: 1900 };

const held = (suppression_reason: 'held' | 'opted_out' | 'dispute') =>
  ({ dunning_status: 'held', in_dunning: false, dunning_suppressed: true, suppression_reason }) as const;

describe.each(STRIPE_SHAPES)('a hold, %s payloads', (shape) => {
  it('holds back every subscription of the account until its instant, and lapses by itself', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { retryAt: day(30) }), fails(OTHER, { retryAt: day(30) })),
      on(1),
      traits(ACTIVE),
      operator('hold', { expiry: forDays(3) }),
      traits(held('held')),
      on(4, -1),
      traits(held('held')),
      on(4),
      traits(ACTIVE),
    ]));

  it('keeps nothing back of what happens to the payments', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { retryAt: day(2) })),
      operator('hold'),
      on(0, seconds(30)),
      says(['payment_failed', {}]),
      on(2),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      on(2, seconds(30)),
      says(['payment_retried', {}], ['payment_recovered', { recovered_via: 'automatic_retry' }]),
      traits({ dunning_stage: 'recovered', dunning_status: 'recovered', suppression_reason: 'held' }),
    ]));

  it('also stops thanks for a payment: whoever pays meanwhile is in no audience that writes', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { retryAt: day(2) })),
      on(0, seconds(30)),
      operator('exclude'),
      on(2),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      on(2, seconds(30)),
      traits({ dunning_status: 'recovered', dunning_suppressed: true, suppression_reason: 'opted_out' }),
    ]));

  it('holds back reminders of an expiring card, and they come when it ends', () =>
    play({ shape, account: { card: { last4: '0026', expMonth: 4, expYear: 2026 }, paymentMethod: 'pm_old' } }, [
      on(0),
      webhooks(customerIsSaved, isSeen('sub_pro', 'active'), isPaidFirstTime(MARCH)),
      operator('hold', { expiry: forDays(40) }),
      on(39),
      traits({ dunning_stage: 'card_expiring', ...held('held') }),
      on(40),
      traits({ dunning_stage: 'card_expiring', dunning_status: 'pre_dunning', suppression_reason: null }),
    ]));

  it('that was placed before anything failed holds back from the first failure on', () =>
    play({ shape }, [
      on(0),
      webhooks(retrySucceeds(OTHER, { attempt: 1 })),
      operator('exclude'),
      on(10),
      webhooks(fails(MARCH, { retryAt: day(12) })),
      on(11),
      traits(held('opted_out')),
    ]));

  it('of several the strongest reason is named: dispute, exclusion, hold', () =>
    play({ shape }, [
      on(0),
      webhooks(retrySucceeds(OTHER, { attempt: 1 }), fails(MARCH, { retryAt: day(30) })),
      on(1),
      operator('hold', { expiry: forDays(20) }),
      traits(held('held')),
      operator('exclude'),
      traits(held('opted_out')),
      webhooks(disputeIsOpened(OTHER, 1, day(1))),
      traits(held('dispute')),
      on(2),
      webhooks(disputeIsClosed('won')(OTHER, 1, day(1))),
      traits(held('opted_out')),
      operator('resume', { holdId: 'exclusion' }),
      traits(held('held')),
      operator('resume'),
      traits(ACTIVE),
    ]));

  it('a new hold of the same name takes the place of the one before', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { retryAt: day(30) })),
      on(1),
      operator('hold', { expiry: forDays(10) }),
      operator('hold', { expiry: forDays(1) }),
      on(2, seconds(1)),
      traits(ACTIVE),
    ]));

  it('the same request twice is one hold, and with another content it is refused', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { retryAt: day(30) })),
      on(1),
      operator('hold', { requestId: 'ticket-7', expiry: forDays(2) }),
      on(2),
      operator('hold', { requestId: 'ticket-7', expiry: forDays(2) }),
      refused('hold', /used for something else/, { requestId: 'ticket-7', expiry: forDays(9) }),
      check(async (relay) => {
        const told = (await relay.profile())?.deliveries.filter(({ eventType }) => eventType.startsWith('operator.'));
        expect(told).toHaveLength(1);
      }),
      on(3),
      traits(ACTIVE),
    ]));

  it('what cannot be is refused, and changes nothing', () =>
    play({ shape }, [
      on(0),
      webhooks(retrySucceeds(MARCH, { attempt: 1 })),
      on(1),
      refused('resume', /nothing to resume/),
      refused('mark_recovered', /No dunning episode is open/),
      refused('hold', /expiry is past/, { expiry: { until: day(1) } }),
      refused('hold', /366 days at most/, { expiry: forDays(400) }),
      refused('hold', /Nobody is known/, { id: 'user_nobody' }),
      operator('exclude'),
      refused('resume', /excluded under the name exclusion/),
      on(2),
      saysNothing,
    ]));
});

describe.each(STRIPE_SHAPES)('a mark, %s payloads', (shape) => {
  const marked = [
    on(0),
    webhooks(fails(MARCH, { retryAt: day(3) })),
    on(1),
    says(['payment_failed', {}]),
    operator('mark_recovered'),
    says([
      'payment_recovered',
      { recovered_via: 'operator', amount: 49, currency: 'USD', attempts: 1, days_to_recovery: 1 },
    ]),
    traits({ dunning_stage: 'recovered', in_dunning: false, dunning_amount_due: null }),
  ];

  it('ends the dunning as recovered, and a later failed retry starts none', () =>
    play({ shape }, [
      ...marked,
      on(3),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(9) })),
      on(3, seconds(30)),
      traits({ dunning_stage: 'recovered', in_dunning: false }),
      on(9),
      webhooks(fails(MARCH, { attempt: 3 })),
      on(10),
      traits({ dunning_stage: 'healthy', in_dunning: false }),
    ]));

  it('the payment that the provider tells of later decides instant, amount and way; nothing is said twice', () =>
    play({ shape }, [
      ...marked,
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      on(3, seconds(30)),
      says(['payment_retried', { outcome: 'succeeded' }]),
      traits({ dunning_stage: 'recovered', last_recovered_at: toIso(day(3)), lifetime_recovered_payments: 1 }),
    ]));

  it('a payment from before the mark that arrives after it counts instead of it', () =>
    play({ shape }, [
      ...marked,
      late(day(0, hours(2)), customerPays(MARCH, { attempt: 1, retryAt: day(3) })),
      on(2),
      traits({ dunning_stage: 'recovered', last_recovered_at: toIso(day(0, hours(2))) }),
    ]));

  it('a bill that the provider voids later was forgiven', () =>
    play({ shape }, [
      ...marked,
      on(2),
      webhooks(isVoided(MARCH, { attempt: 1 })),
      traits({ dunning_stage: 'healthy', lifetime_recovered_payments: 0 }),
    ]));

  it('the next bill that fails is dunned as any other', () =>
    play({ shape }, [
      ...marked,
      on(5),
      webhooks(fails({ ...MARCH, invoice: 'in_april' }, { retryAt: day(8) })),
      on(6),
      traits({ ...ACTIVE, dunning_stage: 'first_failure' }),
    ]));
});

describe('in tools', () => {
  const STAGE = { stage: 'first_failure' };

  test('a hold stops a flow that runs and leaves every audience at once; lifted, nothing is announced again', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered', STAGE]),
      operates('hold'),
      hears(['ada', 'dunning_exited', { outcome: 'held' }]),
      holds('ada', {
        dunning_suppressed: true,
        in_dunning: false,
        in_dunning_first_failure_high_value: false,
      }),
      checkBraze(({ segment }) => {
        const exits = [...segment.messages.values()].filter(({ event }) => event === 'Audience Exited');
        expect(exits.map(({ properties }) => properties?.audience_key)).toContain('dunning_first_failure_high_value');
      }),
      wait(seconds(5)),
      operates('resume'),
      holds('ada', { dunning_suppressed: false, in_dunning: true, in_dunning_first_failure_high_value: true }),
      hearsNothing,
    ]));

  test('whoever is excluded and pays is thanked by nobody', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered', STAGE]),
      operates('exclude'),
      hears(['ada', 'dunning_exited', { outcome: 'held' }]),
      to('ada', retrySucceeds(ADA, { attempt: 2 })),
      wait(seconds(10)),
      hearsNothing,
      holds('ada', { dunning_status: 'recovered', in_dunning_recovered: false, dunning_suppressed: true }),
    ]));

  test('a hold that lapses announces no stage that was announced, and the next stage as news', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered', STAGE]),
      operates('hold', { expiry: forDays(1) }),
      hears(['ada', 'dunning_exited', { outcome: 'held' }]),
      brazeOn(2),
      holds('ada', { dunning_suppressed: false, in_dunning: true }),
      hearsNothing,
      brazeOn(3),
      to('ada', fails(ADA, { attempt: 2, retryAt: day(6) })),
      wait(seconds(10)),
      hears(['ada', 'dunning_stage_entered', { stage: 'retrying' }]),
    ]));

  test('a stage that was reached while held is announced when the hold ends, once', () =>
    playBraze([
      to('ada', retrySucceeds({ ...ADA, invoice: 'in_ada0' }, first)),
      operates('hold', { expiry: forDays(2) }),
      to('ada', fails(ADA, RETRY_ON_3)),
      wait(seconds(10)),
      hearsNothing,
      brazeOn(2),
      hears(['ada', 'dunning_stage_entered', STAGE]),
    ]));

  test('names and reasons of people reach neither a tool nor Segment', () =>
    playBraze([
      ...entersDunning,
      operates('hold', { actor: 'canary-hanna', reason: 'canary-reason' }),
      checkBraze(({ braze, segment }) => {
        const said = JSON.stringify([braze.users.writes, braze.users.events, [...segment.messages.values()]]);
        expect(said).toContain('held');
        expect(said).not.toContain('canary');
      }),
    ]));

  test('a mark thanks as any recovery does', () =>
    playBraze([
      ...entersDunning,
      hears(['ada', 'dunning_stage_entered']),
      operates('mark_recovered'),
      hears(['ada', 'payment_recovered', { recovered_via: 'operator', amount: 49 }]),
      holds('ada', { dunning_status: 'recovered', in_dunning: false }),
    ]));
});
