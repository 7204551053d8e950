import type { Instant } from '../../src/domain/instant.ts';
import { DAY_MS } from '../../src/domain/instant.ts';
import { toStripeEvent } from '../../src/simulate/stripe-account.ts';
import type { DeclineOptions, InvoiceOptions, StripeAccount, StripeEvent } from '../../src/simulate/stripe-events.ts';
import {
  chargeFailed,
  chargeSucceeded,
  customerUpdated,
  intentOf,
  invoiceMarkedUncollectible,
  invoicePaid,
  invoicePaymentActionRequired,
  invoicePaymentFailed,
  invoicePaymentPaid,
  invoicePaymentSucceeded,
  invoiceUpdated,
  invoiceVoided,
  paymentIntentFailed,
  paymentIntentSucceeded,
  sinceBasil,
  subscriptionDeleted,
  subscriptionUpdated,
} from '../../src/simulate/stripe-events.ts';

/** What happens at Stripe at one instant: the webhooks that it sends, in the order in which it sends them. */
export type Happening = (account: StripeAccount, at: Instant) => readonly StripeEvent[];

/** An invoice of the story. `amount` in minor units. */
export interface Bill {
  readonly invoice: string;
  readonly subscription: string | null;
  readonly amount: number;
  readonly currency?: string;
  readonly billingReason?: string;
  readonly collectionMethod?: 'charge_automatically' | 'send_invoice';
  readonly periodStart?: Instant;
}

export interface Failure {
  /** Stripe's own count, `attempt_count`; default 1. */
  readonly attempt?: number;
  /** The decline code; default `insufficient_funds`. */
  readonly because?: string;
  /** `next_payment_attempt`; default none. */
  readonly retryAt?: Instant | null;
  /** The charge's number, where it is not the attempt's: a manual attempt does not raise Stripe's count. */
  readonly charge?: number;
  /** More about the decline. */
  readonly decline?: Partial<DeclineOptions>;
}

const chargeId = (bill: Bill, failure: Failure): string =>
  `ch_${bill.invoice.slice(3)}a${failure.charge ?? failure.attempt ?? 1}`;

const invoiceOptions = (bill: Bill, failure: Failure, at: Instant): InvoiceOptions => ({
  ...bill,
  at,
  attempt: failure.attempt ?? 1,
  nextAttemptAt: failure.retryAt ?? null,
  charge: chargeId(bill, failure),
});

const declineOptions = (bill: Bill, failure: Failure, at: Instant): DeclineOptions => ({
  invoice: bill.invoice,
  amount: bill.amount,
  currency: bill.currency,
  charge: chargeId(bill, failure),
  declineCode: failure.because ?? 'insufficient_funds',
  at,
  ...failure.decline,
});

/** The charge is refused: what the charge and its intent say, without the invoice's notice. */
export const chargeIsRefused =
  (bill: Bill, failure: Failure = {}): Happening =>
  (account, at) => {
    const decline = declineOptions(bill, failure, at);
    return [chargeFailed(account, decline), paymentIntentFailed(account, decline)];
  };

/** The invoice's failure notice alone. */
export const failureIsNotified =
  (bill: Bill, failure: Failure = {}): Happening =>
  (account, at) => [invoicePaymentFailed(account, invoiceOptions(bill, failure, at))];

/** One executed attempt fails: charge, intent and invoice all say so. */
export const fails =
  (bill: Bill, failure: Failure = {}): Happening =>
  (account, at) => [...chargeIsRefused(bill, failure)(account, at), ...failureIsNotified(bill, failure)(account, at)];

/** A scheduled retry comes up and Stripe does not execute it: the count rises and no charge is made. */
export const retryIsNotExecuted =
  (bill: Bill, failure: Failure & { readonly lastCharge: number }): Happening =>
  (account, at) => [
    invoicePaymentFailed(account, invoiceOptions(bill, { ...failure, charge: failure.lastCharge }, at)),
  ];

/** Stripe tries to charge a customer who has no payment method at all. */
export const failsForWantOfACard =
  (bill: Bill, failure: Failure = {}): Happening =>
  (account, at) => [
    invoicePaymentFailed(account, { ...invoiceOptions(bill, failure, at), charge: null, paymentIntent: null }),
  ];

/** The bank wants the customer to confirm, outside any attempt. */
export const confirmationIsAsked =
  (bill: Bill, failure: Failure = {}): Happening =>
  (account, at) => [invoicePaymentActionRequired(account, { ...invoiceOptions(bill, failure, at), charge: null })];

/** An attempt ends in a request to confirm, of which Stripe sends two notices. */
export const mustBeConfirmed =
  (bill: Bill, failure: Failure = {}): Happening =>
  (account, at) => {
    const options = { ...invoiceOptions(bill, failure, at), charge: null };
    return [invoicePaymentActionRequired(account, options), invoicePaymentFailed(account, options)];
  };

/** The next retry is set or changed without an attempt, as Stripe's automations do. */
export const retryIsScheduled =
  (bill: Bill, failure: Failure): Happening =>
  (account, at) => [
    invoiceUpdated(account, { ...invoiceOptions(bill, failure, at), previous: { next_payment_attempt: null } }),
  ];

/** A look at the open invoice that says nothing new. */
export const isLookedAt =
  (bill: Bill, failure: Failure): Happening =>
  (account, at) => [invoiceUpdated(account, { ...invoiceOptions(bill, failure, at), previous: { description: null } })];

const paidByCharge =
  (bill: Bill, attempt: Failure, automatic: boolean): Happening =>
  (account, at) => {
    const money = { invoice: bill.invoice, amount: bill.amount, currency: bill.currency, at, automatic };
    const invoice = { ...invoiceOptions(bill, attempt, at), automatic };
    return [
      chargeSucceeded(account, { ...money, charge: chargeId(bill, attempt) }),
      paymentIntentSucceeded(account, { ...money, charge: chargeId(bill, attempt) }),
      ...(sinceBasil(account) ? [invoicePaymentPaid(account, money)] : []),
      invoicePaid(account, invoice),
      invoicePaymentSucceeded(account, invoice),
    ];
  };

/** The customer has paid, and of all that Stripe says of it only `invoice.paid` is here yet. */
export const invoiceIsCalledPaid =
  (bill: Bill, attempt: Failure): Happening =>
  (account, at) => [invoicePaid(account, { ...invoiceOptions(bill, attempt, at), automatic: false })];

/** A scheduled retry succeeds. */
export const retrySucceeds = (bill: Bill, attempt: Failure): Happening => paidByCharge(bill, attempt, true);

/** A renewal that goes well at the first attempt. */
export const isPaidFirstTime = (bill: Bill): Happening => paidByCharge(bill, { attempt: 1 }, true);

/** The customer pays the invoice on its page: Stripe's count stays as it is. */
export const customerPays = (bill: Bill, attempt: Failure): Happening => paidByCharge(bill, attempt, false);

/** Somebody marks the invoice paid outside Stripe: no charge, no `payment_succeeded`. */
export const isPaidOutOfBand =
  (bill: Bill, attempt: Failure): Happening =>
  (account, at) => [
    invoicePaid(account, {
      ...invoiceOptions(bill, attempt, at),
      charge: null,
      outOfBand: true,
      amountPaid: bill.amount,
      automatic: false,
    }),
  ];

/** Nothing was to pay. */
export const isPaidAtZero =
  (bill: Bill): Happening =>
  (account, at) => {
    const options = { ...bill, at, amount: 0, attempt: 0, charge: null, paymentIntent: null };
    return [invoicePaid(account, options), invoicePaymentSucceeded(account, options)];
  };

/** A credit note takes all that was owed on a failed invoice: Stripe calls it paid, and no money moved. */
export const isCreditedToNothing =
  (bill: Bill, attempt: Failure): Happening =>
  (account, at) => [
    invoicePaid(account, { ...invoiceOptions(bill, attempt, at), amount: 0, charge: null, automatic: false }),
  ];

/** The bank takes the payment of charge number `attempt.charge` back. The event names no customer and no invoice. */
export const disputeIsLost =
  (bill: Bill, attempt: Failure): Happening =>
  (account, at) => [
    toStripeEvent(account, {
      type: 'charge.dispute.closed',
      at,
      object: {
        id: `dp_${bill.invoice.slice(3)}`,
        object: 'dispute',
        amount: bill.amount,
        charge: chargeId(bill, attempt),
        created: at / 1_000,
        currency: bill.currency ?? 'usd',
        livemode: account.livemode,
        payment_intent: intentOf(bill.invoice),
        reason: 'fraudulent',
        status: 'lost',
      },
    }),
  ];

export const isVoided =
  (bill: Bill, attempt: Failure = {}): Happening =>
  (account, at) => [invoiceVoided(account, { ...invoiceOptions(bill, attempt, at), automatic: false })];

/** Stripe or somebody gives the invoice up; `reason` is Stripe's word for it (2026-09 on). */
export const isMarkedUncollectible =
  (bill: Bill, attempt: Failure, reason?: string): Happening =>
  (account, at) => [
    invoiceMarkedUncollectible(account, { ...invoiceOptions(bill, attempt, at), uncollectibleReason: reason }),
  ];

/** The subscription's status changes, and the event names the one before. */
export const turns =
  (subscription: string, previousStatus: string, status: string): Happening =>
  (account, at) => [subscriptionUpdated(account, { subscription, at, status, previousStatus })];

/** A look at the subscription that says nothing new. */
export const isSeen =
  (subscription: string, status: string): Happening =>
  (account, at) => [subscriptionUpdated(account, { subscription, at, status, previous: { description: null } })];

/** The customer asks for an end at `endsAt`. */
export const cancelIsRequested =
  (subscription: string, status: string, endsAt: Instant): Happening =>
  (account, at) => [
    subscriptionUpdated(account, {
      subscription,
      at,
      status,
      cancelAtPeriodEnd: true,
      cancelAt: endsAt,
      periodStart: (endsAt - 30 * DAY_MS) as Instant,
      reason: 'cancellation_requested',
      feedback: 'too_expensive',
      automatic: false,
    }),
  ];

/** The customer takes the request back. */
export const cancelIsUndone =
  (subscription: string, status: string): Happening =>
  (account, at) => [
    subscriptionUpdated(account, { subscription, at, status, cancelAtPeriodEnd: false, automatic: false }),
  ];

/** The subscription ends; `reason` and `feedback` are Stripe's words. */
export const ends =
  (subscription: string, reason: string | null, feedback: string | null = null): Happening =>
  (account, at) => [subscriptionDeleted(account, { subscription, at, reason, feedback })];

/** The customer's record is saved: it carries the account's user id, if it has one. */
export const customerIsSaved: Happening = (account, at) => [customerUpdated(account, { at })];
