import { describe, it } from 'vitest';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { day, late, on, play, says, saysNothing, seconds, traits, wait, webhooks } from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  confirmationIsAsked,
  customerPays,
  fails,
  failureIsNotified,
  isSeen,
  mustBeConfirmed,
  retrySucceeds,
} from './stripe-happenings.ts';

/** The bank wants the customer to confirm: with an attempt, beside one, or alone (E2, 0012). */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const CREATION: Bill = { ...MARCH, billingReason: 'subscription_create' };

describe.each(STRIPE_SHAPES)('a request to confirm, %s payloads', (shape) => {
  it('with the failure notice of its attempt is one event, which says that the customer must act (E2)', () =>
    play({ shape }, [
      on(0),
      webhooks(mustBeConfirmed(MARCH, { retryAt: day(3) })),
      wait(seconds(10)),
      says([
        'payment_failed',
        {
          customer_action_required: true,
          failure_category: 'authentication_required',
          failure_class: 'confirm_payment',
        },
      ]),
      traits({ dunning_stage: 'first_failure', dunning_failure_class: 'confirm_payment' }),
      on(1),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      says(['payment_retried', {}], ['payment_recovered', { recovered_via: 'customer_paid' }]),
    ]));

  it('alone is told after its window, opens no episode, counts nowhere, and recovers nothing when it is met (E2)', () =>
    play({ shape }, [
      on(0),
      webhooks(isSeen('sub_pro', 'active')),
      webhooks(confirmationIsAsked(MARCH, { attempt: 0 })),
      wait(seconds(10) - 1),
      saysNothing,
      wait(1),
      says(['payment_action_required', { customer_action_required: true, dunning_episode_id: null, currency: 'USD' }]),
      traits({ dunning_stage: 'healthy', in_dunning: false, lifetime_failed_payments: 0 }),
      on(1),
      webhooks(customerPays(MARCH, { attempt: 1 })),
      wait(seconds(10)),
      saysNothing,
      traits({ dunning_stage: 'healthy', lifetime_recovered_payments: 0 }),
    ]));

  it('asked a day after a failure is told with the episode that is open, and is no attempt (0012)', () =>
    play({ shape }, [
      on(0),
      webhooks(isSeen('sub_pro', 'active'), fails(MARCH, { retryAt: day(3) })),
      says(['payment_failed', {}]),
      on(1),
      webhooks(confirmationIsAsked(MARCH, { attempt: 1, retryAt: day(3) })),
      wait(seconds(10)),
      says(['payment_action_required', { invoice_id: 'in_march', amount: 49 }]),
      traits({ dunning_stage: 'first_failure', dunning_attempt_number: 1, total_failed_payments_90d: 1 }),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['payment_retried', { retry_count: 1 }], ['payment_recovered', { attempts: 2 }]),
    ]));

  it('twice in one second is one, and a minute later another (0012)', () =>
    play({ shape }, [
      on(0),
      webhooks(isSeen('sub_pro', 'active')),
      webhooks(confirmationIsAsked(MARCH, { attempt: 0 }), confirmationIsAsked(MARCH, { attempt: 0, retryAt: day(1) })),
      on(0, seconds(61)),
      webhooks(confirmationIsAsked(MARCH, { attempt: 0 })),
      wait(seconds(10)),
      says(['payment_action_required', {}], ['payment_action_required', {}]),
    ]));

  it('whose notice comes an hour late stays said, and the attempt is told beside it (E1)', () =>
    play({ shape }, [
      on(0),
      webhooks(isSeen('sub_pro', 'active'), confirmationIsAsked(MARCH, { attempt: 1 })),
      wait(seconds(10)),
      says(['payment_action_required', {}]),
      on(0, seconds(1800)),
      late(day(0), failureIsNotified(MARCH, { retryAt: day(3) })),
      wait(seconds(10)),
      says(['payment_failed', { customer_action_required: true, is_late: false }]),
      traits({ dunning_stage: 'first_failure', in_dunning: true }),
    ]));

  it('for the first bill of a new subscription is told, and is no dunning (B4)', () =>
    play({ shape }, [
      on(0),
      webhooks(isSeen('sub_pro', 'incomplete'), confirmationIsAsked(CREATION, { attempt: 0 })),
      wait(seconds(10)),
      says(['payment_action_required', { dunning_episode_id: null }]),
      traits({ dunning_stage: 'healthy', in_dunning: false }),
    ]));
});
