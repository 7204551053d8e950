import { readChargeFailed, readChargeSucceeded } from './charge.ts';
import { readCustomer } from './customer.ts';
import { readDisputeClosed } from './dispute.ts';
import {
  readInvoice,
  readInvoiceActionRequired,
  readInvoiceFailed,
  readInvoicePaid,
  readInvoicePaymentSucceeded,
} from './invoice.ts';
import { readInvoicePayment } from './invoice-payment.ts';
import { readIntentFailed, readIntentSucceeded } from './payment-intent.ts';
import { readMethod, readMethodDetached, readSource, readSourceDeleted } from './payment-method.ts';
import type { Reader } from './reader.ts';
import { readScheduleAborted, readSubscription, readSubscriptionDeleted } from './subscription.ts';

/** Every reader by the name that the table of event types gives it. */
export const READERS = {
  chargeFailed: readChargeFailed,
  chargeSucceeded: readChargeSucceeded,
  customer: readCustomer,
  disputeClosed: readDisputeClosed,
  intentFailed: readIntentFailed,
  intentSucceeded: readIntentSucceeded,
  invoice: readInvoice,
  invoiceActionRequired: readInvoiceActionRequired,
  invoiceFailed: readInvoiceFailed,
  invoicePaid: readInvoicePaid,
  invoicePayment: readInvoicePayment,
  invoicePaymentSucceeded: readInvoicePaymentSucceeded,
  paymentMethod: readMethod,
  paymentMethodDetached: readMethodDetached,
  scheduleAborted: readScheduleAborted,
  source: readSource,
  sourceDeleted: readSourceDeleted,
  subscription: readSubscription,
  subscriptionDeleted: readSubscriptionDeleted,
} as const satisfies Readonly<Record<string, Reader>>;

export type ReaderName = keyof typeof READERS;
