import { describe, it } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { day, late, minutes, on, play, says, saysNothing, seconds, traits, wait, webhooks } from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  cancelIsRequested,
  customerPays,
  ends,
  fails,
  failsForWantOfACard,
  failureIsNotified,
  isCreditedToNothing,
  isLookedAt,
  isPaidAtZero,
  isVoided,
  retryIsNotExecuted,
  retryIsScheduled,
  retrySucceeds,
  turns,
} from './stripe-happenings.ts';

/**
 * Day tables, computed by hand from the rules of semantics.md; the number of the rule stands beside what follows from
 * it. Each is played with the payloads of every Stripe shape.
 */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const EXTRA: Bill = { invoice: 'in_extra', subscription: 'sub_pro', amount: 900, billingReason: 'subscription_update' };
const APRIL: Bill = { invoice: 'in_april', subscription: 'sub_pro', amount: 4900 };
const OTHER: Bill = { invoice: 'in_other', subscription: 'sub_addon', amount: 1900 };

const HEALTHY = {
  dunning_stage: 'healthy',
  dunning_status: 'none',
  in_dunning: false,
  dunning_episode_id: null,
  dunning_attempt_number: null,
  next_retry_status: null,
  next_retry_date: null,
} as const;

describe.each(STRIPE_SHAPES)('day tables, %s payloads', (shape) => {
  it('paid before failed: the payment arrives first and the failure five minutes later', () =>
    play({ shape }, [
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      saysNothing, // C2: an invoice that never failed recovers nothing
      traits(HEALTHY),
      on(3, minutes(5)),
      late(day(0), fails(MARCH, { attempt: 1, retryAt: day(3) })),
      says(
        // E6: it happened three days before it was received
        [
          'payment_failed',
          { attempt_number: 1, scheduled_attempt_count: 1, is_late: true, occurred_at: toIso(day(0)) },
        ],
        // E2: one executed attempt before it; E6: its own notice came in time
        ['payment_retried', { retry_count: 1, attempt_number: 2, outcome: 'succeeded', attempted_at: toIso(day(3)) }],
        // C3: by Stripe's schedule; E2: the paying attempt is counted; day 0 to day 3
        ['payment_recovered', { attempts: 2, recovered_via: 'automatic_retry', days_to_recovery: 3, late: false }],
      ),
      // D: no open episode, ended recovered less than 7 days ago
      traits({
        ...HEALTHY,
        dunning_stage: 'recovered',
        dunning_status: 'recovered',
        last_recovered_at: toIso(day(3)),
        total_failed_payments_90d: 1,
        lifetime_failed_payments: 1,
        lifetime_recovered_payments: 1,
      }),
      on(10), // D, windows half open: 7 days after the payment, not after the news of it
      saysNothing,
      traits(HEALTHY),
    ]));

  it('hard decline with unexecuted retries: the count rises, and only charges are attempts', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, because: 'incorrect_number', retryAt: day(3) })),
      says([
        'payment_failed',
        {
          attempt_number: 1,
          failure_code: 'incorrect_number',
          decline_type: 'hard',
          retryable: false,
          next_retry_status: 'blocked', // D1: scheduled, will not run without a new method
          next_retry_date: null, // D1: set only for `scheduled`
        },
      ]),
      traits({ dunning_stage: 'first_failure', next_retry_status: 'blocked', next_retry_date: null }),
      on(3),
      webhooks(retryIsNotExecuted(MARCH, { attempt: 2, lastCharge: 1, retryAt: day(5) })),
      wait(seconds(11)),
      saysNothing, // B3: no charge seen by the end of the settle window
      traits({
        dunning_stage: 'first_failure',
        dunning_status: 'active',
        in_dunning: true,
        dunning_attempt_number: 1,
        next_retry_status: 'blocked',
        next_retry_date: null,
        total_failed_payments_90d: 1,
      }),
      on(5),
      webhooks(retryIsNotExecuted(MARCH, { attempt: 3, lastCharge: 1, retryAt: day(7) })),
      wait(seconds(11)),
      saysNothing, // B3
      traits({ dunning_stage: 'first_failure', dunning_attempt_number: 1 }),
      on(7), // she has changed the card, so this one is executed
      webhooks(fails(MARCH, { attempt: 4, because: 'insufficient_funds', retryAt: day(10) })),
      wait(seconds(11)),
      says(
        // E2: the second executed attempt, whatever Stripe counts
        [
          'payment_failed',
          { attempt_number: 2, scheduled_attempt_count: 4, next_retry_status: 'scheduled', decline_type: 'soft' },
        ],
        ['payment_retried', { retry_count: 1, attempt_number: 2, outcome: 'failed' }],
      ),
      traits({
        dunning_stage: 'retrying', // D: 2 attempts
        dunning_attempt_number: 2,
        next_retry_status: 'scheduled',
        next_retry_date: toIso(day(10)),
        total_failed_payments_90d: 2,
      }),
      on(10),
      webhooks(retrySucceeds(MARCH, { attempt: 5 })),
      says(
        ['payment_retried', { retry_count: 2, attempt_number: 3, outcome: 'succeeded' }],
        ['payment_recovered', { attempts: 3, recovered_via: 'automatic_retry', days_to_recovery: 10, amount: 49 }],
      ),
      traits({ ...HEALTHY, dunning_stage: 'recovered', dunning_status: 'recovered', total_failed_payments_90d: 2 }),
    ]));

  it('two invoices of one subscription: one episode, the worst open invoice leads, recovered when none is left', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: day(3) })),
      says(['payment_failed', { invoice_id: 'in_march', attempt_number: 1, first_failed_at: toIso(day(0)) }]),
      traits({ dunning_stage: 'first_failure', dunning_amount_due: 49, next_retry_date: toIso(day(3)) }),
      on(3),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(8) })),
      says(
        ['payment_failed', { attempt_number: 2, first_failed_at: toIso(day(0)) }],
        ['payment_retried', { retry_count: 1, outcome: 'failed' }],
      ),
      traits({ dunning_stage: 'retrying', dunning_attempt_number: 2, total_failed_payments_90d: 2 }),
      on(5),
      webhooks(fails(EXTRA, { attempt: 1, retryAt: day(9) })),
      // C1: joins the open episode; E2: attempts are counted per invoice; first_failed_at is the episode's
      says(['payment_failed', { invoice_id: 'in_extra', attempt_number: 1, first_failed_at: toIso(day(0)) }]),
      traits({
        dunning_stage: 'retrying', // D: on the worst open invoice
        dunning_attempt_number: 2,
        dunning_amount_due: 58, // what is still owed on the failed invoices of the lead episode
        next_retry_date: toIso(day(8)),
        total_failed_payments_90d: 3,
      }),
      on(8),
      webhooks(retrySucceeds(MARCH, { attempt: 3 })),
      // C2: one is left open, so nothing is recovered yet
      says(['payment_retried', { invoice_id: 'in_march', retry_count: 2, outcome: 'succeeded' }]),
      traits({
        dunning_stage: 'first_failure', // D: the worst open invoice is now the extra one
        dunning_status: 'active',
        in_dunning: true,
        dunning_attempt_number: 1,
        dunning_amount_due: 9,
        next_retry_date: toIso(day(9)),
        first_failed_at: toIso(day(0)),
      }),
      on(8, minutes(30)),
      webhooks(customerPays(EXTRA, { attempt: 1, charge: 2 })),
      says(
        ['payment_retried', { invoice_id: 'in_extra', retry_count: 1, outcome: 'succeeded' }],
        [
          'payment_recovered',
          {
            invoice_id: 'in_march', // E3: the opening invoice
            attempts: 5, // E2: three of March, two of the extra one
            recovered_via: 'customer_paid', // C3
            amount: 58, // E11: what the episode brought in
            days_to_recovery: 8.02,
            late: false,
          },
        ],
      ),
      traits({ ...HEALTHY, dunning_stage: 'recovered', dunning_status: 'recovered', lifetime_recovered_payments: 1 }),
    ]));

  it('two subscriptions: two episodes, the traits speak of the lead', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: day(3) })),
      says(['payment_failed', { subscription_id: 'sub_pro', attempt_number: 1 }]),
      on(1),
      webhooks(fails(OTHER, { attempt: 1, retryAt: day(2) })),
      says(['payment_failed', { subscription_id: 'sub_addon', attempt_number: 1, first_failed_at: toIso(day(1)) }]),
      // C5: equal stages, so the earlier first failure leads
      traits({
        dunning_stage: 'first_failure',
        first_failed_at: toIso(day(0)),
        dunning_amount_due: 49,
        next_retry_date: toIso(day(3)),
        total_failed_payments_90d: 2,
      }),
      on(2),
      webhooks(fails(OTHER, { attempt: 2, retryAt: day(6) })),
      says(
        ['payment_failed', { subscription_id: 'sub_addon', attempt_number: 2 }],
        ['payment_retried', { subscription_id: 'sub_addon', retry_count: 1, outcome: 'failed' }],
      ),
      // C5: the highest stage leads
      traits({
        dunning_stage: 'retrying',
        dunning_attempt_number: 2,
        first_failed_at: toIso(day(1)),
        dunning_amount_due: 19,
        next_retry_date: toIso(day(6)),
      }),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(
        ['payment_retried', { subscription_id: 'sub_pro', retry_count: 1, outcome: 'succeeded' }],
        ['payment_recovered', { subscription_id: 'sub_pro', attempts: 2, days_to_recovery: 3, amount: 49 }],
      ),
      // C5: the other is open
      traits({ dunning_stage: 'retrying', dunning_status: 'active', in_dunning: true, lifetime_recovered_payments: 1 }),
      on(6),
      webhooks(fails(OTHER, { attempt: 3, retryAt: day(9) })),
      says(['payment_failed', { attempt_number: 3 }], ['payment_retried', { retry_count: 2, outcome: 'failed' }]),
      traits({ dunning_stage: 'persistent', dunning_attempt_number: 3, total_failed_payments_90d: 4 }), // D: 3 attempts
      on(9),
      webhooks(retrySucceeds(OTHER, { attempt: 4 })),
      says(
        ['payment_retried', { retry_count: 3, outcome: 'succeeded' }],
        ['payment_recovered', { subscription_id: 'sub_addon', attempts: 4, days_to_recovery: 8, amount: 19 }],
      ),
      traits({ ...HEALTHY, dunning_stage: 'recovered', dunning_status: 'recovered', lifetime_recovered_payments: 2 }),
      on(16), // D: 7 days after the newest recovery
      traits(HEALTHY),
    ]));

  it('cancel then late payment: held until the end, canceled, then recovered late', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: day(3) }), turns('sub_pro', 'active', 'past_due')),
      says(['payment_failed', { attempt_number: 1 }], ['subscription_past_due', { subscription_id: 'sub_pro' }]),
      on(1),
      webhooks(cancelIsRequested('sub_pro', 'past_due', day(10))),
      saysNothing,
      // D6: suppressed while a voluntary cancel is requested; D5: held, and not in dunning
      traits({ dunning_stage: 'first_failure', dunning_status: 'held', in_dunning: false }),
      on(3),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(9) })),
      // E1: what happened is told all the same
      says(['payment_failed', { attempt_number: 2 }], ['payment_retried', { retry_count: 1, outcome: 'failed' }]),
      traits({ dunning_stage: 'retrying', dunning_status: 'held', in_dunning: false, dunning_attempt_number: 2 }),
      on(10),
      webhooks(ends('sub_pro', 'cancellation_requested', 'too_expensive')),
      says([
        'subscription_canceled',
        { churn_type: 'voluntary', cancellation_reason: 'too_expensive', subscription_id: 'sub_pro' }, // C6
      ]),
      traits({ ...HEALTHY, total_failed_payments_90d: 2 }), // C2: canceled, not lost
      on(12),
      webhooks(customerPays(MARCH, { attempt: 2, charge: 3 })),
      says(
        ['payment_retried', { retry_count: 2, outcome: 'succeeded' }],
        // C2: paid after canceled: recovered, marked late
        ['payment_recovered', { late: true, attempts: 3, recovered_via: 'customer_paid', days_to_recovery: 12 }],
      ),
      traits({ ...HEALTHY, dunning_stage: 'recovered', dunning_status: 'recovered', lifetime_recovered_payments: 1 }),
      on(19),
      saysNothing,
      traits(HEALTHY), // C2: never re-entered
    ]));

  it('void: the debt is forgiven, which is an exit and no recovery', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: day(3) })),
      says(['payment_failed', { attempt_number: 1 }]),
      on(2),
      webhooks(isVoided(MARCH)),
      saysNothing, // C2: forgiven, no payment_recovered
      traits({ ...HEALTHY, total_failed_payments_90d: 1, lifetime_recovered_payments: 0, last_recovered_at: null }),
      on(2, minutes(1)),
      late(day(1), isLookedAt(MARCH, { attempt: 1, retryAt: day(3) })),
      saysNothing,
      traits(HEALTHY), // B2: a weaker, older look never reopens it
    ]));

  it('void of one of two invoices: what is left decides, and only money is brought in', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: day(3) })),
      on(1),
      webhooks(fails(EXTRA, { attempt: 1, retryAt: day(4) })),
      on(2),
      webhooks(isVoided(EXTRA)),
      says(['payment_failed', { invoice_id: 'in_march' }], ['payment_failed', { invoice_id: 'in_extra' }]),
      traits({ dunning_stage: 'first_failure', in_dunning: true, dunning_amount_due: 49 }),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(
        ['payment_retried', { retry_count: 1, outcome: 'succeeded' }],
        ['payment_recovered', { attempts: 3, amount: 49, days_to_recovery: 3 }], // C2, E2, E11
      ),
    ]));

  it('$0: an invoice of nothing recovers nothing, neither a failed one that is credited to nothing', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: day(5) })),
      says(['payment_failed', { attempt_number: 1 }]),
      on(1),
      webhooks(isPaidAtZero(APRIL)),
      saysNothing, // C2
      traits({ dunning_stage: 'first_failure', in_dunning: true, dunning_attempt_number: 1, dunning_amount_due: 49 }),
      on(2),
      webhooks(isCreditedToNothing(MARCH, { attempt: 1 })),
      saysNothing, // B2: credited to 0; C2: forgiven; B3: $0 has no paying attempt
      traits({ ...HEALTHY, lifetime_failed_payments: 1, lifetime_recovered_payments: 0, last_recovered_at: null }),
    ]));

  it('same-second ties: a payment outranks a failure, and a failure a snapshot', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: day(3) })),
      says(['payment_failed', { attempt_number: 1 }]),
      on(3),
      webhooks(
        fails(MARCH, { attempt: 2, retryAt: day(5) }),
        customerPays(MARCH, { attempt: 2, charge: 3 }),
        isLookedAt(MARCH, { attempt: 2, retryAt: day(5) }),
      ),
      says(
        ['payment_failed', { attempt_number: 2 }],
        ['payment_retried', { retry_count: 1, outcome: 'failed' }],
        ['payment_retried', { retry_count: 2, outcome: 'succeeded' }], // B1: the payment folds after the failure
        ['payment_recovered', { attempts: 3, recovered_via: 'customer_paid', days_to_recovery: 3 }],
      ),
      traits({ ...HEALTHY, dunning_stage: 'recovered', dunning_status: 'recovered', total_failed_payments_90d: 2 }),
    ]));

  it('same-second ties, arriving the other way round: paid, then the failure of the same second', () =>
    play({ shape }, [
      on(0),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      saysNothing,
      webhooks(fails(MARCH, { attempt: 1, retryAt: day(3) })),
      says(
        ['payment_failed', { attempt_number: 1 }],
        ['payment_retried', { retry_count: 1, outcome: 'succeeded' }], // B1
        ['payment_recovered', { attempts: 2, days_to_recovery: 0, recovered_via: 'customer_paid' }],
      ),
      traits({ ...HEALTHY, dunning_stage: 'recovered', dunning_status: 'recovered' }),
    ]));

  it('failed after recovery: the next invoice opens an episode of its own', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: day(3) })),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(
        ['payment_failed', {}],
        ['payment_retried', { outcome: 'succeeded' }],
        ['payment_recovered', { days_to_recovery: 3 }],
      ),
      on(30),
      traits({ ...HEALTHY, lifetime_recovered_payments: 1, last_recovered_at: toIso(day(3)) }),
      webhooks(fails(APRIL, { attempt: 1, retryAt: day(33) })),
      // C1: opens at the first failed attempt when none is open
      says(['payment_failed', { invoice_id: 'in_april', attempt_number: 1, first_failed_at: toIso(day(30)) }]),
      traits({
        dunning_stage: 'first_failure',
        dunning_status: 'active',
        in_dunning: true,
        dunning_attempt_number: 1,
        first_failed_at: toIso(day(30)),
        last_recovered_at: toIso(day(3)),
        total_failed_payments_90d: 2,
        lifetime_failed_payments: 2,
      }),
    ]));

  it('failed after recovery: news of an older failure of the paid invoice changes counts, not the stage', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: day(3) })),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['payment_failed', {}], ['payment_retried', { retry_count: 1 }], ['payment_recovered', { attempts: 2 }]),
      on(4),
      late(day(2), fails(MARCH, { attempt: 1, charge: 7, retryAt: day(3) })), // by hand: the count stays 1
      says(
        ['payment_failed', { attempt_number: 2, is_late: true, occurred_at: toIso(day(2)) }], // B3, E6
        ['payment_retried', { retry_count: 1, outcome: 'failed', is_late: true }], // E2
      ),
      // B2: the payment stands; E4: what was rendered is never amended
      traits({ ...HEALTHY, dunning_stage: 'recovered', dunning_status: 'recovered', total_failed_payments_90d: 2 }),
    ]));

  it("a trial's first invoice can be dunned, the creation of the subscription cannot", () => {
    const trial: Bill = {
      invoice: 'in_trial',
      subscription: 'sub_pro',
      amount: 0,
      billingReason: 'subscription_create',
    };
    const first: Bill = { ...MARCH, periodStart: day(0) };
    return play({ shape }, [
      on(0),
      webhooks(isPaidAtZero(trial)),
      saysNothing, // C2: $0
      traits(HEALTHY),
      on(0, minutes(60)),
      webhooks(turns('sub_pro', 'trialing', 'active'), fails(first, { attempt: 1, retryAt: day(3) })),
      says(['payment_failed', { attempt_number: 1, amount: 49 }]), // B4: subscription cycle, after a trial
      traits({ dunning_stage: 'first_failure', in_dunning: true, dunning_attempt_number: 1 }),
      on(3),
      webhooks(retrySucceeds(first, { attempt: 2 })),
      says(
        ['payment_retried', { retry_count: 1, outcome: 'succeeded' }],
        ['payment_recovered', { attempts: 2, days_to_recovery: 2.96, amount: 49 }], // 71 of 72 hours
      ),
    ]);
  });

  it('automations without a next date: the date comes in a second event, inside the settle window', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: null })),
      saysNothing, // E4: the retry status is not known yet
      traits({ ...HEALTHY, total_failed_payments_90d: 0 }), // E4: until due it counts nowhere
      on(0, seconds(3)),
      webhooks(retryIsScheduled(MARCH, { attempt: 1, retryAt: day(3) })),
      says(['payment_failed', { next_retry_status: 'scheduled', next_retry_date: toIso(day(3)) }]), // E4: due at once
      traits({ dunning_stage: 'first_failure', next_retry_status: 'scheduled', next_retry_date: toIso(day(3)) }),
      on(2),
      saysNothing, // D2: a date is known
      traits({ dunning_stage: 'first_failure', dunning_status: 'active' }),
    ]));

  it('automations without a next date: none comes, and an hour later the episode is exhausted', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: null })),
      on(0, seconds(10) - 1),
      saysNothing,
      on(0, seconds(10)), // E4: the settle window is over
      says(['payment_failed', { next_retry_status: 'unknown', next_retry_date: null, is_final_attempt: null }]), // D1
      traits({ dunning_stage: 'first_failure', dunning_status: 'active', next_retry_status: 'unknown' }),
      on(0, minutes(60) - 1),
      saysNothing,
      traits({ dunning_stage: 'first_failure' }),
      on(0, minutes(60)), // D2: one hour from the receipt of the newest notice
      says(['dunning_exhausted', { attempts: 1, amount: 49, invoice_id: 'in_march', first_failed_at: toIso(day(0)) }]),
      traits({ dunning_stage: 'exhausted', dunning_status: 'exhausted', in_dunning: true, dunning_attempt_number: 1 }),
      on(2),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      says(
        ['payment_retried', { retry_count: 1, outcome: 'succeeded' }],
        ['payment_recovered', { attempts: 2, recovered_via: 'customer_paid', days_to_recovery: 2, late: false }],
      ),
      traits({ ...HEALTHY, dunning_stage: 'recovered', dunning_status: 'recovered' }),
    ]));

  it('automations without a next date: a date after forty minutes comes in time', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { attempt: 1, retryAt: null })),
      on(0, minutes(40)),
      webhooks(retryIsScheduled(MARCH, { attempt: 1, retryAt: day(3) })),
      says(['payment_failed', { next_retry_status: 'unknown' }]), // E4: rendered once, never amended
      traits({ next_retry_status: 'scheduled', next_retry_date: toIso(day(3)), dunning_stage: 'first_failure' }),
      on(1),
      saysNothing, // D2
    ]));
});

describe('day tables of a missing payment method', () => {
  it('legacy: the notice itself says that no charge was made, so every attempt counts', () =>
    play({ shape: 'legacy' }, [
      on(0),
      webhooks(failsForWantOfACard(MARCH, { attempt: 1, retryAt: day(3) })),
      on(0, seconds(10) - 1),
      saysNothing, // E10: only where no action is required, which may still be said inside the window
      on(0, seconds(10)),
      says([
        'payment_failed',
        {
          attempt_number: 1,
          failure_category: 'payment_method_missing', // E10
          failure_class: 'no_payment_method',
          next_retry_status: 'blocked', // D1: Stripe never retries without a method
          next_retry_date: null,
          card_last4: null,
        },
      ]),
      traits({ dunning_stage: 'first_failure', dunning_failure_class: 'no_payment_method' }),
      on(3),
      webhooks(failsForWantOfACard(MARCH, { attempt: 2, retryAt: day(5) })),
      wait(seconds(10)),
      says(
        ['payment_failed', { attempt_number: 2, failure_category: 'payment_method_missing' }], // B3: it counts
        ['payment_retried', { retry_count: 1, outcome: 'failed' }],
      ),
      traits({ dunning_stage: 'retrying', dunning_attempt_number: 2, total_failed_payments_90d: 2 }),
      on(5),
      webhooks(retrySucceeds(MARCH, { attempt: 3 })),
      says(
        ['payment_retried', { retry_count: 2, outcome: 'succeeded' }],
        ['payment_recovered', { attempts: 3, recovered_via: 'automatic_retry', days_to_recovery: 5 }],
      ),
    ]));

  it('basil: the shape cannot say it, so the reason stays unknown and a later chargeless retry does not count', () =>
    play({ shape: 'basil' }, [
      on(0),
      webhooks(failureIsNotified(MARCH, { attempt: 1, retryAt: day(3) })),
      on(0, seconds(10) - 1),
      saysNothing, // E4: the reason is not known
      on(0, seconds(10)),
      says([
        'payment_failed',
        {
          attempt_number: 1, // B3: the first attempt always counts
          failure_code: null,
          failure_category: 'unknown', // E10: never guessed
          decline_type: 'unknown',
          retryable: null,
          next_retry_status: 'scheduled',
        },
      ]),
      on(3),
      webhooks(failureIsNotified(MARCH, { attempt: 2, retryAt: day(5) })),
      wait(seconds(11)),
      saysNothing, // B3: no charge by the end of the settle window
      traits({ dunning_stage: 'first_failure', dunning_attempt_number: 1, total_failed_payments_90d: 1 }),
      on(5),
      webhooks(retrySucceeds(MARCH, { attempt: 3 })),
      says(
        ['payment_retried', { retry_count: 1, outcome: 'succeeded' }],
        ['payment_recovered', { attempts: 2, recovered_via: 'automatic_retry', days_to_recovery: 5 }],
      ),
    ]));
});
