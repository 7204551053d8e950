import { describe, it } from 'vitest';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import { ACTIVE, day, on, play, says, saysNothing, seconds, traits, wait, webhooks } from './harness.ts';
import type { Bill } from './stripe-happenings.ts';
import {
  confirmationIsAsked,
  fails,
  isMarkedUncollectible,
  isPaidFirstTime,
  isSeen,
  retrySucceeds,
} from './stripe-happenings.ts';
import { disputeIsOpened, disputeIsWon, isRefunded, isWarnedOf } from './stripe-interruptions.ts';
import { collection } from './stripe-pauses.ts';

const FEBRUARY: Bill = { invoice: 'in_february', subscription: 'sub_pro', amount: 4900 };
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };

const held = (reason: 'dispute' | 'paused') =>
  ({ dunning_status: 'held', in_dunning: false, dunning_suppressed: true, suppression_reason: reason }) as const;

describe.each(STRIPE_SHAPES)('what comes between, %s payloads', (shape) => {
  it('a dispute of an older payment holds back all dunning until it is won (D6)', () =>
    play({ shape }, [
      on(0),
      webhooks(isPaidFirstTime(FEBRUARY)),
      on(20),
      webhooks(fails(MARCH, { retryAt: day(120) })),
      says(['payment_failed', {}]),
      traits(ACTIVE),
      on(21),
      webhooks(disputeIsOpened(FEBRUARY, 1, day(21))),
      says([
        'payment_disputed',
        { dispute_id: 'dp_february', dispute_type: 'dispute', amount: 49, invoice_id: 'in_february' },
      ]),
      traits(held('dispute')),
      on(23),
      webhooks(disputeIsWon(FEBRUARY, 1, day(21))),
      saysNothing,
      traits(ACTIVE),
    ]));

  it('a dispute that is never decided holds back for 90 days, to the millisecond (D6)', () =>
    play({ shape }, [
      on(0),
      webhooks(isPaidFirstTime(FEBRUARY)),
      on(1),
      webhooks(disputeIsOpened(FEBRUARY, 1, day(1))),
      on(2),
      webhooks(fails(MARCH, { retryAt: day(120) })),
      traits(held('dispute')),
      on(91, -1),
      traits(held('dispute')),
      on(91),
      traits(ACTIVE),
    ]));

  it('a fraud warning holds back until nothing is left to do about it (D6)', () =>
    play({ shape }, [
      on(0),
      webhooks(isPaidFirstTime(FEBRUARY)),
      on(1),
      webhooks(fails(MARCH, { retryAt: day(20) })),
      on(2),
      webhooks(isWarnedOf(FEBRUARY, 1)),
      says(['payment_failed', {}], ['payment_disputed', { dispute_type: 'early_fraud_warning', amount: null }]),
      traits(held('dispute')),
      on(3),
      webhooks(isWarnedOf(FEBRUARY, 1, false)),
      saysNothing,
      traits(ACTIVE),
    ]));

  it('each partial refund is told once, and what was recovered stays recovered', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { retryAt: day(3) })),
      on(3),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      says(['payment_failed', {}], ['payment_retried', {}], ['payment_recovered', {}]),
      on(4),
      webhooks(isRefunded(MARCH, 2, { id: 're_1', amount: 1000, total: 1000 })),
      wait(seconds(10)),
      says(['payment_refunded', { refund_id: 're_1', amount: 10, invoice_id: 'in_march' }]),
      on(5),
      webhooks(isRefunded(MARCH, 2, { id: 're_2', amount: 3900, total: 4900 })),
      wait(seconds(10)),
      says(['payment_refunded', { refund_id: 're_2', amount: 39 }]),
      traits({ dunning_stage: 'recovered', dunning_suppressed: false }),
    ]));

  it('a paused collection is told, holds back, and goes on by itself on its day', () =>
    play({ shape }, [
      on(0),
      webhooks(isSeen('sub_pro', 'active'), fails(MARCH, { retryAt: day(20) })),
      says(['payment_failed', {}]),
      on(1),
      webhooks(collection('sub_pro', { resumesAt: day(10) })),
      says(['subscription_paused', { pause_type: 'collection', resumes_at: '2026-03-12T09:00:00.000Z' }]),
      traits(held('paused')),
      on(10, -1),
      traits(held('paused')),
      on(10),
      traits(ACTIVE),
      on(11),
      webhooks(collection('sub_pro', null)),
      says(['subscription_resumed', {}]),
      traits(ACTIVE),
    ]));

  it('a request to confirm that stands alone is told when its window is over, and is no attempt (E2)', () =>
    play({ shape }, [
      on(0),
      webhooks(isSeen('sub_pro', 'active')),
      on(1),
      webhooks(confirmationIsAsked(MARCH, { attempt: 0 })),
      saysNothing,
      wait(seconds(10)),
      says(['payment_action_required', { invoice_id: 'in_march', dunning_episode_id: null, amount: 49 }]),
      traits({ dunning_stage: 'healthy', in_dunning: false }),
    ]));
});

it('somebody forgives the bill, in shapes that say so: an exit, neither lost nor recovered (C2)', () =>
  play({ shape: 'endive' }, [
    on(0),
    webhooks(fails(MARCH, { retryAt: day(3) })),
    says(['payment_failed', {}]),
    on(1),
    webhooks(isMarkedUncollectible(MARCH, {}, 'user_forgiven')),
    saysNothing,
    traits({ dunning_stage: 'healthy', dunning_status: 'none', in_dunning: false }),
  ]));
