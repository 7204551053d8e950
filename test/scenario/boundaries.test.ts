import { describe, expect, it } from 'vitest';
import { paymentMethodAttached, STRIPE_SHAPES } from '../../src/simulate/stripe-events.ts';
import {
  check,
  day,
  late,
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
import type { Bill, Happening } from './stripe-happenings.ts';
import {
  chargeIsRefused,
  fails,
  failureIsNotified,
  invoiceIsCalledPaid,
  isLookedAt,
  isSeen,
  retryIsNotExecuted,
  retrySucceeds,
} from './stripe-happenings.ts';

/** Windows at their very edge, and what changes nothing. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const APRIL: Bill = { invoice: 'in_april', subscription: 'sub_pro', amount: 4900 };
const OTHER: Bill = { invoice: 'in_other', subscription: 'sub_addon', amount: 1900 };
const RETRY = { retryAt: day(3) };

/** `step` makes Recoup say nothing at all, to nobody. */
const without =
  (step: Step): Step =>
  async (stage) => {
    const before = (await stage.relay.calls()).length;
    await step(stage);
    expect((await stage.relay.calls()).slice(before)).toEqual([]);
  };

describe.each(STRIPE_SHAPES)('at the edge of a window, %s payloads', (shape) => {
  it('a decline 60 s from its notice gives the reason, one 61 s off does not (B3)', () =>
    play({ shape }, [
      on(0),
      webhooks(failureIsNotified(MARCH, RETRY)),
      late(day(0, seconds(60)), chargeIsRefused(MARCH, { because: 'expired_card' })),
      says(['payment_failed', { failure_category: 'expired_card' }]),
      on(1),
      webhooks(failureIsNotified(OTHER, RETRY)),
      late(day(1, seconds(61)), chargeIsRefused(OTHER, { because: 'expired_card' })),
      wait(seconds(10)),
      says(['payment_failed', { failure_category: 'unknown' }]),
    ]));

  it.each([
    [60, 2],
    [61, 1],
  ])('a charge %i s from the notice of a retry: executed attempts %i (B3)', (gap, attempts) =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      on(3),
      webhooks(retryIsNotExecuted(MARCH, { attempt: 2, lastCharge: 1, retryAt: day(8) })),
      late(day(3, seconds(gap)), chargeIsRefused(MARCH, { attempt: 2 })),
      wait(seconds(10)),
      traits({ dunning_attempt_number: attempts, total_failed_payments_90d: attempts }),
    ]),
  );

  it('what claims to have happened 300 s ahead is believed, a millisecond more only then (B1)', () =>
    play({ shape }, [
      on(0),
      late(day(0, seconds(300)), fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
      on(1, 999), // 300.001 s before
      late(day(1, seconds(301)), fails(APRIL, RETRY)),
      on(1, seconds(301) - 1),
      saysNothing,
      traits({ dunning_amount_due: 49 }),
      on(1, seconds(301)),
      says(['payment_failed', { invoice_id: 'in_april' }]),
      traits({ dunning_amount_due: 98 }),
    ]));

  it('an old debt is written off 30 days after its last failure, at the very millisecond (C2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)),
      on(20),
      webhooks(retrySucceeds(APRIL, { attempt: 1 })),
      on(30, -1),
      traits({ in_dunning: true, dunning_stage: 'exhausted' }),
      on(30),
      traits({ in_dunning: false, dunning_stage: 'healthy' }),
    ]));

  it('with the later payment where that comes after 30 days (C2)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH)),
      on(40),
      traits({ in_dunning: true, dunning_stage: 'exhausted' }),
      webhooks(retrySucceeds(APRIL, { attempt: 1 })),
      traits({ in_dunning: false, dunning_stage: 'healthy' }),
    ]));

  it('a card is spoken of 90 days after the last failure of any subscription (D4)', () => {
    const isAttached: Happening = (account, at) => [paymentMethodAttached(account, { at })];
    const card = { last4: '0027', expMonth: 5, expYear: 2026 };
    return play({ shape, account: { card, paymentMethod: 'pm_1' } }, [
      on(0),
      webhooks(isAttached, isSeen('sub_pro', 'active'), fails(MARCH, { retryAt: day(10) })),
      on(5),
      webhooks(fails(OTHER, { retryAt: day(11) })),
      on(10),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(12) })),
      on(12),
      webhooks(retrySucceeds(MARCH, { attempt: 3 }), retrySucceeds(OTHER, { attempt: 2 })),
      on(90, -1),
      traits({ total_failed_payments_90d: 3 }),
      on(90),
      traits({ total_failed_payments_90d: 2 }),
      on(95),
      traits({ total_failed_payments_90d: 1, dunning_stage: 'healthy' }),
      on(100, -1),
      traits({ total_failed_payments_90d: 1, dunning_stage: 'healthy' }),
      on(100),
      traits({ total_failed_payments_90d: 0, dunning_stage: 'card_expiring' }),
    ]);
  });
});

describe.each(STRIPE_SHAPES)('what is waited for, %s payloads', (shape) => {
  it.each([
    ['none is stated', undefined],
    ['the one that is stated is the instant of the failure itself', day(0)],
  ])('the next date, for the window, where %s (E4)', (_what, retryAt) =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { retryAt: retryAt ?? null })),
      on(0, seconds(10) - 1),
      saysNothing,
      on(0, seconds(10)),
      says(['payment_failed', {}]),
    ]),
  );

  it('the next date also where only an earlier failure stated one (E4)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, { retryAt: day(5) })),
      says(['payment_failed', {}]),
      on(1),
      webhooks(fails(MARCH, { charge: 2 })),
      on(1, seconds(10) - 1),
      saysNothing,
      on(1, seconds(10)),
      says(['payment_failed', { attempt_number: 2 }], ['payment_retried', { outcome: 'failed' }]),
    ]));

  it('how it was paid, from the first receipt of any statement that it is paid (E4)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
      on(1, seconds(1)),
      webhooks(invoiceIsCalledPaid(MARCH, { attempt: 2 })),
      on(1, seconds(6)),
      late(day(1), invoiceIsCalledPaid(MARCH, { attempt: 2 })),
      on(1, seconds(11) - 1),
      saysNothing,
      on(1, seconds(11)),
      says(['payment_recovered', { recovered_via: 'unknown' }]),
    ]));

  it('and not from the last (E4)', () =>
    play({ shape }, [
      on(0),
      webhooks(fails(MARCH, RETRY)),
      says(['payment_failed', {}]),
      on(1),
      webhooks(invoiceIsCalledPaid(MARCH, { attempt: 2 })),
      on(1, seconds(6)),
      webhooks(invoiceIsCalledPaid(MARCH, { attempt: 2 })),
      on(1, seconds(10)),
      says(['payment_recovered', { recovered_via: 'unknown' }]),
    ]));
});

describe.each(STRIPE_SHAPES)('where charges are not told, %s payloads', (shape) => {
  it("the provider's own count stands (B3)", () =>
    play({ shape, policy: { chargeWebhooks: 'absent' } }, [
      on(0),
      webhooks(failureIsNotified(MARCH, { attempt: 4, retryAt: day(3) })),
      wait(seconds(10)),
      traits({ dunning_attempt_number: 4, dunning_stage: 'persistent' }),
    ]));
});

describe.each(STRIPE_SHAPES)('nothing changed, %s payloads', (shape) => {
  it('so nothing is said: not to the person, not of the account, not of an audience (E9)', () =>
    play({ shape }, [
      on(0),
      webhooks(isSeen('sub_pro', 'active'), fails(MARCH, RETRY)),
      without(on(1)),
      without(webhooks(isLookedAt(MARCH, RETRY), isSeen('sub_pro', 'past_due'))),
      check(async (relay) => {
        const groups = (await relay.calls()).filter(({ call }) => call.type === 'group');
        expect(groups).toHaveLength(1);
      }),
    ]));
});
