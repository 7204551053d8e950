import { describe, it } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { ACTIVE, day, on, play, type Step, says, seconds, traits, wait, webhooks } from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import { ends, fails, isMarkedUncollectible, isSeen, retrySucceeds } from './stripe-happenings.ts';
import { collection, pauses, resumes } from './stripe-pauses.ts';

/** A subscription pauses, or the collection of its bills does. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const OTHER: Bill = { invoice: 'in_other', subscription: 'sub_addon', amount: 1900 };

const HELD = {
  dunning_status: 'held',
  in_dunning: false,
  dunning_suppressed: true,
  suppression_reason: 'paused',
} as const;
const OUT = { dunning_stage: 'healthy', dunning_status: 'none', in_dunning: false } as const;

/** March fails on day 0; a retry is due on day 20. */
const owes: readonly Step[] = [
  on(0),
  webhooks(isSeen('sub_pro', 'active'), fails(MARCH, { retryAt: day(20) })),
  says(['payment_failed', {}]),
  traits(ACTIVE),
];

describe.each(STRIPE_SHAPES)('a subscription, %s payloads', (shape) => {
  it('that pauses and goes on is told once each, whatever the number of notices (0012)', () =>
    play({ shape }, [
      on(0),
      webhooks(isSeen('sub_pro', 'active')),
      on(1),
      webhooks(pauses('sub_pro', 'active', 'pause_requested')),
      wait(seconds(10)),
      says([
        'subscription_paused',
        { subscription_id: 'sub_pro', pause_type: shape === 'endive' ? 'requested' : 'unknown', resumes_at: null },
      ]),
      traits(OUT),
      on(9),
      webhooks(resumes('sub_pro')),
      wait(seconds(10)),
      says(['subscription_resumed', { subscription_id: 'sub_pro', occurred_at: toIso(day(9)) }]),
    ]));

  it('that ends while it is paused resumes nothing (0012)', () =>
    play({ shape }, [
      on(0),
      webhooks(isSeen('sub_pro', 'active')),
      on(1),
      webhooks(pauses('sub_pro', 'active', 'pause_requested')),
      on(5),
      webhooks(ends('sub_pro', 'cancellation_requested', 'unused')),
      says(['subscription_paused', {}], ['subscription_canceled', { churn_type: 'voluntary' }]),
    ]));

  it('of which the collection pauses without a date is held back until it goes on (D6)', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(collection('sub_pro', { resumesAt: null })),
      says(['subscription_paused', { pause_type: 'collection', resumes_at: null }]),
      traits(HELD),
      on(15),
      traits(HELD),
      webhooks(collection('sub_pro', null)),
      says(['subscription_resumed', { subscription_id: 'sub_pro' }]),
      traits({ ...ACTIVE, dunning_stage: 'first_failure' }),
    ]));

  it('of which the collection is paused is paid: recovered, and not late (D6)', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(collection('sub_pro', { resumesAt: day(30) })),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['subscription_paused', {}], ['payment_retried', {}], ['payment_recovered', { late: false }]),
      traits({ dunning_stage: 'recovered', dunning_status: 'recovered' }),
    ]));

  it('holds back its own bills only (0012)', () =>
    play({ shape }, [
      ...owes,
      webhooks(fails(OTHER, { retryAt: day(20) })),
      on(1),
      webhooks(collection('sub_pro', { resumesAt: day(30) })),
      says(['payment_failed', { subscription_id: 'sub_addon' }], ['subscription_paused', {}]),
      traits({ ...ACTIVE, dunning_amount_due: 19 }), // the lead is chosen among those not suppressed (0004)
      on(2),
      webhooks(collection('sub_addon', { resumesAt: day(9) })),
      says(['subscription_paused', { subscription_id: 'sub_addon' }]),
      traits(HELD),
      on(9),
      traits({ ...ACTIVE, dunning_amount_due: 19 }),
    ]));
});

describe('why a subscription pauses, in the words of the newest shape', () => {
  const shape = 'endive';

  it('at somebody’s wish: held until it goes on, and no stage is announced twice (D6)', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(pauses('sub_pro', 'past_due', 'pause_requested')),
      wait(seconds(10)),
      says(['subscription_paused', { pause_type: 'requested' }]),
      traits(HELD),
      on(4),
      webhooks(resumes('sub_pro')),
      wait(seconds(10)),
      says(['subscription_resumed', {}]),
      traits({ ...ACTIVE, dunning_stage: 'first_failure' }),
    ]));

  it('for non-payment: exhausted, and nothing is held back (D2, 0012)', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(pauses('sub_pro', 'past_due', 'final_payment_failure')),
      wait(seconds(10)),
      says(['subscription_paused', { pause_type: 'non_payment' }], ['dunning_exhausted', { amount: 49 }]),
      traits({ dunning_stage: 'exhausted', dunning_status: 'exhausted', in_dunning: true, dunning_suppressed: false }),
    ]));

  it('for non-payment, and then the bill is given up for the pause: lost (0012)', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(pauses('sub_pro', 'past_due', 'final_payment_failure')),
      on(2),
      webhooks(isMarkedUncollectible(MARCH, {}, 'subscription_paused')),
      traits({ dunning_stage: 'lost', dunning_status: 'lost', in_dunning: false }),
    ]));

  it.each<[string, 'trial_ended' | 'non_payment' | 'unknown']>([
    ['trial_end_without_payment_method', 'trial_ended'],
    ['system', 'unknown'],
    ['first_payment_failure', 'non_payment'],
    ['a_word_of_tomorrow', 'unknown'],
  ])('%s is told as %s', (because, pauseType) =>
    play({ shape }, [
      on(0),
      webhooks(isSeen('sub_pro', 'active')),
      on(1),
      webhooks(pauses('sub_pro', 'active', because)),
      wait(seconds(10)),
      says(['subscription_paused', { pause_type: pauseType }]),
      traits(OUT),
    ]),
  );
});
