import { describe, expect, it } from 'vitest';
import { isMembership } from '../../src/pipeline/transitions.ts';
import { STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import {
  ACTIVE,
  check,
  day,
  hours,
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
import { fails, isPaidFirstTime, isVoided, retrySucceeds } from './stripe-happenings.ts';
import { disputeIsClosed, disputeIsOpened, disputeIsUpdated, disputeSays, isWarnedOf } from './stripe-interruptions.ts';

/** Somebody is at odds with the merchant: what is told, who is not written to meanwhile, and what is owed afterwards. */
const FEBRUARY: Bill = { invoice: 'in_february', subscription: 'sub_pro', amount: 4900 };
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const OTHER: Bill = { invoice: 'in_other', subscription: 'sub_addon', amount: 1900 };

const HELD = {
  dunning_status: 'held',
  in_dunning: false,
  dunning_suppressed: true,
  suppression_reason: 'dispute',
} as const;
const CALM = {
  dunning_stage: 'healthy',
  in_dunning: false,
  dunning_suppressed: false,
  suppression_reason: null,
} as const;

const inquiryIsOpened = disputeSays('charge.dispute.created', 'warning_needs_response');
const fundsAreWithdrawn = disputeSays('charge.dispute.funds_withdrawn', 'needs_response');
const fundsAreReinstated = disputeSays('charge.dispute.funds_reinstated', 'won');

/** February was paid, March fails on day 1 and is tried again only on day 150. */
const owesMarch: readonly Step[] = [
  on(0),
  webhooks(isPaidFirstTime(FEBRUARY)),
  on(1),
  webhooks(fails(MARCH, { retryAt: day(150) })),
  says(['payment_failed', {}]),
  traits(ACTIVE),
];

/** March fails on day 0 and is paid by the retry on day 3. */
const recoversMarch: readonly Step[] = [
  on(0),
  webhooks(fails(MARCH, { retryAt: day(3) })),
  on(3),
  webhooks(retrySucceeds(MARCH, { attempt: 2 })),
  says(['payment_failed', {}], ['payment_retried', {}], ['payment_recovered', {}]),
];

describe.each(STRIPE_SHAPES)('a dispute, %s payloads', (shape) => {
  it('of many notices is told once, and its reason leaves in no call (E8, 0012)', () =>
    play({ shape }, [
      ...owesMarch,
      on(2),
      webhooks(disputeIsOpened(FEBRUARY, 1, day(2)), fundsAreWithdrawn(FEBRUARY, 1, day(2))),
      says(['payment_disputed', { dispute_type: 'dispute', subscription_id: 'sub_pro', amount: 49, currency: 'USD' }]),
      on(3),
      webhooks(disputeIsUpdated('under_review')(FEBRUARY, 1, day(2))),
      saysNothing,
      traits(HELD),
      check(async (relay) => {
        const disputed = (await relay.calls()).filter(({ call }) => call.event === 'payment_disputed');
        expect(JSON.stringify(disputed)).not.toContain('fraudulent');
      }),
    ]));

  it('that is won, with the money back, is over: dunning goes on and no stage is announced again (D6)', () =>
    play({ shape }, [
      ...owesMarch,
      on(2),
      webhooks(disputeIsOpened(FEBRUARY, 1, day(2))),
      says(['payment_disputed', {}]),
      traits(HELD),
      on(20),
      webhooks(disputeIsClosed('won')(FEBRUARY, 1, day(2)), fundsAreReinstated(FEBRUARY, 1, day(2))),
      saysNothing,
      traits({ ...ACTIVE, dunning_stage: 'first_failure', dunning_amount_due: 49 }),
    ]));

  it.each(['warning_closed', 'prevented'])(
    'that was an inquiry and is closed as %s is withdrawn: dunning goes on (D6)',
    (status) =>
      play({ shape }, [
        ...owesMarch,
        on(2),
        webhooks(inquiryIsOpened(FEBRUARY, 1, day(2))),
        says(['payment_disputed', { dispute_type: 'dispute' }]),
        traits(HELD),
        on(4),
        webhooks(disputeIsClosed(status)(FEBRUARY, 1, day(2))),
        saysNothing,
        traits(ACTIVE),
      ]),
  );

  it('that is lost takes a recovery back: owed again with no date, exhausted an hour later (B2, 0004)', () =>
    play({ shape }, [
      ...recoversMarch,
      on(20),
      webhooks(disputeIsOpened(MARCH, 2, day(20))),
      says(['payment_disputed', { invoice_id: 'in_march', dunning_episode_id: null }]),
      traits(CALM), // nothing is owed, so nothing is held back
      on(40),
      webhooks(disputeIsClosed('lost')(MARCH, 2, day(20))),
      traits({ ...ACTIVE, dunning_amount_due: 49, lifetime_failed_payments: 1, lifetime_recovered_payments: 1 }),
      saysNothing,
      wait(hours(1) - 1),
      saysNothing,
      wait(1),
      says(['dunning_exhausted', { invoice_id: 'in_march', amount: 49 }]),
      traits({ dunning_stage: 'exhausted', dunning_status: 'exhausted', in_dunning: true }),
    ]));

  it('that is lost on another payment than the owed one lets dunning go on (D6, 0004)', () =>
    play({ shape }, [
      ...owesMarch,
      on(2),
      webhooks(disputeIsOpened(FEBRUARY, 1, day(2))),
      says(['payment_disputed', {}]),
      traits(HELD),
      on(9),
      webhooks(disputeIsClosed('lost')(FEBRUARY, 1, day(2))),
      saysNothing,
      traits({ ...ACTIVE, dunning_amount_due: 49 }), // February never failed: a loss, and no dunning
    ]));

  it('holds back what fails while it is open, and what happened is told all the same (D6)', () =>
    play({ shape }, [
      on(0),
      webhooks(isPaidFirstTime(FEBRUARY)),
      on(1),
      webhooks(disputeIsOpened(FEBRUARY, 1, day(1))),
      says(['payment_disputed', { dunning_episode_id: null }]),
      traits(CALM),
      on(2),
      webhooks(fails(OTHER, { retryAt: day(5) })), // another subscription of the same account
      says(['payment_failed', { subscription_id: 'sub_addon', attempt_number: 1 }]),
      traits({ ...HELD, dunning_stage: 'first_failure' }),
      on(5),
      webhooks(retrySucceeds(OTHER, { attempt: 2 })),
      says(['payment_retried', {}], ['payment_recovered', { late: false }]),
      traits({ dunning_stage: 'recovered', dunning_status: 'recovered', in_dunning: false }),
    ]));

  it('lets nobody enter an audience that drives messages (G5)', () =>
    play({ shape }, [
      on(0),
      webhooks(isPaidFirstTime(FEBRUARY)),
      on(1),
      webhooks(disputeIsOpened(FEBRUARY, 1, day(1)), fails(MARCH, { retryAt: day(150) })),
      check(async (relay) => {
        const entered = (await relay.calls()).filter(
          ({ call }) => isMembership(call) && call.event === 'Audience Entered',
        );
        expect(entered.map(({ call }) => call.properties?.audience_key)).toEqual(['suppressed']);
      }),
      on(3),
      webhooks(disputeIsClosed('won')(FEBRUARY, 1, day(1))),
      check(async (relay) => {
        const entered = (await relay.calls()).filter(
          ({ call }) => isMembership(call) && call.event === 'Audience Entered',
        );
        expect(entered.map(({ call }) => call.properties?.audience_key)).toContain('dunning_first_failure_standard');
      }),
    ]));

  it('of an invoice that is voided meanwhile leaves nothing to hold (C2)', () =>
    play({ shape }, [
      ...owesMarch,
      on(2),
      webhooks(disputeIsOpened(FEBRUARY, 1, day(2))),
      says(['payment_disputed', {}]),
      on(3),
      webhooks(isVoided(MARCH)),
      saysNothing,
      traits({ ...CALM, dunning_status: 'none' }),
    ]));
});

describe.each(STRIPE_SHAPES)('a fraud warning, %s payloads', (shape) => {
  it('gives way to the dispute of its charge: when that is won, dunning goes on (0012)', () =>
    play({ shape }, [
      ...owesMarch,
      on(2),
      webhooks(isWarnedOf(FEBRUARY, 1)),
      says(['payment_disputed', { dispute_type: 'early_fraud_warning', amount: null, currency: null }]),
      traits(HELD),
      on(4),
      webhooks(disputeIsOpened(FEBRUARY, 1, day(4))),
      says(['payment_disputed', { dispute_type: 'dispute' }]),
      traits(HELD),
      on(12),
      webhooks(disputeIsClosed('won')(FEBRUARY, 1, day(4))),
      saysNothing,
      traits(ACTIVE),
    ]));

  it('that nobody acts on holds back for 90 days, to the millisecond (D6)', () =>
    play({ shape }, [
      ...owesMarch,
      on(2),
      webhooks(isWarnedOf(FEBRUARY, 1)),
      says(['payment_disputed', {}]),
      on(92, -1),
      traits(HELD),
      on(92),
      traits(ACTIVE),
      saysNothing,
    ]));

  it('on which nothing can be done any more holds nothing back, and is told', () =>
    play({ shape }, [
      ...owesMarch,
      on(2),
      webhooks(isWarnedOf(FEBRUARY, 1, false)),
      wait(seconds(10)),
      says(['payment_disputed', { dispute_type: 'early_fraud_warning' }]),
      traits(ACTIVE),
    ]));
});

describe('an appeal, which the newest shape knows', () => {
  const shape = 'endive';

  it.each(['appeal_needs_response', 'appeal_under_review'])(
    '(%s) holds back again, within the 90 days of the dispute (0012)',
    (status) =>
      play({ shape }, [
        ...owesMarch,
        on(2),
        webhooks(disputeIsOpened(FEBRUARY, 1, day(2))),
        says(['payment_disputed', {}]),
        on(30),
        webhooks(disputeIsClosed('lost')(FEBRUARY, 1, day(2))),
        traits(ACTIVE),
        on(40),
        webhooks(disputeIsUpdated(status)(FEBRUARY, 1, day(2))),
        saysNothing,
        traits(HELD),
        on(92, -1),
        traits(HELD),
        on(92),
        traits(ACTIVE),
      ]),
  );

  it('that is won puts nothing back into dunning', () =>
    play({ shape }, [
      ...owesMarch,
      on(2),
      webhooks(disputeIsOpened(FEBRUARY, 1, day(2)), disputeIsClosed('lost')(FEBRUARY, 1, day(2))),
      on(10),
      webhooks(disputeIsUpdated('appeal_under_review')(FEBRUARY, 1, day(2))),
      traits(HELD),
      on(20),
      webhooks(disputeIsClosed('won')(FEBRUARY, 1, day(2))),
      says(['payment_disputed', {}]),
      traits(ACTIVE),
    ]));
});
