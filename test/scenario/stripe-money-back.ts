import type { Instant } from '../../src/domain/instant.ts';
import { toStripeEvent } from '../../src/simulate/stripe-account.ts';
import { chargeFailed, intentOf, invoicePaid, invoiceUpdated } from '../../src/simulate/stripe-events.ts';
import type { Bill, Happening } from './stripe-happenings.ts';

/** Money that goes back, and bills that become smaller, as Stripe tells of them. */

const chargeOf = ({ invoice }: Bill, attempt: number): string => `ch_${invoice.slice(3)}a${attempt}`;

export interface Refund {
  readonly id: string;
  /** Minor units. */
  readonly amount: number;
}

/** A refund says of itself that it is now `status`, without any word of the charge. */
export const refundSays =
  (type: 'refund.created' | 'refund.updated' | 'refund.failed', status: string) =>
  (bill: Bill, attempt: number, refund: Refund): Happening =>
  (account, at) => [
    toStripeEvent(account, {
      type,
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
        status,
      },
    }),
  ];

/** A bank debit that had gone through is refused after all: its charge, made at `madeAt`, fails now. */
export const debitIsRefused =
  (bill: Bill, attempt: number, madeAt: Instant): Happening =>
  (account, at) => {
    const event = chargeFailed(account, {
      invoice: bill.invoice,
      amount: bill.amount,
      currency: bill.currency,
      charge: chargeOf(bill, attempt),
      declineCode: 'insufficient_funds',
      at,
    });
    const object = { ...event.data.object, created: madeAt / 1_000 };
    return [toStripeEvent(account, { type: event.type, at, object })];
  };

/** A credit note takes `minor` off a bill that is not paid yet. */
export const isCredited =
  (bill: Bill, minor: number, retryAt: Instant): Happening =>
  (account, at) => {
    const left = { ...bill, amount: bill.amount - minor };
    const previous = { amount_due: bill.amount, amount_remaining: bill.amount };
    return [
      creditNote(account, at, bill, minor, 'pre_payment'),
      invoiceUpdated(account, { ...left, at, attempt: 1, nextAttemptAt: retryAt, previous, automatic: false }),
    ];
  };

/** A credit note gives `minor` of a paid bill back to the customer's balance: the bill stays paid. */
export const isCreditedAfterwards =
  (bill: Bill, minor: number): Happening =>
  (account, at) => {
    const paid = invoicePaid(account, { ...bill, at, attempt: 2, automatic: false });
    const object = { ...paid.data.object, post_payment_credit_notes_amount: minor };
    const previous = { post_payment_credit_notes_amount: 0 };
    return [
      creditNote(account, at, bill, minor, 'post_payment'),
      toStripeEvent(account, { type: 'invoice.updated', at, automatic: false, object, previous }),
    ];
  };

const creditNote = (
  account: Parameters<Happening>[0],
  at: Instant,
  bill: Bill,
  minor: number,
  type: 'pre_payment' | 'post_payment',
) =>
  toStripeEvent(account, {
    type: 'credit_note.created',
    at,
    automatic: false,
    object: {
      id: `cn_${bill.invoice.slice(3)}`,
      object: 'credit_note',
      amount: minor,
      currency: bill.currency ?? 'usd',
      customer: account.shape === 'endive' ? null : account.customer,
      ...(account.shape === 'endive' ? { customer_account: account.customer } : {}),
      invoice: bill.invoice,
      reason: 'order_change',
      status: 'issued',
      type,
    },
  });
