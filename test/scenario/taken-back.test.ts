import { describe, expect, it } from 'vitest';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { check, day, on, play, says, saysNothing, seconds, traits, webhooks } from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  customerPays,
  disputeIsLost,
  fails,
  failureIsNotified,
  isMarkedUncollectible,
  retrySucceeds,
} from './stripe-happenings.ts';

const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const EXTRA: Bill = { invoice: 'in_extra', subscription: 'sub_pro', amount: 900, billingReason: 'subscription_update' };
const RETRY = { retryAt: day(3) };

/** What a reversal takes back and what it leaves said; and whose exhaustion an episode's is. */
describe.each(STRIPE_SHAPES)('taken back or given up, %s payloads', (shape) => {
  it('takes nothing back of what was said of the payment, though it comes before that was due (E1)', () =>
    play({ shape }, [
      on(0),
      webhooks(failureIsNotified(MARCH, RETRY)), // waits for its reason
      on(0, seconds(2)),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      on(0, seconds(4)),
      saysNothing,
      webhooks(disputeIsLost(MARCH, { charge: 2 })),
      on(0, seconds(12)),
      says(
        ['payment_failed', { attempt_number: 1 }],
        ['payment_retried', { retry_count: 1, outcome: 'succeeded' }],
        ['payment_recovered', { attempts: 2 }],
      ),
    ]));

  it('says an exhaustion where the stage is exhausted (D2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      on(20),
      webhooks(disputeIsLost(MARCH, { attempt: 2 })),
      on(21),
      check(async (relay) => {
        const stage = (await relay.traits())?.dunning_stage;
        const exhausted = (await relay.calls()).filter(({ call }) => call.event === 'dunning_exhausted');
        expect(exhausted).toHaveLength(stage === 'exhausted' ? 1 : 0);
      }),
    ]));

  it('owes again what was taken back, and no retry of old is scheduled for it (B2, D1)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(2),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      on(2, seconds(60)),
      webhooks(disputeIsLost(MARCH, { charge: 2 })),
      traits({ in_dunning: true, dunning_amount_due: 49, next_retry_date: null }),
    ]));

  it('of several failed invoices, one paid makes it recovered even where another is given up', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY), fails(EXTRA, RETRY)),
      on(1),
      webhooks(isMarkedUncollectible(EXTRA, { attempt: 1 })),
      traits({ in_dunning: true, dunning_amount_due: 49, dunning_stage: 'first_failure' }), // the other has a date
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(
        ['payment_failed', { invoice_id: 'in_march' }],
        ['payment_failed', { invoice_id: 'in_extra' }],
        ['payment_retried', {}],
        ['payment_recovered', { amount: 49 }],
      ),
      traits({ dunning_stage: 'recovered', in_dunning: false }),
    ]));
});
