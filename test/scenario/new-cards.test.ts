import { describe, it } from 'vitest';
import { DAY_MS, instant, plus, toIso } from '../../src/domain/instant.ts';
import {
  customerUpdated,
  paymentMethodAttached,
  paymentMethodDetached,
  paymentMethodRenewed,
  paymentMethodUpdated,
  STRIPE_SHAPES,
  type StripeAccount,
  subscriptionUpdated,
} from '../../src/simulate/stripe-events.ts';
import {
  becomes,
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
import {
  type Bill,
  customerIsSaved,
  customerPays,
  fails,
  type Happening,
  isSeen,
  retrySucceeds,
  turns,
} from './stripe-happenings.ts';

/** What somebody does about a card that does not work, and what it is worth: docs/decisions/0009. */
const MARCH: Bill = { invoice: 'in_march', subscription: 'sub_pro', amount: 4900 };
const OLD_CARD = { last4: '0026', expMonth: 12, expYear: 2030 };
const NEW_CARD = { last4: '4242', expMonth: 4, expYear: 2031 };

const isAttached: Happening = (account, at) => [paymentMethodAttached(account, { at })];
const isDetached: Happening = (account, at) => [paymentMethodDetached(account, { at })];
const isRenewed: Happening = (account, at) => [paymentMethodRenewed(account, { at, previousCard: OLD_CARD })];
const isRenamed: Happening = (account, at) => [paymentMethodUpdated(account, { at })];
const isCorrected: Happening = (account, at) => [paymentMethodUpdated(account, { at, previousCard: OLD_CARD })];

/** The customer's default becomes the account's, and was `before`. */
const customerTakes =
  (before: string | null): Happening =>
  (account, at) => [
    customerUpdated(account, { at, previous: { invoice_settings: { default_payment_method: before } } }),
  ];

/** The subscription's own default becomes the account's, and was `before`. */
const subscriptionTakes =
  (before: string | null, status: string): Happening =>
  (account, at) => [
    subscriptionUpdated(account, { subscription: 'sub_pro', at, status, previous: { default_payment_method: before } }),
  ];

const secondsLater =
  (count: number, happening: Happening): Happening =>
  (account, at) =>
    happening(account, plus(at, seconds(count)));

const OF_SUBSCRIPTION: Partial<StripeAccount> = { subscriptionSlot: 'pm_old', customerSlot: 'pm_old' };
const OF_CUSTOMER: Partial<StripeAccount> = { subscriptionSlot: null, customerSlot: 'pm_old' };

/** Ada's old card fails for March on day 1; a retry is due on day 3. */
const inDunning: readonly Step[] = [
  on(0),
  webhooks(isAttached, customerIsSaved, isSeen('sub_pro', 'active')),
  on(1),
  webhooks(fails(MARCH, { retryAt: day(3) }), turns('sub_pro', 'active', 'past_due')),
  wait(seconds(10)),
  says(['payment_failed', {}], ['subscription_past_due', {}]),
  on(2),
];

const WRONG = { card_updated_wrong_slot: true };
const RIGHT = { card_updated_wrong_slot: false };

/** On day 3 the retry is paid with whatever the account holds. */
const recovers = (via: 'card_updated' | 'account_updater' | 'automatic_retry'): readonly Step[] => [
  on(3),
  webhooks(retrySucceeds(MARCH, { attempt: 2 }), turns('sub_pro', 'past_due', 'active')),
  wait(seconds(10)),
  says(['payment_retried', { outcome: 'succeeded' }], ['payment_recovered', { recovered_via: via }]),
];

describe.each(STRIPE_SHAPES)('a card in dunning, %s payloads', (shape) => {
  const ada = (slots: Partial<StripeAccount>) => ({
    shape,
    account: { card: OLD_CARD, paymentMethod: 'pm_old', ...slots },
  });

  it('is added and made the default: one update, and the retry is recovered by it (C3)', () =>
    play(ada(OF_CUSTOMER), [
      ...inDunning,
      becomes({ card: NEW_CARD, paymentMethod: 'pm_new', customerSlot: 'pm_new' }),
      webhooks(isAttached, secondsLater(1, customerTakes('pm_old'))),
      traits(RIGHT),
      wait(seconds(11)),
      traits(RIGHT),
      says([
        'payment_method_updated',
        {
          payment_method_id: 'pm_new',
          updated_via: 'customer',
          slot: 'customer',
          will_be_charged: true,
          subscription_id: 'sub_pro',
          card_last4: '4242',
          is_late: false,
        },
      ]),
      ...recovers('card_updated'),
    ]));

  it('is made the customer’s default while the subscription charges its own: the wrong slot, until it is put right (C4)', () =>
    play(ada(OF_SUBSCRIPTION), [
      ...inDunning,
      becomes({ card: NEW_CARD, paymentMethod: 'pm_new', customerSlot: 'pm_new' }),
      webhooks(isAttached, customerTakes('pm_old')),
      wait(seconds(10) - 1),
      traits(RIGHT),
      saysNothing,
      wait(1),
      traits(WRONG),
      says(['payment_method_updated', { slot: 'customer', will_be_charged: false, subscription_id: null }]),
      wait(DAY_MS / 2),
      traits(WRONG),
      becomes({ subscriptionSlot: 'pm_new' }),
      webhooks(subscriptionTakes('pm_old', 'past_due')),
      traits(RIGHT),
      wait(seconds(10)),
      says(['payment_method_updated', { updated_via: 'slot_changed', slot: 'subscription', will_be_charged: true }]),
      ...recovers('card_updated'),
    ]));

  it('is added and put nowhere: the wrong slot, until it is taken away again (C4)', () =>
    play(ada(OF_SUBSCRIPTION), [
      ...inDunning,
      becomes({ card: NEW_CARD, paymentMethod: 'pm_new' }),
      webhooks(isAttached),
      wait(seconds(10)),
      traits(WRONG),
      says(['payment_method_updated', { updated_via: 'customer', slot: 'none', will_be_charged: false }]),
      webhooks(isDetached),
      traits(RIGHT),
    ]));

  it('is in the wrong slot only while the episode lasts, and recovers nothing there', () =>
    play(ada(OF_SUBSCRIPTION), [
      ...inDunning,
      becomes({ card: NEW_CARD, paymentMethod: 'pm_new' }),
      webhooks(isAttached),
      wait(seconds(10)),
      traits(WRONG),
      says(['payment_method_updated', {}]),
      becomes({ card: OLD_CARD, paymentMethod: 'pm_old' }),
      ...recovers('automatic_retry'),
      traits(RIGHT),
    ]));

  it('is paid once with a card that is in no slot: the customer paid, the card was not updated (C3)', () =>
    play(ada(OF_SUBSCRIPTION), [
      ...inDunning,
      becomes({ card: NEW_CARD, paymentMethod: 'pm_new' }),
      webhooks(isAttached, customerPays(MARCH, { attempt: 1 })),
      wait(seconds(10)),
      says(
        ['payment_retried', {}],
        ['payment_recovered', { recovered_via: 'customer_paid' }],
        ['payment_method_updated', { will_be_charged: false }],
      ),
      traits(RIGHT),
    ]));

  it('is renewed by the card network: the retry is recovered by that (C3)', () =>
    play(ada(OF_SUBSCRIPTION), [
      ...inDunning,
      becomes({ card: NEW_CARD }),
      webhooks(isRenewed),
      wait(seconds(10)),
      traits(RIGHT),
      says(['payment_method_updated', { updated_via: 'account_updater', slot: 'subscription', will_be_charged: true }]),
      ...recovers('account_updater'),
    ]));

  it('is corrected through the API after the network renewed it: the newest change counts', () =>
    play(ada(OF_SUBSCRIPTION), [
      ...inDunning,
      becomes({ card: NEW_CARD }),
      webhooks(isRenewed, secondsLater(60, isCorrected)),
      wait(seconds(70)),
      says(
        ['payment_method_updated', { updated_via: 'account_updater' }],
        ['payment_method_updated', { updated_via: 'customer' }],
      ),
      ...recovers('card_updated'),
    ]));

  it('was replaced before the last attempt failed: that attempt’s retry is not recovered by it', () =>
    play(ada(OF_CUSTOMER), [
      ...inDunning,
      becomes({ card: NEW_CARD, paymentMethod: 'pm_new', customerSlot: 'pm_new' }),
      webhooks(isAttached, customerTakes('pm_old')),
      on(3),
      webhooks(fails(MARCH, { attempt: 2, retryAt: day(5) })),
      on(5),
      webhooks(retrySucceeds(MARCH, { attempt: 3 })),
      wait(seconds(10)),
      says(
        ['payment_method_updated', {}],
        ['payment_failed', {}],
        ['payment_retried', {}],
        ['payment_retried', {}],
        ['payment_recovered', { recovered_via: 'automatic_retry' }],
      ),
    ]));

  it('whose name or metadata is edited is no other card', () =>
    play(ada(OF_SUBSCRIPTION), [...inDunning, webhooks(isRenamed), wait(seconds(10)), traits(RIGHT), saysNothing]));

  it('updated two hours before it is heard of is told as late', () =>
    play(ada(OF_SUBSCRIPTION), [
      ...inDunning,
      becomes({ card: NEW_CARD }),
      late(day(2, -2 * 3_600_000), isRenewed),
      wait(seconds(10)),
      says(['payment_method_updated', { is_late: true, occurred_at: toIso(day(2, -2 * 3_600_000)) }]),
    ]));
});

describe('a card out of dunning', () => {
  const ada = (change: Partial<StripeAccount> = {}) => ({
    shape: 'basil' as const,
    account: { card: OLD_CARD, paymentMethod: 'pm_old', subscriptionSlot: null, ...change },
  });

  it('that comes with the sign-up replaces nothing: no update', () =>
    play(ada({ customerSlot: 'pm_old' }), [
      on(0),
      webhooks(isAttached, secondsLater(1, customerTakes(null)), secondsLater(2, isSeen('sub_pro', 'incomplete'))),
      wait(seconds(30)),
      webhooks(isSeen('sub_pro', 'active'), subscriptionTakes(null, 'active')),
      wait(seconds(20)),
      saysNothing,
    ]));

  it('that comes later, to a trial without one, is an update', () =>
    play(ada({ customerSlot: null }), [
      on(0),
      webhooks(customerIsSaved, isSeen('sub_pro', 'trialing')),
      on(3),
      becomes({ customerSlot: 'pm_old' }),
      webhooks(isAttached, customerTakes(null)),
      wait(seconds(10)),
      says(['payment_method_updated', { updated_via: 'customer', slot: 'customer', will_be_charged: true }]),
    ]));

  it('is in the wrong slot where the one that is charged expires, until the window is over (C4, D4)', () => {
    const ends = instant(Date.UTC(2026, 4, 1));
    const april = { last4: '0026', expMonth: 4, expYear: 2026 };
    return play(ada({ card: april, customerSlot: 'pm_old', subscriptionSlot: 'pm_old' }), [
      on(0),
      webhooks(isAttached, customerIsSaved, isSeen('sub_pro', 'active')),
      on(40),
      says(['payment_method_expiring', { occurred_at: toIso(plus(ends, -30 * DAY_MS)) }]),
      becomes({ card: NEW_CARD, paymentMethod: 'pm_new', customerSlot: 'pm_new' }),
      webhooks(isAttached, customerTakes('pm_old')),
      wait(seconds(10)),
      traits({ ...WRONG, dunning_stage: 'card_expiring' }),
      on(0, plus(ends, 30 * DAY_MS) - day(0) - 1),
      traits(WRONG),
      wait(1),
      traits(RIGHT),
    ]);
  });
});
