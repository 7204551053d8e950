import type { StripeAccount, StripeEvent } from './stripe-account.ts';
import { idSuffix, intentOf, toStripeEvent, toUnixSeconds } from './stripe-account.ts';
import type { InvoiceOptions } from './stripe-invoice-object.ts';
import { invoiceObject } from './stripe-invoice-object.ts';

type Status = NonNullable<InvoiceOptions['status']>;
type InvoiceBuilder = (account: StripeAccount, options: InvoiceOptions) => StripeEvent;

const invoiceEvent =
  (type: string, implied: Status): InvoiceBuilder =>
  (account, options) =>
    toStripeEvent(account, {
      type,
      at: options.at,
      object: invoiceObject(account, options, implied),
      previous: options.previous,
      automatic: options.automatic,
    });

/** `invoice.payment_failed`: an attempt on an open invoice failed. */
export const invoicePaymentFailed: InvoiceBuilder = invoiceEvent('invoice.payment_failed', 'open');
/** `invoice.payment_action_required`: the customer must confirm. */
export const invoicePaymentActionRequired: InvoiceBuilder = invoiceEvent('invoice.payment_action_required', 'open');
/** `invoice.updated`; name what changed in `previous`, e.g. `{ next_payment_attempt: null }`. */
export const invoiceUpdated: InvoiceBuilder = invoiceEvent('invoice.updated', 'open');
/** `invoice.paid`: paid by whatever means, also out of band. */
export const invoicePaid: InvoiceBuilder = invoiceEvent('invoice.paid', 'paid');
/** `invoice.payment_succeeded`: paid by a charge. */
export const invoicePaymentSucceeded: InvoiceBuilder = invoiceEvent('invoice.payment_succeeded', 'paid');
/** `invoice.voided` */
export const invoiceVoided: InvoiceBuilder = invoiceEvent('invoice.voided', 'void');
/** `invoice.marked_uncollectible`; say why with `uncollectibleReason`. */
export const invoiceMarkedUncollectible: InvoiceBuilder = invoiceEvent('invoice.marked_uncollectible', 'uncollectible');

/** What `invoice_payment.paid` says. Instants are UTC milliseconds, amounts integer minor units. */
export interface InvoicePaymentOptions {
  readonly invoice: string;
  readonly at: number;
  readonly amount: number;
  /** Default `usd`. */
  readonly currency?: string | undefined;
  /** Default derived from the invoice. */
  readonly paymentIntent?: string | undefined;
  readonly automatic?: boolean | undefined;
}

/** `invoice_payment.paid`: the link between an invoice and the intent that paid it. Names no customer; basil on. */
export const invoicePaymentPaid = (account: StripeAccount, options: InvoicePaymentOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'invoice_payment.paid',
    at: options.at,
    automatic: options.automatic,
    object: {
      id: `inpay_${idSuffix(options.invoice)}`,
      object: 'invoice_payment',
      amount_paid: options.amount,
      amount_requested: options.amount,
      created: toUnixSeconds(options.at),
      currency: options.currency ?? 'usd',
      invoice: options.invoice,
      is_default: true,
      livemode: account.livemode,
      payment: { payment_intent: options.paymentIntent ?? intentOf(options.invoice), type: 'payment_intent' },
      status: 'paid',
      status_transitions: { canceled_at: null, paid_at: toUnixSeconds(options.at) },
    },
  });
