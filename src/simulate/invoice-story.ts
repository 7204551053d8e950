import { SECOND_MS } from '../domain/instant.ts';
import type {
  DeclineOptions,
  InvoiceOptions,
  StripeAccount,
  StripeEvent,
  SubscriptionOptions,
} from './stripe-events.ts';
import {
  chargeFailed,
  chargeOf,
  chargeSucceeded,
  invoicePaid,
  invoicePaymentFailed,
  invoicePaymentPaid,
  invoicePaymentSucceeded,
  paymentIntentFailed,
  paymentIntentSucceeded,
  sinceBasil,
} from './stripe-events.ts';

/** One invoice whose fate is told. Instants are UTC milliseconds, amounts integer minor units. */
export interface InvoiceStory {
  readonly account: StripeAccount;
  readonly invoice: string;
  readonly subscription: string;
  readonly amount: number;
  readonly currency: string;
  readonly periodStart: number;
}

/** An event and when it happened, in UTC milliseconds. */
export interface Happening {
  readonly at: number;
  readonly event: StripeEvent;
}

export type StoryDecline = Pick<
  DeclineOptions,
  'errorCode' | 'declineCode' | 'adviceCode' | 'networkAdviceCode' | 'networkDeclineCode' | 'blockedReason'
>;

/** Days after the first try on which Stripe tries again: its fixed schedule of 3, 5 and 7 days in between. */
export const RETRY_DAYS = [0, 3, 8, 15] as const;

interface Attempt {
  readonly at: number;
  /** Stripe's `attempt_count` after it. */
  readonly attempt: number;
  readonly nextAttemptAt: number | null;
}

/** The fields that every event of the story's invoice shares. */
export const invoiceFields = (story: InvoiceStory): Omit<InvoiceOptions, 'at'> => ({
  invoice: story.invoice,
  subscription: story.subscription,
  amount: story.amount,
  currency: story.currency,
  periodStart: story.periodStart,
});

/** The fields that every event of the story's subscription shares. */
export const subscriptionFields = (story: InvoiceStory): Omit<SubscriptionOptions, 'at'> => ({
  subscription: story.subscription,
  amount: story.amount,
  currency: story.currency,
  periodStart: story.periodStart,
  latestInvoice: story.invoice,
});

/** An attempt that the bank refused: the charge, the intent with the reason, and a second later the notice. */
export const failedAttempt = (story: InvoiceStory, attempt: Attempt, decline: StoryDecline): readonly Happening[] => {
  const { account, invoice, amount, currency } = story;
  const noticeAt = attempt.at + SECOND_MS;
  const charge = { invoice, amount, currency, at: attempt.at, attempt: attempt.attempt, ...decline };
  return [
    { at: attempt.at, event: chargeFailed(account, charge) },
    { at: attempt.at, event: paymentIntentFailed(account, charge) },
    { at: noticeAt, event: invoicePaymentFailed(account, { ...invoiceFields(story), ...attempt, at: noticeAt }) },
  ];
};

/**
 * A scheduled retry that was never executed, because the decline forbids it until there is another card: the count
 * goes up, the notice comes, no charge is made.
 * @param lastExecuted number of the last attempt that made a charge, to which the legacy link still points.
 */
export const unexecutedRetry = (story: InvoiceStory, attempt: Attempt, lastExecuted: number): readonly Happening[] => {
  const charge = chargeOf(story.invoice, lastExecuted);
  return [
    { at: attempt.at, event: invoicePaymentFailed(story.account, { ...invoiceFields(story), ...attempt, charge }) },
  ];
};

/** The invoice is paid by a charge. `automatic` false: the customer did it on the hosted page. */
export const paidByCharge = (
  story: InvoiceStory,
  payment: { readonly at: number; readonly attempt: number; readonly automatic: boolean },
): readonly Happening[] => {
  const { account, invoice, amount, currency } = story;
  const paidAt = payment.at + SECOND_MS;
  const charge = { invoice, amount, currency, ...payment };
  const paid = { ...invoiceFields(story), ...payment, at: paidAt };
  const link = { invoice, amount, currency, automatic: payment.automatic, at: paidAt };
  return [
    { at: payment.at, event: chargeSucceeded(account, charge) },
    { at: payment.at, event: paymentIntentSucceeded(account, charge) },
    ...(sinceBasil(account) ? [{ at: paidAt, event: invoicePaymentPaid(account, link) }] : []),
    { at: paidAt, event: invoicePaid(account, paid) },
    { at: paidAt, event: invoicePaymentSucceeded(account, paid) },
  ];
};
