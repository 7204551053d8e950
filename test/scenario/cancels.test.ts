import { describe, it } from 'vitest';
import { STRIPE_SHAPES, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import { ACTIVE, day, hours, on, play, type Step, says, saysNothing, traits, webhooks } from './harness.ts';
import type { Bill, Happening } from './stripe-happenings.ts';
import { cancelIsRequested, cancelIsUndone, ends, fails, isSeen, retrySucceeds } from './stripe-happenings.ts';

/** An end is scheduled, undone, or comes. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const RETRY = { retryAt: day(20) };

const HELD = {
  dunning_status: 'held',
  in_dunning: false,
  dunning_suppressed: true,
  suppression_reason: 'voluntary_cancel',
} as const;

/** An end at a set instant, not at the period's end. */
const endIsSet =
  (endsAt: number | null, reason: string | null): Happening =>
  (account, at) => [
    subscriptionUpdated(account, {
      subscription: 'sub_pro',
      at,
      status: 'past_due',
      cancelAt: endsAt,
      reason,
      previous: { cancel_at: endsAt === null ? day(15) / 1_000 : null },
      automatic: false,
    }),
  ];

const runs: readonly Step[] = [on(0), webhooks(isSeen('sub_pro', 'active')), saysNothing];

describe.each(STRIPE_SHAPES)('an end that is asked for, %s payloads', (shape) => {
  it('before anything fails: what fails afterwards is told and held back, and leaves as asked (D6, C2)', () =>
    play({ shape }, [
      ...runs,
      on(1),
      webhooks(cancelIsRequested('sub_pro', 'active', day(15))),
      saysNothing,
      traits({ dunning_status: 'none', dunning_suppressed: false }), // nothing is held back where there is no reason to write
      on(2),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
      traits(HELD),
      on(15),
      webhooks(ends('sub_pro', 'cancellation_requested', 'too_expensive')),
      says(['subscription_canceled', { churn_type: 'voluntary', cancellation_reason: 'too_expensive' }]),
      traits({ dunning_stage: 'healthy', dunning_status: 'none', in_dunning: false }),
    ]));

  it('and undone before anything fails is as if it had never been', () =>
    play({ shape }, [
      ...runs,
      on(1),
      webhooks(cancelIsRequested('sub_pro', 'active', day(15))),
      on(2),
      webhooks(cancelIsUndone('sub_pro', 'active')),
      on(3),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
      traits(ACTIVE),
    ]));

  it('at a set instant holds back like one at the period’s end, and goes on when it is undone (D6)', () =>
    play({ shape }, [
      ...runs,
      on(1),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
      on(2),
      webhooks(endIsSet(day(15), 'cancellation_requested')),
      traits(HELD),
      on(3),
      webhooks(endIsSet(null, null)),
      traits({ ...ACTIVE, dunning_stage: 'first_failure' }),
      saysNothing,
    ]));

  it('and ended, then paid: recovered, marked late, never re-entered (C2)', () =>
    play({ shape }, [
      ...runs,
      on(1),
      webhooks(fails(MARCH, RETRY)),
      on(2),
      webhooks(cancelIsRequested('sub_pro', 'past_due', day(10))),
      on(10),
      webhooks(ends('sub_pro', 'cancellation_requested', 'unused')),
      says(['payment_failed', {}], ['subscription_canceled', { churn_type: 'voluntary' }]),
      on(12),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['payment_retried', { outcome: 'succeeded' }], ['payment_recovered', { late: true }]),
      traits({ dunning_stage: 'recovered', in_dunning: false }),
    ]));

  it('by a retention policy is unknown churn, not involuntary, also once exhausted (C6)', () =>
    play({ shape }, [
      ...runs,
      on(1),
      webhooks(fails(MARCH)),
      on(1, hours(2)),
      says(['payment_failed', {}], ['dunning_exhausted', {}]),
      on(3),
      webhooks(ends('sub_pro', 'canceled_by_retention_policy')),
      says(['subscription_canceled', { churn_type: 'unknown' }]),
      traits({ dunning_stage: 'lost', dunning_status: 'lost', in_dunning: false }),
    ]));
});
