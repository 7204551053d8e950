import { readChargeFailed, readChargeSucceeded } from './charge.ts';
import { readCheckout } from './checkout.ts';
import { readCustomer, readCustomerDeleted } from './customer.ts';
import { readDispute, readDisputeClosed, readDisputeSeen } from './dispute.ts';
import { readFraudWarning } from './fraud-warning.ts';
import {
  readInvoice,
  readInvoiceActionRequired,
  readInvoiceFailed,
  readInvoicePaid,
  readInvoicePaymentSucceeded,
} from './invoice.ts';
import { readInvoicePayment } from './invoice-payment.ts';
import { readIntentFailed, readIntentSucceeded } from './payment-intent.ts';
import {
  readMethodAttached,
  readMethodDetached,
  readMethodRenewed,
  readMethodSeen,
  readMethodUpdated,
  readSourceAttached,
  readSourceDeleted,
  readSourceExpiring,
  readSourceUpdated,
} from './payment-method.ts';
import type { Reader } from './reader.ts';
import { readAttemptRecorded, readChargeSeen, readIntentSeen, readInvoiceSeen } from './recorded.ts';
import { readChargeRefunded, readRefund, readRefundFailed } from './refund.ts';
import {
  readScheduleAborted,
  readSubscription,
  readSubscriptionDeleted,
  readSubscriptionSeen,
} from './subscription.ts';

/** Every reader by the name that the table of event types gives it. */
export const READERS = {
  attemptRecorded: readAttemptRecorded,
  chargeFailed: readChargeFailed,
  chargeRefunded: readChargeRefunded,
  chargeSeen: readChargeSeen,
  chargeSucceeded: readChargeSucceeded,
  checkout: readCheckout,
  customer: readCustomer,
  customerDeleted: readCustomerDeleted,
  dispute: readDispute,
  disputeClosed: readDisputeClosed,
  disputeSeen: readDisputeSeen,
  fraudWarning: readFraudWarning,
  intentFailed: readIntentFailed,
  intentSeen: readIntentSeen,
  intentSucceeded: readIntentSucceeded,
  invoice: readInvoice,
  invoiceActionRequired: readInvoiceActionRequired,
  invoiceFailed: readInvoiceFailed,
  invoicePaid: readInvoicePaid,
  invoicePayment: readInvoicePayment,
  invoicePaymentSucceeded: readInvoicePaymentSucceeded,
  invoiceSeen: readInvoiceSeen,
  methodAttached: readMethodAttached,
  methodDetached: readMethodDetached,
  methodRenewed: readMethodRenewed,
  methodSeen: readMethodSeen,
  methodUpdated: readMethodUpdated,
  refund: readRefund,
  refundFailed: readRefundFailed,
  scheduleAborted: readScheduleAborted,
  sourceAttached: readSourceAttached,
  sourceDeleted: readSourceDeleted,
  sourceExpiring: readSourceExpiring,
  sourceUpdated: readSourceUpdated,
  subscription: readSubscription,
  subscriptionDeleted: readSubscriptionDeleted,
  subscriptionSeen: readSubscriptionSeen,
} as const satisfies Readonly<Record<string, Reader>>;

export type ReaderName = keyof typeof READERS;
