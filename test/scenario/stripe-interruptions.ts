import type { Instant } from '../../src/domain/instant.ts';
import { toStripeEvent } from '../../src/simulate/stripe-account.ts';
import { intentOf, ownerFields } from '../../src/simulate/stripe-events.ts';
import type { Bill, Happening } from './stripe-happenings.ts';

/** What interrupts a payment's way, told as Stripe tells it: disputes, warnings, refunds and pauses. */

const chargeOf = ({ invoice }: Bill, attempt: number): string => `ch_${invoice.slice(3)}a${attempt}`;

/** A notice of a dispute about the invoice's charge: opened at `openedAt`, now `status`. */
export const disputeSays =
  (type: string, status: string) =>
  (bill: Bill, attempt: number, openedAt: Instant): Happening =>
  (account, at) => [
    toStripeEvent(account, {
      type,
      at,
      object: {
        id: `dp_${bill.invoice.slice(3)}`,
        object: 'dispute',
        amount: bill.amount,
        charge: chargeOf(bill, attempt),
        created: openedAt / 1_000,
        currency: bill.currency ?? 'usd',
        livemode: account.livemode,
        payment_intent: intentOf(bill.invoice),
        reason: 'fraudulent',
        status,
      },
    }),
  ];

export const disputeIsOpened = disputeSays('charge.dispute.created', 'needs_response');
export const disputeIsWon = disputeSays('charge.dispute.closed', 'won');

export const disputeIsClosed = (status: string): ReturnType<typeof disputeSays> =>
  disputeSays('charge.dispute.closed', status);
export const disputeIsUpdated = (status: string): ReturnType<typeof disputeSays> =>
  disputeSays('charge.dispute.updated', status);

/** The card network warns about the invoice's charge. */
export const isWarnedOf =
  (bill: Bill, attempt: number, actionable = true): Happening =>
  (account, at) => [
    toStripeEvent(account, {
      type: actionable ? 'radar.early_fraud_warning.created' : 'radar.early_fraud_warning.updated',
      at,
      object: {
        id: `issfr_${bill.invoice.slice(3)}`,
        object: 'radar.early_fraud_warning',
        actionable,
        charge: chargeOf(bill, attempt),
        fraud_type: 'misc',
        livemode: account.livemode,
        payment_intent: intentOf(bill.invoice),
      },
    }),
  ];

/** Money goes back: the charge says so with its total, and the refund for itself. */
export const isRefunded =
  (
    bill: Bill,
    attempt: number,
    refund: { readonly id: string; readonly amount: number; readonly total: number },
  ): Happening =>
  (account, at) => [
    toStripeEvent(account, {
      type: 'charge.refunded',
      at,
      automatic: false,
      object: {
        id: chargeOf(bill, attempt),
        object: 'charge',
        amount: bill.amount,
        amount_refunded: refund.total,
        currency: bill.currency ?? 'usd',
        ...ownerFields(account),
        livemode: account.livemode,
        payment_intent: intentOf(bill.invoice),
        refunded: refund.total >= bill.amount,
        status: 'succeeded',
      },
      previous: { amount_refunded: refund.total - refund.amount },
    }),
    toStripeEvent(account, {
      type: 'refund.created',
      at,
      automatic: false,
      object: {
        id: refund.id,
        object: 'refund',
        amount: refund.amount,
        charge: chargeOf(bill, attempt),
        currency: bill.currency ?? 'usd',
        payment_intent: intentOf(bill.invoice),
        reason: 'requested_by_customer',
        status: 'succeeded',
      },
    }),
  ];
