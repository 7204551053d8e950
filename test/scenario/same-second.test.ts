import { describe, it } from 'vitest';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { becomes, day, hours, late, on, play, release, says, seconds, traits, wait, webhooks } from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  chargeIsRefused,
  customerPays,
  fails,
  failureIsNotified,
  isMarkedUncollectible,
  retryIsScheduled,
  retrySucceeds,
} from './stripe-happenings.ts';

/** Statements that share a second, come twice, or come while an earlier one still settles. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const APRIL: Bill = { invoice: 'in_april', subscription: 'sub_pro', amount: 4900 };
const RETRY = { retryAt: day(3) };

describe.each(STRIPE_SHAPES)('same second, %s payloads', (shape) => {
  it.each([0, 1000])(
    'a last failure and the giving up %i ms later end one episode, which a late payment recovers',
    (gap) =>
      play({ shape }, [
        on(0),
        webhooks(fails(MARCH, RETRY)),
        on(3),
        webhooks(fails(MARCH, { attempt: 2 })),
        wait(gap),
        webhooks(isMarkedUncollectible(MARCH, { attempt: 2 })),
        wait(seconds(10)),
        traits({ dunning_stage: 'lost', lifetime_failed_payments: 2, in_dunning: false }),
        on(5),
        webhooks(customerPays(MARCH, { attempt: 2, charge: 3 })),
        says(
          ['payment_failed', { attempt_number: 1 }],
          ['payment_failed', { attempt_number: 2 }],
          ['payment_retried', { outcome: 'failed' }],
          ['dunning_exhausted', { attempts: 2, amount: 49 }],
          ['payment_retried', { outcome: 'succeeded' }],
          ['payment_recovered', { late: true, amount: 49 }],
        ),
      ]),
  );

  it('an attempt waits for the earlier one that still settles, so that each has its own number (E4)', () =>
    play({ shape }, [
      on(0, seconds(30)),
      late(day(0), failureIsNotified(MARCH, RETRY)),
      late(day(0, seconds(20)), fails(MARCH, { attempt: 2, retryAt: day(3) })),
      wait(seconds(2)),
      late(day(0), chargeIsRefused(MARCH, RETRY)),
      wait(seconds(10)),
      says(
        ['payment_failed', { attempt_number: 1 }],
        ['payment_failed', { attempt_number: 2 }],
        ['payment_retried', { retry_count: 1 }],
      ),
    ]));

  it('a conclusion that a late word refutes holds again when it comes true after all (E1)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)),
      on(0, hours(2)),
      traits({ dunning_stage: 'exhausted' }),
      late(day(0, seconds(30)), retryIsScheduled(MARCH, RETRY)),
      traits({ dunning_stage: 'first_failure' }),
      on(3),
      webhooks(fails(MARCH, { attempt: 2 })),
      on(3, hours(2)),
      traits({ dunning_stage: 'exhausted' }),
    ]));

  it('a debt whose stated retry never came is written off once life has gone on (C2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(20),
      webhooks(retrySucceeds(APRIL, { attempt: 1 })),
      on(29),
      traits({ in_dunning: true }),
      on(30),
      traits({ in_dunning: false }),
    ]));

  it('a release in the settle window loses nothing that waits in it (E5)', () =>
    play({ shape, account: { planId: undefined } }, [
      on(0),
      webhooks(failureIsNotified(MARCH, RETRY)),
      on(0, seconds(5)),
      release({ plans: { highValue: [], ids: { price_pro: 'pro' } } }),
      becomes({}),
      late(day(0), chargeIsRefused(MARCH, RETRY)),
      wait(seconds(10)),
      says(['payment_failed', { plan_id: 'pro' }]),
    ]));
});
