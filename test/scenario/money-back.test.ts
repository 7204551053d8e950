import { describe, it } from 'vitest';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import {
  ACTIVE,
  day,
  hours,
  minutes,
  on,
  play,
  type Step,
  says,
  saysNothing,
  seconds,
  traits,
  wait,
  webhooks,
} from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  ends,
  fails,
  isCreditedToNothing,
  isMarkedUncollectible,
  isPaidFirstTime,
  isPaidOutOfBand,
  isVoided,
  retrySucceeds,
} from './stripe-happenings.ts';
import { isRefunded } from './stripe-interruptions.ts';
import { debitIsRefused, isCredited, isCreditedAfterwards, refundSays } from './stripe-money-back.ts';

/** Refunds, voids, credit notes, bills that are given up, and payments that turn out to be none. */
const FEBRUARY: Bill = { invoice: 'in_february', subscription: 'sub_pro', amount: 4900 };
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };

const RECOVERED = { dunning_stage: 'recovered', dunning_status: 'recovered', in_dunning: false } as const;
const OUT = { dunning_stage: 'healthy', dunning_status: 'none', in_dunning: false, dunning_episode_id: null } as const;

/** March fails on day 0; a retry is due on day 3. */
const owes: readonly Step[] = [on(0), webhooks(fails(MARCH, { retryAt: day(3) })), says(['payment_failed', {}])];
const recovers: readonly Step[] = [
  ...owes,
  on(3),
  webhooks(retrySucceeds(MARCH, { attempt: 2 })),
  says(['payment_retried', {}], ['payment_recovered', { amount: 49 }]),
];

describe.each(STRIPE_SHAPES)('a refund, %s payloads', (shape) => {
  it('of all that recovered an episode leaves it recovered, and is told once (0012)', () =>
    play({ shape }, [
      ...recovers,
      on(4),
      webhooks(isRefunded(MARCH, 2, { id: 're_all', amount: 4900, total: 4900 })),
      wait(seconds(10)),
      says([
        'payment_refunded',
        { refund_id: 're_all', amount: 49, currency: 'USD', full: true, invoice_id: 'in_march' },
      ]),
      traits({ ...RECOVERED, dunning_suppressed: false, lifetime_recovered_payments: 1 }),
    ]));

  it('that is pending is told when it succeeds (0012)', () =>
    play({ shape }, [
      ...recovers,
      on(4),
      webhooks(refundSays('refund.created', 'pending')(MARCH, 2, { id: 're_slow', amount: 900 })),
      wait(minutes(5)),
      saysNothing,
      on(6),
      webhooks(refundSays('refund.updated', 'succeeded')(MARCH, 2, { id: 're_slow', amount: 900 })),
      wait(seconds(10)),
      says(['payment_refunded', { refund_id: 're_slow', amount: 9 }]),
    ]));

  it('that fails is never told', () =>
    play({ shape }, [
      ...recovers,
      on(4),
      webhooks(refundSays('refund.created', 'pending')(MARCH, 2, { id: 're_bad', amount: 900 })),
      on(6),
      webhooks(refundSays('refund.failed', 'failed')(MARCH, 2, { id: 're_bad', amount: 900 })),
      wait(minutes(5)),
      saysNothing,
      traits(RECOVERED),
    ]));

  it('of another bill than the owed one holds nothing back (D6)', () =>
    play({ shape }, [
      on(0),
      webhooks(isPaidFirstTime(FEBRUARY)),
      on(1),
      webhooks(fails(MARCH, { retryAt: day(4) })),
      on(2),
      webhooks(isRefunded(FEBRUARY, 1, { id: 're_feb', amount: 4900, total: 4900 })),
      wait(seconds(10)),
      says(['payment_failed', {}], ['payment_refunded', { invoice_id: 'in_february' }]),
      traits(ACTIVE),
    ]));

  it('on the owed bill itself holds back until it is charged again (D6, 0012)', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(isRefunded(MARCH, 1, { id: 're_part', amount: 1000, total: 1000 })),
      wait(seconds(10)),
      says(['payment_refunded', { refund_id: 're_part', invoice_id: 'in_march' }]),
      traits({ dunning_status: 'held', in_dunning: false, dunning_suppressed: true, suppression_reason: 'refund' }),
      on(3),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(6) })),
      says(['payment_failed', {}], ['payment_retried', {}]),
      traits({ ...ACTIVE, dunning_stage: 'retrying' }),
    ]));
});

describe.each(STRIPE_SHAPES)('a bill that is taken back, %s payloads', (shape) => {
  it('by a void is forgiven: an exit and no recovery (C2)', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(isVoided(MARCH)),
      saysNothing,
      traits({ ...OUT, lifetime_recovered_payments: 0, last_recovered_at: null }),
    ]));

  it('by a credit note for all of it is forgiven, though Stripe calls it paid (B2, 0004)', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(isCreditedToNothing(MARCH, {})),
      saysNothing,
      traits({ ...OUT, lifetime_recovered_payments: 0 }),
    ]));

  it('by a credit note for a part is owed for the rest, and recovered with the rest (E11)', () =>
    play({ shape }, [
      ...owes,
      traits({ dunning_amount_due: 49 }),
      on(1),
      webhooks(isCredited(MARCH, 1000, day(3))),
      saysNothing,
      traits({ ...ACTIVE, dunning_amount_due: 39, next_retry_status: 'scheduled' }),
      on(3),
      webhooks(retrySucceeds({ ...MARCH, amount: 3900 }, { attempt: 2 })),
      says(['payment_retried', { outcome: 'succeeded' }], ['payment_recovered', { amount: 39, amount_minor: 3900 }]),
      traits(RECOVERED),
    ]));

  it('by a credit note after it was paid stays recovered (B2)', () =>
    play({ shape }, [
      ...recovers,
      on(4),
      webhooks(isCreditedAfterwards(MARCH, 1000)),
      wait(minutes(5)),
      saysNothing,
      traits(RECOVERED),
    ]));

  it('by money outside Stripe is recovered out of band, without an attempt (B3, C3)', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(isPaidOutOfBand(MARCH, {})),
      wait(seconds(10)),
      says(['payment_recovered', { recovered_via: 'out_of_band', attempts: 1, attempt_key: null }]),
      traits(RECOVERED),
    ]));
});

describe('a bill that is given up, in the words of the newest shape (C2, D2)', () => {
  const shape = 'endive';

  it.each(['max_payment_attempts', 'payment_not_received', 'a_word_of_tomorrow'])('%s exhausts and is lost', (reason) =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(isMarkedUncollectible(MARCH, {}, reason)),
      says(['dunning_exhausted', { invoice_id: 'in_march' }]),
      traits({ dunning_stage: 'lost', dunning_status: 'lost', in_dunning: false }),
    ]),
  );

  it.each(['user_forgiven', 'subscription_paused'])(
    '%s is an exit: nothing exhausted, nothing lost, nothing recovered',
    (reason) =>
      play({ shape }, [
        ...owes,
        on(1),
        webhooks(isMarkedUncollectible(MARCH, {}, reason)),
        wait(hours(2)),
        saysNothing,
        traits({ ...OUT, lifetime_recovered_payments: 0 }),
      ]),
  );

  it('subscription_canceled ends as the subscription does: on request it is an exit, and exhausts nothing', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(isMarkedUncollectible(MARCH, {}, 'subscription_canceled')),
      saysNothing,
      webhooks(ends('sub_pro', 'cancellation_requested', 'unused')),
      says(['subscription_canceled', { churn_type: 'voluntary' }]),
      traits(OUT),
    ]));

  it('subscription_canceled ends as the subscription does: for non-payment it is lost, and that end exhausts', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(isMarkedUncollectible(MARCH, {}, 'subscription_canceled')),
      saysNothing,
      webhooks(ends('sub_pro', 'payment_failed')),
      says(['dunning_exhausted', {}], ['subscription_canceled', { churn_type: 'involuntary' }]),
      traits({ dunning_stage: 'lost', in_dunning: false }),
    ]));
});

describe.each(STRIPE_SHAPES)('a bill that is given up without a word, %s payloads', (shape) => {
  it('exhausts and is lost (C2, D2)', () =>
    play({ shape }, [
      ...owes,
      on(1),
      webhooks(isMarkedUncollectible(MARCH, {})),
      says(['dunning_exhausted', {}]),
      traits({ dunning_stage: 'lost', dunning_status: 'lost', in_dunning: false }),
      on(2), // paid after all: recovered, marked late, never re-entered (C2)
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['payment_retried', {}], ['payment_recovered', { late: true }]),
      traits(RECOVERED),
    ]));
});

describe.each(STRIPE_SHAPES)('a payment that is reversed, %s payloads', (shape) => {
  it('by the bank days later: owed again in an episode of its own, exhausted an hour later (B2, 0012)', () =>
    play({ shape }, [
      ...recovers,
      on(8),
      webhooks(debitIsRefused(MARCH, 2, day(3))),
      saysNothing, // E4: no notice, no attempt
      traits({ ...ACTIVE, dunning_amount_due: 49, lifetime_failed_payments: 1, lifetime_recovered_payments: 1 }),
      wait(hours(1)),
      says(['dunning_exhausted', { invoice_id: 'in_march', amount: 49 }]),
      on(9), // tried again: its attempts are counted anew (0004)
      webhooks(fails(MARCH, { attempt: 3, retryAt: day(12) })),
      wait(seconds(10)),
      says(['payment_failed', {}], ['payment_retried', { outcome: 'failed' }]),
      traits({ ...ACTIVE, dunning_stage: 'first_failure' }),
      on(12),
      webhooks(retrySucceeds(MARCH, { attempt: 4 })),
      says(
        ['payment_retried', { outcome: 'succeeded' }],
        ['payment_recovered', { invoice_id: 'in_march', amount: 49 }],
      ),
      traits({ ...RECOVERED, lifetime_recovered_payments: 2 }),
    ]));
});
