import { describe, it } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import {
  becomes,
  day,
  hours,
  late,
  minutes,
  on,
  play,
  says,
  saysNothing,
  seconds,
  traits,
  wait,
  webhooks,
} from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  confirmationIsAsked,
  customerPays,
  fails,
  failsForWantOfACard,
  failureIsNotified,
  isLookedAt,
  retryIsScheduled,
  turns,
} from './stripe-happenings.ts';

/** What was said last, and what still waits: docs/decisions/0004-readings-of-the-rules.md. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const EXTRA: Bill = { invoice: 'in_extra', subscription: 'sub_pro', amount: 900, billingReason: 'subscription_update' };
const RETRY = { retryAt: day(3) };
const SCHEDULED = traits({ next_retry_status: 'scheduled', next_retry_date: toIso(day(3)) });

describe.each(STRIPE_SHAPES)('the next attempt, %s payloads', (shape) => {
  it('is not known once a newer statement names none, and an hour of that is exhaustion (D1, D2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      SCHEDULED,
      on(1),
      webhooks(isLookedAt(MARCH, { attempt: 1 })),
      traits({ next_retry_status: 'unknown', next_retry_date: null, dunning_stage: 'first_failure' }),
      on(1, hours(1) - 1),
      traits({ dunning_stage: 'first_failure' }),
      on(1, hours(1)),
      traits({ next_retry_status: 'none', dunning_stage: 'exhausted' }),
    ]));

  it('stays known where the statement without a date is of the same second, or older', () =>
    play({ shape }, [
      on(1),
      webhooks(isLookedAt(MARCH, { attempt: 1 }), fails(MARCH, RETRY), isLookedAt(MARCH, { attempt: 1 })),
      late(day(0), isLookedAt(MARCH, { attempt: 0 })),
      SCHEDULED,
    ]));

  it('stays known where a request to confirm names none: it speaks of the attempt that was made (D1)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      wait(seconds(2)),
      webhooks(confirmationIsAsked(MARCH, { attempt: 1 })),
      on(1),
      SCHEDULED,
      traits({ dunning_stage: 'first_failure' }),
    ]));
});

describe.each(STRIPE_SHAPES)('the word that it stopped (D2), %s payloads', (shape) => {
  it('does not count where it was said before the episode opened', () =>
    play({ shape }, [
      on(0),
      webhooks(turns('sub_pro', 'active', 'unpaid')),
      on(1),
      webhooks(fails(MARCH, RETRY)),
      traits({ dunning_stage: 'first_failure' }),
    ]));

  it('is taken back by a later retry date, for the invoice that it is about', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY), fails(EXTRA, RETRY)),
      on(1),
      webhooks(turns('sub_pro', 'past_due', 'unpaid')),
      on(2),
      webhooks(retryIsScheduled(MARCH, { retryAt: day(8) })),
      traits({ dunning_stage: 'exhausted' }),
      webhooks(customerPays(EXTRA, { attempt: 1, charge: 2 })),
      traits({ dunning_stage: 'first_failure', next_retry_date: toIso(day(8)) }),
    ]));
});

describe.each(STRIPE_SHAPES)('what waits for an attempt that settles (E4), %s payloads', (shape) => {
  it('is also what was stated of its invoice since', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(failureIsNotified(MARCH, { attempt: 2 })),
      wait(seconds(2)),
      webhooks(retryIsScheduled(MARCH, { attempt: 2, retryAt: day(8) })),
      SCHEDULED,
      wait(seconds(8)),
      traits({ next_retry_date: toIso(day(8)) }),
    ]));

  it('is a later attempt of its subscription, past its own ten seconds', () =>
    play({ shape }, [
      on(0, seconds(7)),
      webhooks(failureIsNotified(EXTRA, RETRY)),
      on(0, seconds(15)),
      late(day(0), failureIsNotified(MARCH, RETRY)),
      on(0, seconds(25) - 1),
      saysNothing,
      traits({ in_dunning: false }),
      on(0, seconds(25)),
      says(['payment_failed', { invoice_id: 'in_march' }], ['payment_failed', { invoice_id: 'in_extra' }]),
    ]));

  it('is that no payment method is there: somebody may yet be asked to confirm', () =>
    play({ shape }, [
      on(0),
      webhooks(failsForWantOfACard(MARCH, RETRY)),
      on(0, seconds(10) - 1),
      saysNothing,
      on(0, seconds(10)),
      says(['payment_failed', {}]),
    ]));
});

describe.each(STRIPE_SHAPES)('the number of an attempt (B3), %s payloads', (shape) => {
  it.each([
    [4, 4],
    [1, 2],
  ])('without charge webhooks, counted %i of two seen: it is %i', (attempt, number) =>
    play({ shape, policy: { chargeWebhooks: 'absent' } }, [
      on(0),
      webhooks(failureIsNotified(MARCH, RETRY)),
      on(1),
      webhooks(failureIsNotified(MARCH, { ...RETRY, attempt })),
      wait(minutes(1)),
      traits({ dunning_attempt_number: number }),
    ]),
  );
});

describe('a plan that is known', () => {
  it('stays known when a later invoice names its ids only', () =>
    play({ shape: 'legacy', account: { planId: undefined, lookupKey: 'pro_monthly' } }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      traits({ plan_id: 'pro_monthly' }),
      becomes({ shape: 'basil' }),
      on(3),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(8) })),
      traits({ plan_id: 'pro_monthly', dunning_stage: 'retrying' }),
    ]));
});
