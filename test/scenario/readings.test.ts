import { describe, it } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { day, hours, on, play, says, saysNothing, seconds, traits, wait, webhooks } from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  cancelIsRequested,
  ends,
  fails,
  isMarkedUncollectible,
  isVoided,
  retryIsScheduled,
  retrySucceeds,
} from './stripe-happenings.ts';

/** Where the semantics can be read in two ways: docs/decisions/0004-readings-of-the-rules.md. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const EXTRA: Bill = { invoice: 'in_extra', subscription: 'sub_pro', amount: 900, billingReason: 'subscription_update' };
const OTHER: Bill = { invoice: 'in_other', subscription: 'sub_addon', amount: 1900 };
const RETRY = { retryAt: day(3) };

describe.each(STRIPE_SHAPES)('readings of the rules, %s payloads', (shape) => {
  it('installed in mid-dunning: a fourth count with nothing before it is the second attempt', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 4, retryAt: day(3) })),
      wait(seconds(10)),
      says(
        ['payment_failed', { attempt_number: 2, scheduled_attempt_count: 4 }],
        ['payment_retried', { retry_count: 1, outcome: 'failed' }],
      ),
      traits({ dunning_stage: 'retrying', dunning_attempt_number: 2 }),
    ]));

  it('a retry date that passed is believed for an hour more, then unknown, and is no exhaustion', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
      on(3, hours(1) - 1),
      traits({ next_retry_status: 'scheduled', next_retry_date: toIso(day(3)) }),
      on(3, hours(1)),
      traits({ next_retry_status: 'unknown', next_retry_date: null, dunning_stage: 'first_failure' }),
      on(6),
      saysNothing,
      traits({ dunning_stage: 'first_failure', in_dunning: true }),
      webhooks(retryIsScheduled(MARCH, { attempt: 1, retryAt: day(8) })),
      traits({ next_retry_status: 'scheduled', next_retry_date: toIso(day(8)) }),
    ]));

  it('of several failed invoices, none paid and one given up makes it lost', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY), fails(EXTRA, RETRY)),
      on(1),
      webhooks(isMarkedUncollectible(EXTRA, { attempt: 1 }), isVoided(MARCH)),
      traits({ dunning_stage: 'lost', dunning_status: 'lost', in_dunning: false }),
    ]));

  it('a failure notice after the payment is told without an episode and counts nowhere', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(2),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['payment_failed', {}], ['payment_retried', {}], ['payment_recovered', {}]),
      on(3),
      webhooks(fails(MARCH, { attempt: 2, charge: 9, retryAt: day(8) })),
      wait(seconds(10)),
      // E2: it is an attempt after the first all the same
      says(
        ['payment_failed', { dunning_episode_id: null }],
        ['payment_retried', { dunning_episode_id: null, outcome: 'failed' }],
      ),
      traits({
        dunning_stage: 'recovered',
        in_dunning: false,
        total_failed_payments_90d: 1,
        lifetime_failed_payments: 1,
      }),
    ]));

  it('a failure of a subscription that has ended opens nothing', () =>
    play({ shape }, [
      on(0),
      webhooks(ends('sub_pro', 'cancellation_requested', 'unused')),
      says(['subscription_canceled', {}]),
      on(1),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', { dunning_episode_id: null }]),
      traits({ dunning_stage: 'healthy', in_dunning: false, lifetime_failed_payments: 0 }),
    ]));

  it('an episode that is held does not lead while another is not', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(1),
      webhooks(fails(OTHER, { retryAt: day(4) })),
      traits({ first_failed_at: toIso(day(0)), dunning_amount_due: 49 }),
      on(2),
      webhooks(cancelIsRequested('sub_pro', 'past_due', day(20))),
      traits({ first_failed_at: toIso(day(1)), dunning_amount_due: 19, dunning_status: 'active', in_dunning: true }),
    ]));
});
