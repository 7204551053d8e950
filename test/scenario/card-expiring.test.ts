import { describe, expect, it } from 'vitest';
import { DAY_MS, type Instant, instant, plus, toIso } from '../../src/domain/instant.ts';
import type { UserTraits } from '../../src/generated/tracking-plan.ts';
import {
  paymentMethodAttached,
  paymentMethodDetached,
  paymentMethodRenewed,
  paymentMethodUpdated,
  STRIPE_SHAPES,
  type StripeAccount,
} from '../../src/simulate/stripe-events.ts';
import type { Step } from './harness.ts';
import { becomes, check, DAY_0, day, on, play, says, seconds, traits, wait, webhooks } from './harness.ts';
import type { Bill, Happening } from './stripe-happenings.ts';
import {
  cancelIsRequested,
  cancelIsUndone,
  customerIsSaved,
  customerPays,
  ends,
  fails,
  isPaidFirstTime,
  isSeen,
  retrySucceeds,
  turns,
} from './stripe-happenings.ts';

const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const APRIL: Bill = { invoice: 'in_april', subscription: 'sub_pro', amount: 4900 };

/** The card is valid through April: it ends when May begins. */
const APRIL_CARD = { last4: '0026', expMonth: 4, expYear: 2026 };
const ENDS = instant(Date.UTC(2026, 4, 1));
const OPENS = plus(ENDS, -30 * DAY_MS);
const CLOSES = plus(ENDS, 30 * DAY_MS);
const MAY_CARD = { last4: '0027', expMonth: 5, expYear: 2026 };
const MAY_ENDS = instant(Date.UTC(2026, 5, 1));
const LATER_CARD = { last4: '0030', expMonth: 4, expYear: 2030 };

/** Lets time pass until `instant`. */
const at = (target: Instant): Step => on(0, target - DAY_0);

const EXPIRING = {
  dunning_stage: 'card_expiring',
  dunning_status: 'pre_dunning',
  in_dunning: false,
  dunning_suppressed: false,
  dunning_episode_id: null,
  card_expires_at: toIso(ENDS),
} as const;
const CALM = { dunning_stage: 'healthy', dunning_status: 'none', in_dunning: false, card_expires_at: null } as const;

/** What holds one millisecond before the instant, at it and one after. */
const turnsAt = (target: Instant, before: Partial<UserTraits>, after: Partial<UserTraits>): readonly Step[] => [
  at(plus(target, -1)),
  traits(before),
  at(target),
  traits(after),
  at(plus(target, 1)),
  traits(after),
];

const isAttached: Happening = (account, now) => [paymentMethodAttached(account, { at: now })];
const isDetached: Happening = (account, now) => [paymentMethodDetached(account, { at: now })];
const isRenewed: Happening = (account, now) => [paymentMethodRenewed(account, { at: now })];
const isCorrected: Happening = (account, now) => [paymentMethodUpdated(account, { at: now })];
const runs: Happening = isSeen('sub_pro', 'active');

/** Ada holds `card`; her method fills both slots unless `slots` says otherwise. */
const holding = (card: StripeAccount['card'], slots: Partial<StripeAccount> = {}): Partial<StripeAccount> => ({
  card,
  paymentMethod: 'pm_old',
  ...slots,
});
const NEW_CARD: Partial<StripeAccount> = { card: LATER_CARD, paymentMethod: 'pm_new' };

/** How often the stage was told; what else an identify may be about is not counted. */
const stageIsTold = (times: number): Step =>
  check(async (relay) => {
    const told = (await relay.calls()).filter(
      ({ call }) => call.traits !== undefined && 'dunning_stage' in call.traits,
    );
    expect(told).toHaveLength(times);
  });

describe.each(STRIPE_SHAPES)('a card that expires, %s payloads', (shape) => {
  const ada = (change: Partial<StripeAccount>) => ({ shape, account: change });

  it('by time alone: in 30 days before the end of its month, out 30 days after, told once each (D4, E9)', () =>
    play(ada(holding(APRIL_CARD)), [
      on(0),
      webhooks(isAttached, runs),
      traits(CALM),
      stageIsTold(0),
      ...turnsAt(OPENS, CALM, EXPIRING),
      stageIsTold(1),
      ...turnsAt(ENDS, EXPIRING, EXPIRING),
      stageIsTold(1),
      ...turnsAt(CLOSES, EXPIRING, CALM),
      stageIsTold(2),
      says([
        'payment_method_expiring',
        { subscription_id: 'sub_pro', occurred_at: toIso(OPENS), card_expires_at: toIso(ENDS), is_late: false },
      ]),
    ]));

  it('is known from the charge alone, where no notice of the method came (D4)', () =>
    play(ada(holding(APRIL_CARD)), [
      on(0),
      webhooks(isPaidFirstTime(MARCH), runs),
      ...turnsAt(OPENS, CALM, EXPIRING),
      says(['payment_method_expiring', { card_last4: '0026' }]),
    ]));

  it('is replaced in the slot that is charged: over at once', () =>
    play(ada(holding(APRIL_CARD)), [
      on(0),
      webhooks(isAttached, customerIsSaved, runs),
      at(OPENS),
      traits(EXPIRING),
      becomes(NEW_CARD),
      wait(seconds(1)),
      webhooks(isAttached),
      traits(EXPIRING),
      webhooks(customerIsSaved, runs),
      traits(CALM),
      says(['payment_method_expiring', { card_last4: '0026' }]),
      wait(seconds(10)),
      says(['payment_method_updated', { payment_method_id: 'pm_new', will_be_charged: true }]),
    ]));

  it('is replaced in the wrong slot: the subscription still charges the old one (C4)', () =>
    play(ada(holding(APRIL_CARD)), [
      on(0),
      webhooks(isAttached, customerIsSaved, runs),
      at(OPENS),
      becomes({ ...NEW_CARD, subscriptionSlot: 'pm_old' }),
      webhooks(isAttached, customerIsSaved),
      traits(EXPIRING),
      wait(seconds(1)),
      webhooks(runs),
      traits(EXPIRING),
      ...turnsAt(CLOSES, EXPIRING, CALM),
    ]));

  it('counts in the customer’s slot where the subscription’s is empty, and is replaced there', () =>
    play(ada(holding(APRIL_CARD, { subscriptionSlot: null })), [
      on(0),
      webhooks(isAttached, runs, customerIsSaved),
      ...turnsAt(OPENS, CALM, EXPIRING),
      becomes(NEW_CARD),
      wait(seconds(1)),
      webhooks(isAttached, customerIsSaved),
      traits(CALM),
    ]));

  it('counts where neither slot was ever stated, until a newer charge shows another', () =>
    play(ada(holding(APRIL_CARD, { subscriptionSlot: null, customerSlot: null })), [
      on(0),
      webhooks(isPaidFirstTime(MARCH), runs, customerIsSaved),
      ...turnsAt(OPENS, CALM, EXPIRING),
      becomes(NEW_CARD),
      wait(seconds(1)),
      webhooks(isPaidFirstTime(APRIL)),
      traits(CALM),
    ]));

  it('is not charged from a slot that was emptied, whatever an old charge showed', () =>
    play(ada(holding(APRIL_CARD, { customerSlot: null })), [
      on(0),
      webhooks(isPaidFirstTime(MARCH), runs, customerIsSaved),
      at(OPENS),
      traits(EXPIRING),
      becomes({ subscriptionSlot: null }),
      wait(seconds(1)),
      webhooks(runs),
      traits(CALM),
    ]));

  it('says nothing of a slot whose method was never shown', () =>
    play(ada(holding(APRIL_CARD, { subscriptionSlot: 'pm_unseen' })), [
      on(0),
      webhooks(isPaidFirstTime(MARCH), runs, customerIsSaved),
      ...turnsAt(OPENS, CALM, CALM),
      stageIsTold(0),
    ]));

  it.each([
    ['renewed by the card network', isRenewed],
    ['corrected by hand', isCorrected],
  ])('is over once the same method is %s', (_name, changed) =>
    play(ada(holding(APRIL_CARD)), [
      on(0),
      webhooks(isAttached, runs),
      at(OPENS),
      traits(EXPIRING),
      becomes({ card: LATER_CARD }),
      wait(seconds(1)),
      webhooks(changed),
      traits(CALM),
      says(['payment_method_expiring', { card_last4: '0026' }]),
    ]),
  );

  it('is over once the method is detached, though that notice names no customer in its object', () =>
    play(ada(holding(APRIL_CARD)), [
      on(0),
      webhooks(isAttached, runs),
      at(OPENS),
      traits(EXPIRING),
      webhooks(isDetached),
      traits(CALM),
    ]));

  it('is over when the renewal fails, and does not come back after the recovery', () =>
    play(ada(holding(APRIL_CARD)), [
      on(0),
      webhooks(isAttached, runs),
      at(plus(ENDS, -DAY_MS)),
      traits(EXPIRING),
      webhooks(
        fails(APRIL, { because: 'expired_card', retryAt: plus(ENDS, 2 * DAY_MS) }),
        turns('sub_pro', 'active', 'past_due'),
      ),
      wait(seconds(10)),
      says(['payment_method_expiring', {}], ['payment_failed', {}], ['subscription_past_due', {}]),
      traits({ dunning_stage: 'first_failure', dunning_status: 'active', in_dunning: true, card_expires_at: null }),
      at(plus(ENDS, 2 * DAY_MS)),
      webhooks(retrySucceeds(APRIL, { attempt: 2 }), turns('sub_pro', 'past_due', 'active')),
      wait(seconds(10)),
      traits({ dunning_stage: 'recovered', card_expires_at: null }),
      ...turnsAt(plus(ENDS, 9 * DAY_MS), { dunning_stage: 'recovered' }, CALM),
      ...turnsAt(CLOSES, CALM, CALM),
    ]));

  it('waits until the last failed attempt is 90 days old', () =>
    play(ada(holding(MAY_CARD)), [
      on(0),
      webhooks(isAttached, runs, fails(MARCH, { retryAt: day(3) })),
      on(3),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(8) })),
      on(8),
      webhooks(retrySucceeds(MARCH, { attempt: 3 })),
      ...turnsAt(plus(MAY_ENDS, -30 * DAY_MS), CALM, CALM),
      ...turnsAt(
        day(93),
        { ...CALM, total_failed_payments_90d: 1 },
        { ...EXPIRING, card_expires_at: toIso(MAY_ENDS), total_failed_payments_90d: 0 },
      ),
    ]));

  it('ranks below a recovery, for as long as that lasts', () =>
    play(ada(holding(MAY_CARD)), [
      on(0),
      webhooks(isAttached, runs, fails(MARCH)),
      on(89),
      webhooks(customerPays(MARCH, { attempt: 1 })),
      on(90),
      traits({ dunning_stage: 'recovered', total_failed_payments_90d: 0, card_expires_at: null }),
      ...turnsAt(day(96), { dunning_stage: 'recovered' }, { ...EXPIRING, card_expires_at: toIso(MAY_ENDS) }),
    ]));

  it.each([
    ['ended', ends('sub_pro', 'cancellation_requested')],
    ['is unpaid', isSeen('sub_pro', 'unpaid')],
  ])('concerns nobody whose subscription %s', (_name, over) =>
    play(ada(holding(APRIL_CARD)), [
      on(0),
      webhooks(isAttached, runs),
      at(OPENS),
      traits(EXPIRING),
      wait(seconds(1)),
      webhooks(over),
      traits(CALM),
    ]),
  );

  it('is held back while a cancellation is requested, and spoken of again when it is undone (D6)', () =>
    play(ada(holding(APRIL_CARD)), [
      on(0),
      webhooks(isAttached, runs),
      at(OPENS),
      webhooks(cancelIsRequested('sub_pro', 'active', plus(OPENS, 20 * DAY_MS))),
      traits({ ...EXPIRING, dunning_status: 'held', dunning_suppressed: true }),
      wait(seconds(1)),
      webhooks(cancelIsUndone('sub_pro', 'active')),
      traits(EXPIRING),
    ]));

  it('of two subscriptions speaks of the one that stays, and of its plan, though the other’s card ends first', () =>
    play(ada(holding(APRIL_CARD)), [
      on(0),
      webhooks(isAttached, cancelIsRequested('sub_pro', 'active', plus(CLOSES, DAY_MS))),
      becomes({ card: MAY_CARD, paymentMethod: 'pm_other', planId: 'addon' }),
      webhooks(isAttached, isSeen('sub_addon', 'active')),
      ...turnsAt(OPENS, CALM, { ...EXPIRING, dunning_status: 'held', dunning_suppressed: true, plan_id: 'pro' }),
      ...turnsAt(
        plus(MAY_ENDS, -30 * DAY_MS),
        { dunning_status: 'held', plan_id: 'pro' },
        { ...EXPIRING, card_expires_at: toIso(MAY_ENDS), plan_id: 'addon' },
      ),
    ]));

  it('sends to the policy’s page without an invoice, and nowhere without a policy', async () => {
    const steps = (url: string | null): readonly Step[] => [
      on(0),
      webhooks(isAttached, isPaidFirstTime(MARCH), runs),
      at(plus(OPENS, -1)),
      traits({ update_payment_url: null }),
      at(OPENS),
      traits({ ...EXPIRING, update_payment_url: url }),
    ];
    const policy = { updatePaymentUrl: 'https://pay.example/{account_id}/{subscription_id}/{user_id}?i={invoice_id}' };
    const filled = 'https://pay.example/cus_ada/sub_pro/user_ada?i=';
    await play({ ...ada(holding(APRIL_CARD)), policy }, steps(filled));
    await play(ada(holding(APRIL_CARD)), steps(null));
  });
});
