import { describe, it } from 'vitest';
import { toIso } from '../../src/domain/instant.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { day, hours, late, minutes, on, play, says, saysNothing, seconds, traits, wait, webhooks } from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  cancelIsRequested,
  cancelIsUndone,
  chargeIsRefused,
  confirmationIsAsked,
  customerIsSaved,
  customerPays,
  ends,
  fails,
  failureIsNotified,
  invoiceIsCalledPaid,
  isMarkedUncollectible,
  isPaidOutOfBand,
  isVoided,
  mustBeConfirmed,
  retryIsNotExecuted,
  retrySucceeds,
  turns,
} from './stripe-happenings.ts';

/** When a failure is told, when it counts, what ends it, and what keeps it quiet. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const APRIL: Bill = { invoice: 'in_april', subscription: 'sub_pro', amount: 4900 };
const RETRY = { retryAt: day(3) };

describe.each(STRIPE_SHAPES)('the settle window, %s payloads', (shape) => {
  it('tells at once a failure of which all is known (E4)', () =>
    play({ shape }, [on(0), webhooks(fails(MARCH, RETRY)), says(['payment_failed', { is_late: false }])]));

  it('tells nothing and counts nothing for ten seconds where the reason is missing, then tells it unknown (E4)', () =>
    play({ shape }, [
      on(0, 400), // received 0.4 s after it happened: the window runs from the receipt
      webhooks(failureIsNotified(MARCH, RETRY)),
      on(0, 400 + seconds(10) - 1),
      saysNothing,
      traits({
        dunning_stage: 'healthy',
        in_dunning: false,
        total_failed_payments_90d: 0,
        lifetime_failed_payments: 0,
      }),
      on(0, 400 + seconds(10)),
      says([
        'payment_failed',
        { failure_code: null, failure_category: 'unknown', decline_type: 'unknown', occurred_at: toIso(day(0)) },
      ]),
      traits({ dunning_stage: 'first_failure', in_dunning: true, total_failed_payments_90d: 1 }),
    ]));

  it('tells it as soon as the reason arrives inside the window (E4)', () =>
    play({ shape }, [
      on(0),
      webhooks(failureIsNotified(MARCH, RETRY)),
      on(0, seconds(4)),
      saysNothing,
      late(day(0), chargeIsRefused(MARCH, { because: 'expired_card' })),
      says(['payment_failed', { failure_code: 'expired_card', failure_category: 'expired_card' }]),
    ]));

  it('never amends what it told when the reason arrives after the window, but the traits know it (E4)', () =>
    play({ shape }, [
      on(0),
      webhooks(failureIsNotified(MARCH, RETRY)),
      on(0, minutes(2)),
      says(['payment_failed', { failure_category: 'unknown', failure_class: 'other' }]),
      late(day(0), chargeIsRefused(MARCH)),
      saysNothing,
      traits({ dunning_failure_class: 'insufficient_funds' }),
    ]));

  it('waits for an earlier attempt that the count implies, and no longer than the window (E4)', () =>
    play({ shape }, [
      on(3),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(5) })),
      on(3, seconds(10) - 1),
      saysNothing,
      on(3, seconds(10)),
      says(['payment_failed', { scheduled_attempt_count: 2 }], ['payment_retried', { outcome: 'failed' }]),
    ]));

  it('lets a payment act at once, and tells the failure first when that still waits (E4)', () =>
    play({ shape }, [
      on(0),
      webhooks(failureIsNotified(MARCH, RETRY)),
      on(0, seconds(5)),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      saysNothing, // conclusions wait behind a failure of their episode
      traits({ in_dunning: false }),
      on(0, seconds(10)),
      says(
        ['payment_failed', { attempt_number: 1 }],
        ['payment_retried', { retry_count: 1, outcome: 'succeeded' }],
        ['payment_recovered', { attempts: 2 }],
      ),
      traits({ dunning_stage: 'recovered', dunning_status: 'recovered', in_dunning: false }),
    ]));

  it('waits for the charge behind a payment, which tells how it was made (E4, C3)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
      on(1),
      webhooks(invoiceIsCalledPaid(MARCH, { attempt: 1, charge: 2 })),
      traits({ in_dunning: false, dunning_status: 'recovered' }), // a payment acts at once
      on(1, seconds(3)),
      late(day(1), customerPays(MARCH, { attempt: 1, charge: 2 })),
      says(
        ['payment_retried', { retry_count: 1, outcome: 'succeeded' }],
        ['payment_recovered', { attempts: 2, recovered_via: 'customer_paid' }],
      ),
    ]));

  it('tells an unexecuted retry after all when its charge turns up days later (B3, E6)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(retryIsNotExecuted(MARCH, { attempt: 2, lastCharge: 1, retryAt: day(8) })),
      on(5),
      says(['payment_failed', { attempt_number: 1 }]),
      late(day(3), chargeIsRefused(MARCH, { attempt: 2 })),
      wait(seconds(10)),
      says(
        ['payment_failed', { attempt_number: 2, occurred_at: toIso(day(3)) }],
        ['payment_retried', { retry_count: 1, outcome: 'failed' }],
      ),
      traits({ dunning_stage: 'retrying', total_failed_payments_90d: 2 }),
    ]));
});

describe.each(STRIPE_SHAPES)('a request to confirm, %s payloads', (shape) => {
  it.each(['first', 'second'])(
    'with the failure of the %s attempt is one payment_failed that says so (E2)',
    (which) => {
      const again = which === 'second';
      return play({ shape }, [
        on(0),
        webhooks(again ? fails(MARCH, RETRY) : customerIsSaved),
        on(3),
        says(...(again ? [['payment_failed', {}] as const] : [])),
        webhooks(mustBeConfirmed(MARCH, { attempt: again ? 2 : 1, retryAt: day(5) })),
        wait(seconds(10)),
        says(
          [
            'payment_failed',
            {
              attempt_number: again ? 2 : 1,
              customer_action_required: true,
              failure_category: 'authentication_required',
              failure_class: 'confirm_payment',
              decline_type: 'action',
            },
          ],
          ...(again ? [['payment_retried', { retry_count: 1, outcome: 'failed' }] as const] : []),
        ),
        traits({ dunning_stage: again ? 'retrying' : 'first_failure', dunning_failure_class: 'confirm_payment' }),
      ]);
    },
  );

  it('alone is no attempt (E2)', () =>
    play({ shape }, [
      on(0),
      webhooks(confirmationIsAsked(MARCH)),
      wait(seconds(10)),
      says(['payment_action_required', { invoice_id: MARCH.invoice, dunning_episode_id: null }]),
      traits({ dunning_stage: 'healthy', in_dunning: false, total_failed_payments_90d: 0 }),
    ]));
});

describe.each(STRIPE_SHAPES)('invoices that cannot be dunned, %s payloads', (shape) => {
  it.each<[string, Partial<Bill>]>([
    ['the creation of a subscription', { billingReason: 'subscription_create' }],
    ['a manual invoice', { billingReason: 'manual', subscription: null }],
    ['an invoice that is sent, not charged', { collectionMethod: 'send_invoice' }],
  ])('%s gives payment_failed without an episode and counts in no trait (B4)', (_what, bill) =>
    play({ shape }, [
      on(0),
      webhooks(fails({ ...MARCH, ...bill }, RETRY)),
      wait(seconds(10)), // a basil invoice without a subscription names its price and not its plan
      says(['payment_failed', { dunning_episode_id: null, attempt_number: 1, failure_code: 'insufficient_funds' }]),
      traits({
        dunning_stage: 'healthy',
        dunning_status: 'none',
        in_dunning: false,
        total_failed_payments_90d: 0,
        lifetime_failed_payments: 0,
      }),
      on(3),
      webhooks(retrySucceeds({ ...MARCH, ...bill }, { attempt: 2 })),
      traits({ dunning_stage: 'healthy', lifetime_recovered_payments: 0 }),
    ]),
  );
});

describe.each(STRIPE_SHAPES)('windows are half open and exact, %s payloads', (shape) => {
  it('a failure leaves the 90-day count at the very millisecond (E9)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(1),
      webhooks(isVoided(MARCH)),
      on(90, -1),
      traits({ total_failed_payments_90d: 1, lifetime_failed_payments: 1 }),
      on(90),
      traits({ total_failed_payments_90d: 0, lifetime_failed_payments: 1 }),
    ]));

  it('the stage is recovered for seven days from the payment (D)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(2),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      on(9, -1),
      traits({ dunning_stage: 'recovered', dunning_status: 'recovered' }),
      on(9),
      traits({ dunning_stage: 'healthy', dunning_status: 'none' }),
    ]));

  it('a failure is late from one hour and a millisecond after it happened (E6)', () =>
    play({ shape }, [
      on(0, hours(1)),
      late(day(0), fails(MARCH, RETRY)),
      says(['payment_failed', { is_late: false }]),
      on(1, hours(1) + 1),
      late(day(1), fails(APRIL, RETRY)),
      says(['payment_failed', { is_late: true }]),
    ]));
});

describe.each(STRIPE_SHAPES)('exhausted, %s payloads', (shape) => {
  it("by the provider's word: the subscription turns unpaid (D2)", () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(fails(MARCH, { attempt: 2 }), turns('sub_pro', 'past_due', 'unpaid')),
      on(3, seconds(10)),
      says(
        ['payment_failed', { attempt_number: 1, is_final_attempt: false }],
        ['payment_failed', { attempt_number: 2, next_retry_date: null }],
        ['payment_retried', { outcome: 'failed' }],
        ['dunning_exhausted', { attempts: 2, amount: 49, failure_class: 'insufficient_funds' }],
      ),
      traits({ dunning_stage: 'exhausted', dunning_status: 'exhausted', in_dunning: true, next_retry_date: null }),
    ]));

  it('by silence: one hour after the receipt of the newest notice, whatever the policy of others (D2)', () =>
    play({ shape, policy: { noRetryAfterMs: hours(3) } }, [
      on(0, 700),
      webhooks(fails(MARCH)),
      on(0, 700 + hours(3) - 1),
      says(['payment_failed', { next_retry_status: 'unknown' }]),
      on(0, 700 + hours(3)),
      says(['dunning_exhausted', { attempts: 1 }]),
      traits({ dunning_stage: 'exhausted', in_dunning: true }),
    ]));

  it('lost: the subscription ends for non-payment with the invoice unpaid; a payment later is a late recovery (C2, C6)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(fails(MARCH, { attempt: 2 }), ends('sub_pro', 'payment_failed')),
      on(3, minutes(1)),
      says(
        ['payment_failed', { attempt_number: 1 }],
        ['payment_failed', { attempt_number: 2 }],
        ['payment_retried', { outcome: 'failed' }],
        ['dunning_exhausted', { attempts: 2 }],
        ['subscription_canceled', { churn_type: 'involuntary', cancellation_reason: 'payment_failed' }],
      ),
      traits({ dunning_stage: 'lost', dunning_status: 'lost', in_dunning: false, dunning_episode_id: null }),
      on(30),
      traits({ dunning_stage: 'lost' }), // D: until a payment or a live subscription
      webhooks(customerPays(MARCH, { attempt: 2, charge: 3 })),
      says(
        ['payment_retried', { retry_count: 2, outcome: 'succeeded' }],
        ['payment_recovered', { late: true, attempts: 3, days_to_recovery: 30 }],
      ),
      traits({ dunning_stage: 'recovered', dunning_status: 'recovered', in_dunning: false }),
      on(37),
      traits({ dunning_stage: 'healthy', dunning_status: 'none' }),
    ]));

  it('lost: all that is left is uncollectible (C2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(isMarkedUncollectible(MARCH, { attempt: 1 }, 'max_payment_attempts')),
      traits({ dunning_stage: 'lost', dunning_status: 'lost', in_dunning: false }),
    ]));

  it('paid out of band: recovered without a paying attempt (B3, C3)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(2),
      webhooks(isPaidOutOfBand(MARCH, { attempt: 1 })),
      wait(seconds(11)),
      says(
        ['payment_failed', {}],
        [
          'payment_recovered',
          { attempts: 1, attempt_key: null, days_to_recovery: 2, amount: 49, recovered_via: 'out_of_band' },
        ],
      ),
      traits({ dunning_stage: 'recovered', in_dunning: false, lifetime_recovered_payments: 1 }),
    ]));
});

describe.each(STRIPE_SHAPES)('suppression by a voluntary cancel, %s payloads', (shape) => {
  it('holds from the request and resumes when it is undone, announcing nothing twice (D6)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { retryAt: day(5) })),
      says(['payment_failed', {}]),
      on(1),
      webhooks(cancelIsRequested('sub_pro', 'past_due', day(20))),
      traits({ dunning_stage: 'first_failure', dunning_status: 'held', in_dunning: false }),
      on(2),
      webhooks(cancelIsUndone('sub_pro', 'past_due')),
      traits({ dunning_stage: 'first_failure', dunning_status: 'active', in_dunning: true }),
      saysNothing,
      on(5),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['payment_retried', { outcome: 'succeeded' }], ['payment_recovered', { late: false, days_to_recovery: 5 }]),
    ]));

  it('a payment while held is a recovery, and not a late one (C2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(1),
      webhooks(cancelIsRequested('sub_pro', 'past_due', day(20))),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(
        ['payment_failed', {}],
        ['payment_retried', { outcome: 'succeeded' }],
        ['payment_recovered', { late: false, attempts: 2 }],
      ),
      traits({ dunning_stage: 'recovered', dunning_status: 'recovered', in_dunning: false }),
    ]));
});

describe.each(STRIPE_SHAPES)('disclosure, %s payloads', (shape) => {
  it.each(['lost_card', 'stolen_card', 'fraudulent', 'pickup_card'])('%s never leaves by name (E8)', (because) =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { because, retryAt: day(3) })),
      says([
        'payment_failed',
        { failure_code: null, failure_category: 'undisclosed', decline_type: 'hard', customer_action_required: true },
      ]),
    ]),
  );

  it('a decline that Stripe itself blocked is undisclosed too (E8, E10)', () =>
    play({ shape }, [
      on(0),
      webhooks(
        fails(MARCH, { because: 'generic_decline', decline: { blockedReason: 'highest_risk_level' }, retryAt: day(3) }),
      ),
      says(['payment_failed', { failure_code: null, failure_category: 'undisclosed' }]),
    ]));
});
