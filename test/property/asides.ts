import fc from 'fast-check';
import { type Instant, plus } from '../../src/domain/instant.ts';
import type { StripeAccount } from '../../src/simulate/stripe-events.ts';
import {
  customerUpdated,
  paymentMethodAttached,
  paymentMethodRenewed,
  subscriptionUpdated,
} from '../../src/simulate/stripe-events.ts';
import type { Bill, Happening } from '../scenario/stripe-happenings.ts';
import { disputeIsClosed, disputeIsOpened, isRefunded, isWarnedOf } from '../scenario/stripe-interruptions.ts';
import { collection } from '../scenario/stripe-pauses.ts';
import { checkoutSays, customerSays } from '../scenario/stripe-people.ts';

/** What can happen beside the bills of a customer: disputes, warnings, refunds, pauses, new cards, and who it is. */
export interface AsidePlan {
  readonly kind:
    | 'disputed_and_won'
    | 'disputed'
    | 'inquiry'
    | 'warned'
    | 'refunded_in_part'
    | 'refunded'
    | 'paused'
    | 'renewed_card'
    | 'card_in_subscription'
    | 'card_of_customer'
    | 'checkout'
    | 'named_late';
  readonly atMs: number;
  /** Until what ends it, if anything does, in ms. */
  readonly thenMs: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const aside: fc.Arbitrary<AsidePlan> = fc.record({
  kind: fc.constantFrom(
    'disputed_and_won',
    'disputed',
    'inquiry',
    'warned',
    'refunded_in_part',
    'refunded',
    'paused',
    'renewed_card',
    'card_in_subscription',
    'card_of_customer',
    'checkout',
    'named_late',
  ),
  atMs: fc.tuple(fc.integer({ min: 0, max: 45 }), fc.integer({ min: 0, max: 23 })).map(([d, h]) => d * DAY + h * HOUR),
  thenMs: fc.constantFrom(1_000, 40_000, 5 * HOUR, DAY, 7 * DAY),
});

/** An instant at which happenings are asked for, as the customer and its first bill then stand. */
export interface AsideEntry {
  readonly at: Instant;
  readonly act: (at: Instant, now: AsideScene) => readonly Happening[];
}

/** What a plan may change or look at. */
export interface AsideScene {
  readonly bill: Bill;
  /** The newest charge of the bill; 0: none was made. */
  readonly charge: number;
  /** Of the bill's subscription; pauses are of one that is active. */
  readonly status: string;
  account: StripeAccount;
}

const NEW_CARD = { last4: '4242', expMonth: 4, expYear: 2031 };
const OLD_CARD = { last4: '0341', expMonth: 1, expYear: 2026 };

const ofCharge =
  (happening: (scene: AsideScene) => Happening): AsideEntry['act'] =>
  (_, scene) =>
    scene.charge === 0 ? [] : [happening(scene)];

const whileActive =
  (happening: (subscription: string) => Happening): AsideEntry['act'] =>
  (_, { status, bill }) =>
    status !== 'active' || bill.subscription === null ? [] : [happening(bill.subscription)];

/** The customer adds a card, and a second later puts it into a slot. */
const newCard = (slot: 'subscriptionSlot' | 'customerSlot', plan: AsidePlan, at: Instant): readonly AsideEntry[] => [
  {
    at,
    act: (_, scene) => {
      scene.account = { ...scene.account, card: NEW_CARD, paymentMethod: 'pm_new' };
      return [(account, when) => [paymentMethodAttached(account, { at: when })]];
    },
  },
  {
    at: plus(at, plan.thenMs),
    act: (_, scene) => {
      const { status } = scene;
      const { subscription } = scene.bill;
      if (status === 'canceled' || subscription === null) return [];
      scene.account = { ...scene.account, [slot]: 'pm_new' };
      if (slot === 'customerSlot')
        return [
          (account, when) => [
            customerUpdated(account, {
              at: when,
              previous: { invoice_settings: { default_payment_method: 'pm_old' } },
            }),
          ],
        ];
      const previous = { default_payment_method: 'pm_old' };
      return [(account, when) => [subscriptionUpdated(account, { subscription, at: when, status, previous })]];
    },
  },
];

const dispute = (plan: AsidePlan, at: Instant, status: string | null): readonly AsideEntry[] => {
  const opened = { at, act: ofCharge(({ bill, charge }) => disputeIsOpened(bill, charge, at)) };
  if (status === null) return [opened];
  const closed = ofCharge(({ bill, charge }) => disputeIsClosed(status)(bill, charge, at));
  return [opened, { at: plus(at, plan.thenMs), act: closed }];
};

const refund = (at: Instant, amount: number): readonly AsideEntry[] => [
  { at, act: ofCharge(({ bill, charge }) => isRefunded(bill, charge, { id: `re_${amount}`, amount, total: amount })) },
];

/** The entries of one plan, whose day 0 is `begin`. */
export const asideEntries = (plan: AsidePlan, begin: Instant): readonly AsideEntry[] => {
  const at = plus(begin, plan.atMs);
  const then = plus(at, plan.thenMs);
  switch (plan.kind) {
    case 'disputed_and_won':
      return dispute(plan, at, 'won');
    case 'inquiry':
      return dispute(plan, at, 'warning_closed');
    case 'disputed':
      return dispute(plan, at, null);
    case 'warned':
      return [true, false].map((actionable) => ({
        at: actionable ? at : then,
        act: ofCharge(({ bill, charge }) => isWarnedOf(bill, charge, actionable)),
      }));
    case 'refunded_in_part':
      return refund(at, 900);
    case 'refunded':
      return refund(at, 1_900);
    case 'paused':
      return [
        { at, act: whileActive((subscription) => collection(subscription, { resumesAt: plus(then, DAY) })) },
        { at: then, act: whileActive((subscription) => collection(subscription, null)) },
      ];
    case 'renewed_card':
      return [
        { at, act: () => [(account, when) => [paymentMethodRenewed(account, { at: when, previousCard: OLD_CARD })]] },
      ];
    case 'card_in_subscription':
      return newCard('subscriptionSlot', plan, at);
    case 'card_of_customer':
      return newCard('customerSlot', plan, at);
    case 'checkout':
      return [{ at, act: (_, { bill }) => [checkoutSays({ subscription: bill.subscription, reference: 'user_eve' })] }];
    case 'named_late':
      return [{ at, act: () => [customerSays({ user: 'user_eve' })] }];
  }
};
