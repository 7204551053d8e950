import type { Instant } from '../../src/domain/instant.ts';
import { instant, plus } from '../../src/domain/instant.ts';
import type { StripeAccount } from '../../src/simulate/stripe-events.ts';
import type { Bill, Failure, Happening } from '../scenario/stripe-happenings.ts';
import {
  cancelIsRequested,
  cancelIsUndone,
  confirmationIsAsked,
  customerIsSaved,
  customerPays,
  disputeIsLost,
  ends,
  fails,
  failsForWantOfACard,
  isCreditedToNothing,
  isMarkedUncollectible,
  isPaidOutOfBand,
  isVoided,
  mustBeConfirmed,
  retryIsNotExecuted,
  retryIsScheduled,
  retrySucceeds,
  turns,
} from '../scenario/stripe-happenings.ts';
import type { AsideScene } from './asides.ts';
import { asideEntries } from './asides.ts';
import type { Arrival, AttemptPlan, InvoicePlan, Lifecycle, SubscriptionPlan } from './lifecycle.ts';

export const BEGIN = instant(Date.UTC(2026, 0, 5, 8));

/** Where the made-up Stripe stands while a plan is played. */
interface SubscriptionDesk {
  readonly id: string;
  status: 'active' | 'past_due' | 'unpaid' | 'canceled';
  /** Invoices that failed and are open. */
  readonly failed: Set<string>;
}
interface InvoiceDesk {
  readonly bill: Bill;
  readonly desk: SubscriptionDesk | null;
  count: number;
  charges: number;
  closed: boolean;
  paidByCharge: boolean;
}
interface Entry {
  readonly at: Instant;
  readonly act: (at: Instant) => readonly Happening[];
}

const RETRY_MS = 3 * 86_400_000;

/** A failed invoice of a live subscription makes it past due; paid again, it is active. */
const settleStatus = (desk: SubscriptionDesk | null): readonly Happening[] => {
  if (desk === null || desk.status === 'canceled') return [];
  const next = desk.failed.size > 0 ? 'past_due' : 'active';
  if (desk.status === next || (desk.status === 'unpaid' && next === 'past_due')) return [];
  const happening = turns(desk.id, desk.status, next);
  desk.status = next;
  return [happening];
};

const attemptHappening = (invoice: InvoiceDesk, plan: AttemptPlan, failure: Failure): Happening => {
  if (plan.kind === 'to_confirm') return mustBeConfirmed(invoice.bill, failure);
  if (plan.kind === 'no_card') return failsForWantOfACard(invoice.bill, failure);
  if (plan.kind === 'not_executed' && failure.attempt !== 1)
    return retryIsNotExecuted(invoice.bill, { ...failure, lastCharge: invoice.charges });
  invoice.charges += 1;
  const decline = plan.kind === 'unlinked' ? { linked: false } : {};
  return fails(invoice.bill, { ...failure, charge: invoice.charges, because: plan.because, decline });
};

const attemptOnce = (invoice: InvoiceDesk, plan: AttemptPlan, at: Instant): readonly Happening[] => {
  const scheduled = plan.kind !== 'by_hand';
  if (invoice.closed || (scheduled && invoice.desk?.status === 'canceled')) return [];
  if (plan.kind === 'asked') return [confirmationIsAsked(invoice.bill, { attempt: invoice.count })];
  if (scheduled || invoice.count === 0) invoice.count += 1;
  const failure = { attempt: invoice.count, retryAt: plan.date === 'notice' ? plus(at, RETRY_MS) : null };
  const happening = attemptHappening(invoice, plan, failure);
  if (invoice.bill.billingReason !== 'subscription_create') invoice.desk?.failed.add(invoice.bill.invoice);
  return [happening, ...settleStatus(invoice.desk)];
};

/** Stripe's automations set the date of the next retry in a second event. */
const dateIsUpdated = (invoice: InvoiceDesk, plan: AttemptPlan, at: Instant): readonly Happening[] =>
  invoice.closed || plan.date !== 'update' || invoice.count === 0 || invoice.desk?.status === 'canceled'
    ? []
    : [
        retryIsScheduled(invoice.bill, {
          attempt: invoice.count,
          charge: invoice.charges,
          retryAt: plus(at, RETRY_MS),
        }),
      ];

const endingHappening = (invoice: InvoiceDesk, ending: InvoicePlan['ending']): Happening | null => {
  const { bill, count } = invoice;
  const now = { attempt: count, charge: invoice.charges + 1 };
  if (count === 0 && ending !== 'retry' && ending !== 'void') return null; // nobody pays by hand what was never tried
  switch (ending) {
    case 'retry':
      return invoice.desk?.status === 'canceled' ? null : retrySucceeds(bill, { ...now, attempt: count + 1 });
    case 'customer':
      return customerPays(bill, now);
    case 'out_of_band':
      return isPaidOutOfBand(bill, now);
    case 'void':
      return isVoided(bill, now);
    case 'uncollectible':
      return isMarkedUncollectible(bill, now);
    case 'credited':
      return isCreditedToNothing(bill, now);
    case 'open':
      return null;
  }
};

const endOnce = (invoice: InvoiceDesk, ending: InvoicePlan['ending']): readonly Happening[] => {
  if (invoice.closed) return [];
  const happening = endingHappening(invoice, ending);
  if (happening === null) return [];
  invoice.closed = true;
  invoice.paidByCharge = ending === 'retry' || ending === 'customer';
  if (ending !== 'uncollectible') invoice.desk?.failed.delete(invoice.bill.invoice);
  return [happening, ...settleStatus(invoice.desk)];
};

const reverseOnce = (invoice: InvoiceDesk): readonly Happening[] =>
  invoice.paidByCharge ? [disputeIsLost(invoice.bill, { charge: invoice.charges + 1 })] : [];

const invoiceDesk = (plan: InvoicePlan, index: number, desks: readonly SubscriptionDesk[]): InvoiceDesk => {
  const desk = plan.reason === 'manual' ? null : (desks[plan.subscription] ?? null);
  const bill: Bill = {
    invoice: `in_${index}`,
    subscription: desk?.id ?? null,
    amount: 1900, // one price for all: an unlinked decline may then belong to any of them
    billingReason: plan.reason,
    currency: plan.subscription === 0 ? 'usd' : 'eur',
  };
  return { bill, desk, count: 0, charges: 0, closed: false, paidByCharge: false };
};

const invoiceEntries = (plan: InvoicePlan, invoice: InvoiceDesk): readonly Entry[] => {
  let at = plus(BEGIN, plan.startsMs);
  const entries: Entry[] = [];
  for (const attempt of plan.attempts) {
    at = plus(at, attempt.afterMs);
    entries.push({ at, act: (when) => attemptOnce(invoice, attempt, when) });
    entries.push({ at: plus(at, 5_000), act: (when) => dateIsUpdated(invoice, attempt, when) });
  }
  at = plus(at, plan.endsAfterMs);
  entries.push({ at, act: () => endOnce(invoice, plan.ending) });
  if (plan.reversedAfterMs !== null)
    entries.push({ at: plus(at, plan.reversedAfterMs), act: () => reverseOnce(invoice) });
  return entries;
};

const endSubscription = (desk: SubscriptionDesk, reason: string | null): readonly Happening[] => {
  if (desk.status === 'canceled') return [];
  desk.status = 'canceled';
  return [ends(desk.id, reason)];
};

const subscriptionEntries = (plan: SubscriptionPlan, desk: SubscriptionDesk): readonly Entry[] => {
  const at = plus(BEGIN, plan.atMs);
  const then = plus(at, plan.thenMs);
  const alive = (happening: () => Happening) => (): readonly Happening[] =>
    desk.status === 'canceled' ? [] : [happening()];
  const asked: Entry = { at, act: alive(() => cancelIsRequested(desk.id, desk.status, then)) };
  switch (plan.ending) {
    case 'none':
      return [];
    case 'asked':
      return [asked];
    case 'asked_and_undone':
      return [asked, { at: then, act: alive(() => cancelIsUndone(desk.id, desk.status)) }];
    case 'asked_and_ended':
      return [asked, { at: then, act: () => endSubscription(desk, 'cancellation_requested') }];
    case 'unpaid':
      return [{ at, act: () => (desk.status === 'past_due' ? turnUnpaid(desk) : []) }];
    case 'not_paid_for':
      return [{ at, act: () => (desk.status === 'past_due' ? endSubscription(desk, 'payment_failed') : []) }];
    case 'no_reason':
      return [{ at, act: () => endSubscription(desk, null) }];
  }
};

const turnUnpaid = (desk: SubscriptionDesk): readonly Happening[] => {
  desk.status = 'unpaid';
  return [turns(desk.id, 'past_due', 'unpaid')];
};

const accountOf = (plan: Lifecycle): StripeAccount => ({
  shape: plan.shape,
  livemode: true,
  customer: 'cus_eve',
  userId: plan.userIdOn.length === 0 ? undefined : 'user_eve',
  userIdOn: plan.userIdOn,
  ...(plan.planOn === 'subscription' ? { planId: 'pro' } : { priceMetadata: { plan_id: 'pro' } }),
  priceId: 'price_pro',
  ...(plan.asides.some(({ kind }) => kind.includes('card')) ? { paymentMethod: 'pm_old' } : {}),
});

/** The customer and its first bill, as they stand whenever they are looked at. */
const sceneOf = (plan: Lifecycle, invoice: InvoiceDesk | undefined): AsideScene => ({
  bill: invoice?.bill ?? { invoice: 'in_0', subscription: null, amount: 1900 },
  get charge() {
    return invoice === undefined ? 0 : invoice.charges + (invoice.paidByCharge ? 1 : 0);
  },
  get status() {
    return invoice?.desk?.status ?? 'canceled';
  },
  account: accountOf(plan),
});

/** Plays the plan: every webhook that Stripe would send, in the order in which it happened. */
export const happen = (plan: Lifecycle): readonly Arrival[] => {
  const desks = plan.subscriptions.map(
    (_, index): SubscriptionDesk => ({ id: `sub_${index}`, status: 'active', failed: new Set() }),
  );
  const invoices = plan.invoices.map((invoice, index) => invoiceDesk(invoice, index, desks));
  const scene = sceneOf(plan, invoices[0]);
  const entries: Entry[] = [
    { at: BEGIN, act: () => [customerIsSaved] },
    ...plan.invoices.flatMap((invoice, index) => {
      const desk = invoices[index];
      return desk === undefined ? [] : invoiceEntries(invoice, desk);
    }),
    ...plan.subscriptions.flatMap((subscription, index) => {
      const desk = desks[index];
      return desk === undefined ? [] : subscriptionEntries(subscription, desk);
    }),
    ...plan.asides
      .flatMap((aside) => asideEntries(aside, BEGIN))
      .map(({ at, act }): Entry => ({ at, act: (when) => act(when, scene) })),
  ];
  return entries
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ at, act }) => act(at).flatMap((happening) => happening(scene.account, at)))
    .filter(({ type }) => isHeard(plan.hears, type))
    .map((event) => ({ at: instant(event.created * 1_000), body: JSON.stringify(event) }));
};

const isHeard = (hears: Lifecycle['hears'], type: string): boolean =>
  /^charge\.(failed|succeeded)/.test(type)
    ? hears !== 'intents'
    : type.startsWith('payment_intent.')
      ? hears !== 'charges'
      : true;
