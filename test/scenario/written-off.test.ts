import { describe, it } from 'vitest';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { day, hours, on, play, seconds, traits, wait, webhooks } from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  customerPays,
  disputeIsLost,
  ends,
  fails,
  isLookedAt,
  isPaidFirstTime,
  retrySucceeds,
} from './stripe-happenings.ts';

/** When an old debt is given up: docs/decisions/0004-readings-of-the-rules.md. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const APRIL: Bill = { invoice: 'in_april', subscription: 'sub_pro', amount: 4900 };
const EXTRA: Bill = { invoice: 'in_extra', subscription: 'sub_pro', amount: 900, billingReason: 'subscription_update' };
const RETRY = { retryAt: day(3) };
const DUNNED = traits({ in_dunning: true });
const GIVEN_UP = traits({ in_dunning: false, dunning_stage: 'healthy' });

describe.each(STRIPE_SHAPES)('a debt is written off (C2), %s payloads', (shape) => {
  it('30 days after the episode opened, however new the last attempt is', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(20),
      webhooks(fails(MARCH, { attempt: 2 })),
      on(25),
      webhooks(isPaidFirstTime(APRIL)),
      on(30, -1),
      DUNNED,
      on(30),
      GIVEN_UP,
    ]));

  it('once the provider has stopped, where a retry is still scheduled after 30 days', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { retryAt: day(35) })),
      on(25),
      webhooks(isPaidFirstTime(APRIL)),
      on(35, hours(1) - 1),
      DUNNED,
      on(35, hours(1)),
      GIVEN_UP,
    ]));

  it('not until all that is owed of the episode has stopped', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH), fails(EXTRA, { retryAt: day(40) })),
      on(25),
      webhooks(isPaidFirstTime(APRIL)),
      on(39),
      DUNNED,
      webhooks(customerPays(EXTRA, { attempt: 1, charge: 2 })),
      GIVEN_UP,
    ]));

  it('not because an invoice of the episode was paid', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)),
      on(1),
      webhooks(fails(EXTRA, { retryAt: day(2) })),
      on(2),
      webhooks(retrySucceeds(EXTRA, { attempt: 2 })),
      on(40),
      DUNNED,
    ]));

  it('not because an invoice was paid that is older than the opening one', () =>
    play({ shape }, [
      on(0),
      webhooks(isLookedAt(APRIL, { attempt: 0 })),
      on(1),
      webhooks(fails(MARCH)),
      on(5),
      webhooks(isPaidFirstTime(APRIL)),
      on(40),
      DUNNED,
    ]));

  it('for good: what fails or is paid of it afterwards recovers and opens nothing', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)),
      on(20),
      webhooks(isPaidFirstTime(APRIL)),
      on(40),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(43) })),
      GIVEN_UP,
      on(41),
      webhooks(customerPays(MARCH, { attempt: 2, charge: 3 })),
      GIVEN_UP,
      traits({ lifetime_recovered_payments: 0 }),
    ]));
});

const REOPENED = [
  on(0),
  webhooks(fails(MARCH, RETRY)),
  on(3),
  webhooks(retrySucceeds(MARCH, { attempt: 2 })),
  on(20),
  webhooks(disputeIsLost(MARCH, { attempt: 2 })),
];

describe.each(STRIPE_SHAPES)('what a reversal reopened (B2, C2), %s payloads', (shape) => {
  it('is written off 30 days after the reversal where it is not tried again', () =>
    play({ shape }, [...REOPENED, on(50, -1), DUNNED, on(50), GIVEN_UP]));

  it('counts its attempts anew, and is written off like any other where it was tried again', () =>
    play({ shape }, [
      ...REOPENED,
      on(25),
      webhooks(fails(MARCH, { attempt: 3, retryAt: day(28) })),
      wait(seconds(10)), // its second attempt was the paying one: no notice tells of it
      traits({ dunning_stage: 'first_failure', dunning_attempt_number: 1 }),
      on(60),
      DUNNED,
      webhooks(isPaidFirstTime(APRIL)),
      GIVEN_UP,
    ]));

  it('gives way to dunning for another invoice, and what fails of it then counts anew with that', () =>
    play({ shape }, [
      ...REOPENED,
      on(21),
      webhooks(fails(EXTRA, { retryAt: day(24) })),
      on(22),
      webhooks(fails(MARCH, { attempt: 3, retryAt: day(25) })),
      wait(seconds(10)),
      traits({ dunning_stage: 'first_failure', dunning_attempt_number: 1, dunning_amount_due: 58 }),
    ]));

  it('is owed again where the episode had ended otherwise: what else is paid recovers nothing', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY), fails(EXTRA, RETRY)),
      on(1),
      webhooks(ends('sub_pro', 'payment_failed')),
      on(2),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      on(3),
      webhooks(disputeIsLost(MARCH, { charge: 2 })),
      on(4),
      webhooks(customerPays(EXTRA, { attempt: 1, charge: 2 })),
      traits({ in_dunning: false, lifetime_recovered_payments: 0 }),
    ]));
});
