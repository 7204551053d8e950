import { describe, it } from 'vitest';
import { DAY_MS, type Instant, instant, plus, toIso } from '../../src/domain/instant.ts';
import {
  customerUpdated,
  paymentMethodAttached,
  paymentMethodDetached,
  paymentMethodRenewed,
  STRIPE_SHAPES,
  type StripeAccount,
  subscriptionUpdated,
} from '../../src/simulate/stripe-events.ts';
import {
  becomes,
  DAY_0,
  hours,
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
import { customerIsSaved, customerPays, fails, isPaidFirstTime, isSeen, retrySucceeds } from './stripe-happenings.ts';

/** Whose card is charged, when it ends, and what a new one is worth, told from the rules (C3, C4, D4, 0007, 0009). */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const APRIL = { last4: '0026', expMonth: 4, expYear: 2026 };
const LATER = { last4: '0030', expMonth: 9, expYear: 2031 };
const ENDS = instant(Date.UTC(2026, 4, 1));
const OPENS = plus(ENDS, -30 * DAY_MS);

const at = (target: Instant): Step => on(0, target - DAY_0);
const isAttached: Happening = (account, now) => [paymentMethodAttached(account, { at: now })];
const isDetached: Happening = (account, now) => [paymentMethodDetached(account, { at: now })];
const isRenewed: Happening = (account, now) => [paymentMethodRenewed(account, { at: now, previousCard: APRIL })];
const customerTakes =
  (before: string | null): Happening =>
  (account, now) => [
    customerUpdated(account, { at: now, previous: { invoice_settings: { default_payment_method: before } } }),
  ];
const runs = isSeen('sub_pro', 'active');

const EXPIRING = {
  dunning_stage: 'card_expiring',
  dunning_status: 'pre_dunning',
  card_expires_at: toIso(ENDS),
} as const;
const CALM = { dunning_stage: 'healthy', dunning_status: 'none', card_expires_at: null } as const;

const holds = (card: StripeAccount['card'], slots: Partial<StripeAccount> = {}): Partial<StripeAccount> => ({
  card,
  paymentMethod: 'pm_old',
  subscriptionSlot: 'pm_old',
  customerSlot: 'pm_old',
  ...slots,
});

describe.each(STRIPE_SHAPES)('the slot that is charged, %s payloads', (shape) => {
  it('is the subscription’s own: the customer’s default may expire and nobody hears of it (D4)', () =>
    play({ shape, account: holds(LATER) }, [
      on(0),
      webhooks(isAttached, runs),
      on(1),
      becomes({ card: APRIL, paymentMethod: 'pm_spare', customerSlot: 'pm_spare' }),
      webhooks(isAttached, customerIsSaved),
      wait(seconds(10)),
      says(['payment_method_updated', { payment_method_id: 'pm_spare', slot: 'customer', will_be_charged: false }]),
      at(plus(OPENS, DAY_MS)),
      saysNothing,
      traits(CALM),
    ]));

  it('is the customer’s where the subscription names none (D4)', () =>
    play({ shape, account: holds(APRIL, { subscriptionSlot: null }) }, [
      on(0),
      webhooks(isAttached, customerIsSaved, runs),
      at(plus(OPENS, -1)),
      traits(CALM),
      saysNothing,
      at(OPENS),
      says([
        'payment_method_expiring',
        { card_last4: '0026', card_expires_at: toIso(ENDS), card_expiry_date: '2026-04-30' },
      ]),
      traits(EXPIRING),
    ]));

  it('of each subscription is its own: of two, the one whose card ends is told of (0007)', () =>
    play({ shape, account: holds(LATER) }, [
      on(0),
      webhooks(isAttached, customerIsSaved, runs),
      on(1),
      becomes({ card: APRIL, paymentMethod: 'pm_two', subscriptionSlot: 'pm_two' }),
      webhooks(isAttached, isSeen('sub_two', 'active')),
      wait(seconds(10)),
      says(['payment_method_updated', { payment_method_id: 'pm_two', slot: 'subscription', will_be_charged: true }]),
      at(OPENS),
      traits(EXPIRING),
      says(['payment_method_expiring', { subscription_id: 'sub_two', card_last4: '0026' }]),
    ]));
});

describe.each(STRIPE_SHAPES)('a card that comes to its end, %s payloads', (shape) => {
  it('is renewed by the network before the window: nobody is written to (D4)', () =>
    play({ shape, account: holds(APRIL) }, [
      on(0),
      webhooks(isAttached, runs),
      on(10),
      becomes({ card: LATER }),
      webhooks(isRenewed),
      wait(seconds(10)),
      says(['payment_method_updated', { updated_via: 'account_updater', will_be_charged: true, card_last4: '0030' }]),
      at(plus(OPENS, DAY_MS)),
      saysNothing,
      traits(CALM),
    ]));

  it('is renewed by the network inside the window: over at once (D4)', () =>
    play({ shape, account: holds(APRIL) }, [
      on(0),
      webhooks(isAttached, runs),
      at(OPENS),
      says(['payment_method_expiring', {}]),
      at(plus(OPENS, DAY_MS)),
      becomes({ card: LATER }),
      webhooks(isRenewed),
      traits(CALM),
      wait(seconds(10)),
      says(['payment_method_updated', { updated_via: 'account_updater' }]),
    ]));

  it('is stored anew: the same card is told of once (0009)', () =>
    play({ shape, account: holds(APRIL) }, [
      on(0),
      webhooks(isAttached, runs),
      at(OPENS),
      says(['payment_method_expiring', {}]),
      becomes({ paymentMethod: 'pm_again', subscriptionSlot: 'pm_again', customerSlot: 'pm_again' }),
      wait(hours(1)),
      webhooks(isAttached, customerTakes('pm_old'), runs),
      wait(seconds(10)),
      traits(EXPIRING),
      says(['payment_method_updated', { payment_method_id: 'pm_again', will_be_charged: true }]),
    ]));

  it('and is charged in vain is in dunning, not expiring, for 90 days (D4)', () =>
    play({ shape, account: holds(APRIL) }, [
      on(0),
      webhooks(isAttached, runs),
      at(OPENS),
      traits(EXPIRING),
      at(plus(OPENS, DAY_MS)),
      webhooks(fails(MARCH, { because: 'expired_card', retryAt: plus(OPENS, 4 * DAY_MS) })),
      says(['payment_method_expiring', {}], ['payment_failed', { failure_class: 'update_card', decline_type: 'hard' }]),
      traits({ dunning_stage: 'first_failure', in_dunning: true, card_expires_at: null }),
      at(plus(OPENS, 2 * DAY_MS)),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      says(['payment_retried', {}], ['payment_recovered', { recovered_via: 'customer_paid' }]),
      at(plus(OPENS, 10 * DAY_MS)),
      traits(CALM),
      saysNothing,
    ]));

  it('is replaced before the window, and heard of only inside it: over, and not said a second time (E1, 0009)', () =>
    play({ shape, account: holds(APRIL) }, [
      on(0),
      webhooks(isAttached, runs),
      at(OPENS),
      says(['payment_method_expiring', {}]),
      at(plus(OPENS, DAY_MS)),
      becomes({ card: LATER }),
      late(plus(OPENS, -DAY_MS), isRenewed),
      wait(seconds(10)),
      says(['payment_method_updated', { updated_via: 'account_updater', is_late: true }]),
      traits(CALM),
    ]));

  it('in a subscription that is in trial is told of as well: it will be charged (D4)', () =>
    play({ shape, account: holds(APRIL) }, [
      on(0),
      webhooks(isAttached, isSeen('sub_pro', 'trialing')),
      at(OPENS),
      traits(EXPIRING),
      says(['payment_method_expiring', { subscription_id: 'sub_pro' }]),
    ]));

  it('in a subscription that never ran, or ended, is not told of (D4)', () =>
    play({ shape, account: holds(APRIL) }, [
      on(0),
      webhooks(isAttached, isSeen('sub_pro', 'incomplete_expired')),
      at(plus(OPENS, DAY_MS)),
      saysNothing,
      traits(CALM),
    ]));
});

describe.each(STRIPE_SHAPES)('a new card in dunning, %s payloads', (shape) => {
  const isOwed: readonly Step[] = [
    on(0),
    webhooks(isAttached, customerIsSaved, runs, isPaidFirstTime({ ...MARCH, invoice: 'in_february' })),
    on(1),
    webhooks(fails(MARCH, { because: 'expired_card', retryAt: plus(DAY_0, 5 * DAY_MS) })),
    says(['payment_failed', { card_last4: '0026' }]),
  ];

  it('in the slot that is charged: told with its episode, and the retry is recovered by it (C3)', () =>
    play({ shape, account: holds(APRIL, { subscriptionSlot: null }) }, [
      ...isOwed,
      on(2),
      becomes({ card: LATER, paymentMethod: 'pm_new', customerSlot: 'pm_new' }),
      webhooks(isAttached, customerTakes('pm_old')),
      wait(seconds(10)),
      says(['payment_method_updated', { slot: 'customer', will_be_charged: true, subscription_id: 'sub_pro' }]),
      traits({ card_updated_wrong_slot: false, dunning_stage: 'first_failure' }),
      on(5),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      wait(seconds(10)),
      says(['payment_retried', {}], ['payment_recovered', { recovered_via: 'card_updated' }]),
    ]));

  it('in the wrong slot is said in a trait, and over when the episode is (C4)', () =>
    play({ shape, account: holds(APRIL) }, [
      ...isOwed,
      on(2),
      becomes({ card: LATER, paymentMethod: 'pm_new', customerSlot: 'pm_new' }),
      webhooks(isAttached, customerTakes('pm_old')),
      wait(seconds(10)),
      says(['payment_method_updated', { slot: 'customer', will_be_charged: false }]),
      traits({ card_updated_wrong_slot: true, dunning_stage: 'first_failure', in_dunning: true }),
      on(3),
      becomes({ paymentMethod: 'pm_new' }),
      webhooks(customerPays(MARCH, { attempt: 1, charge: 2 })),
      wait(seconds(10)),
      says(['payment_retried', {}], ['payment_recovered', { recovered_via: 'customer_paid' }]),
      traits({ card_updated_wrong_slot: false }),
    ]));

  it('that is detached again before the retry recovers nothing (C4)', () =>
    play({ shape, account: holds(APRIL) }, [
      ...isOwed,
      on(2),
      becomes({ card: LATER, paymentMethod: 'pm_new' }),
      webhooks(isAttached),
      wait(seconds(10)),
      traits({ card_updated_wrong_slot: true }),
      on(3),
      webhooks(isDetached),
      traits({ card_updated_wrong_slot: false }),
    ]));

  it('put into the subscription’s slot by its own notice is recovered by it, whatever the customer’s default is (C3)', () =>
    play({ shape, account: holds(APRIL) }, [
      ...isOwed,
      on(2),
      becomes({ card: LATER, paymentMethod: 'pm_new', subscriptionSlot: 'pm_new' }),
      webhooks(isAttached, (account, now) => [
        subscriptionUpdated(account, {
          subscription: 'sub_pro',
          at: now,
          status: 'past_due',
          previous: { default_payment_method: 'pm_old' },
        }),
      ]),
      wait(seconds(10)),
      says(['payment_method_updated', { slot: 'subscription', will_be_charged: true }]),
      on(5),
      webhooks(retrySucceeds(MARCH, { attempt: 2 })),
      wait(seconds(10)),
      says(['payment_retried', {}], ['payment_recovered', { recovered_via: 'card_updated' }]),
    ]));
});
