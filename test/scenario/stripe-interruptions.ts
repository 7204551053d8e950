import type { Instant } from '../../src/domain/instant.ts';
import { toStripeEvent } from '../../src/simulate/stripe-account.ts';
import { intentOf, ownerFields, subscriptionUpdated } from '../../src/simulate/stripe-events.ts';
import type { Bill, Happening } from './stripe-happenings.ts';

/** What interrupts a payment's way, told as Stripe tells it: disputes, warnings, refunds and pauses. */

const chargeOf = ({ invoice }: Bill, attempt: number): string => `ch_${invoice.slice(3)}a${attempt}`;

/** A notice of a dispute about the invoice's charge: opened at `openedAt`, now `status`. */
const dispute =
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

export const disputeIsOpened = dispute('charge.dispute.created', 'needs_response');
export const disputeIsWon = dispute('charge.dispute.closed', 'won');

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

/** The collection of a subscription's bills is paused until `resumesAt`, or goes on where there is none to say. */
export const collection =
  (subscription: string, paused: { readonly resumesAt: Instant | null } | null): Happening =>
  (account, at) => {
    const event = subscriptionUpdated(account, { subscription, at, status: 'active', automatic: false });
    const now = paused && { behavior: 'void', resumes_at: paused.resumesAt === null ? null : paused.resumesAt / 1_000 };
    const before = paused === null ? { behavior: 'void', resumes_at: null } : null;
    return [
      toStripeEvent(account, {
        type: event.type,
        at,
        automatic: false,
        object: { ...event.data.object, pause_collection: now },
        previous: { pause_collection: before },
      }),
    ];
  };
