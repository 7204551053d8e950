import { DAY_MS, HOUR_MS } from '../../../domain/instant.ts';
import {
  chargeFailed,
  chargeSucceeded,
  customerCreated,
  type InvoiceOptions,
  intentOf,
  invoicePaid,
  invoicePaymentFailed,
  paymentMethodAttached,
  type StripeAccount,
  subscriptionCreated,
} from '../../stripe-events.ts';
import type { ApiObject } from './json.ts';

/** Everything that one customer of the large account has: a function of the customer's number alone. */

/** Invoices of each customer; the last may be unpaid. */
export const INVOICES = 3;
/** Attempts of an unpaid invoice. */
export const ATTEMPTS = 2;

export interface LargeUnit {
  readonly number: number;
  /** UTC milliseconds. */
  readonly at: number;
}

const suffix = ({ number }: LargeUnit): string => `L${String(number).padStart(7, '0')}`;

/** Number of the customer that an id belongs to; -1 for an id of somebody else. */
export const numberIn = (id: string): number => Number(/_L(\d{7})/.exec(id)?.[1] ?? -1);

export const isUnpaid = (number: number): boolean => number % 25 === 7;
export const isDisputed = (number: number): boolean => number % 200 === 3;
export const isRefunded = (number: number): boolean => number % 100 === 3;
const isCancelled = (number: number): boolean => number % 20 === 0;

const accountOf = (unit: LargeUnit): StripeAccount => ({
  shape: unit.number % 3 === 0 ? 'legacy' : 'basil',
  livemode: false,
  customer: `cus_${suffix(unit)}`,
  userId: `user_${suffix(unit)}`,
  priceId: 'price_large',
  planId: 'pro',
});

const subscriptionId = (unit: LargeUnit): string => `sub_${suffix(unit)}`;
export const invoiceId = (unit: LargeUnit, month: number): string => `in_${suffix(unit)}m${month}`;
const chargeId = (unit: LargeUnit, attempt: number): string => `ch_${suffix(unit)}a${attempt}`;

const invoiceFields = (unit: LargeUnit, month: number): InvoiceOptions => ({
  invoice: invoiceId(unit, month),
  subscription: subscriptionId(unit),
  at: unit.at + month * 1_000,
  periodStart: unit.at + month * 1_000,
  amount: 2_900,
});

const unpaidFields = (unit: LargeUnit, month: number): InvoiceOptions => ({
  ...invoiceFields(unit, month),
  attempt: ATTEMPTS,
  nextAttemptAt: unit.at + 40 * DAY_MS,
  charge: chargeId(unit, ATTEMPTS),
});

export const customerOf = (unit: LargeUnit): ApiObject => customerCreated(accountOf(unit), { at: unit.at }).data.object;

export const methodOf = (unit: LargeUnit): ApiObject =>
  paymentMethodAttached(accountOf(unit), { at: unit.at }).data.object;

export const subscriptionOf = (unit: LargeUnit): ApiObject => {
  const unpaid = isUnpaid(unit.number);
  const status = unpaid ? 'past_due' : isCancelled(unit.number) ? 'canceled' : 'active';
  const options = {
    subscription: subscriptionId(unit),
    at: unit.at,
    status,
    latestInvoice: invoiceId(unit, INVOICES - 1),
  };
  return subscriptionCreated(accountOf(unit), options).data.object;
};

/** Since basil an invoice names its intents in its payments, for whoever asks. */
const withPayments = (unit: LargeUnit, month: number, invoice: ApiObject): ApiObject => {
  if (accountOf(unit).shape === 'legacy') return invoice;
  const { id, status, created, livemode } = invoice;
  const payment = { payment_intent: intentOf(invoiceId(unit, month)), type: 'payment_intent' };
  const common = { id: `inpay_${suffix(unit)}m${month}`, object: 'invoice_payment', invoice: id, created, livemode };
  const data = [{ ...common, status: status === 'paid' ? 'paid' : 'open', payment }];
  return { ...invoice, payments: { object: 'list', data, has_more: false } };
};

export const invoiceOf = (unit: LargeUnit, month: number): ApiObject => {
  const isOpen = isUnpaid(unit.number) && month === INVOICES - 1;
  const { object } = isOpen
    ? invoicePaymentFailed(accountOf(unit), unpaidFields(unit, month)).data
    : invoicePaid(accountOf(unit), invoiceFields(unit, month)).data;
  return withPayments(unit, month, object);
};

/** The charge that a dispute or refund is about. */
export const paidChargeOf = (unit: LargeUnit): ApiObject =>
  chargeSucceeded(accountOf(unit), {
    invoice: invoiceId(unit, 0),
    at: unit.at,
    charge: `ch_${suffix(unit)}m0a1`,
    amount: 2_900,
  }).data.object;

/** Refused charges of the unpaid invoice, the newest first. */
export const chargesOf = (unit: LargeUnit): readonly ApiObject[] =>
  Array.from({ length: ATTEMPTS }, (_, index) => {
    const attempt = ATTEMPTS - index;
    const invoice = invoiceId(unit, INVOICES - 1);
    const at = unit.at + attempt * HOUR_MS;
    return chargeFailed(accountOf(unit), { invoice, at, attempt, charge: chargeId(unit, attempt), amount: 2_900 }).data
      .object;
  });

const reversal = (unit: LargeUnit, prefix: string): ApiObject => ({
  id: `${prefix}_${suffix(unit)}`,
  amount: 2_900,
  charge: `ch_${suffix(unit)}m0a1`,
  created: Math.floor(unit.at / 1_000),
  currency: 'usd',
  livemode: false,
  metadata: {},
  payment_intent: intentOf(invoiceId(unit, 0)),
  reason: null,
});

export const disputeOf = (unit: LargeUnit): ApiObject => ({
  ...reversal(unit, 'du'),
  object: 'dispute',
  reason: 'fraudulent',
  status: 'needs_response',
});

export const refundOf = (unit: LargeUnit): ApiObject => ({
  ...reversal(unit, 're'),
  object: 'refund',
  status: 'succeeded',
});

type EventMaker = (unit: LargeUnit) => ApiObject;

/** What happened to each customer, the newest first, by type. */
export const EVENTS: readonly (readonly [string, EventMaker])[] = [
  [
    'invoice.paid',
    (unit) => ({ ...invoicePaid(accountOf(unit), invoiceFields(unit, 1)), id: `evt_${suffix(unit)}e2` }),
  ],
  [
    'invoice.paid',
    (unit) => ({ ...invoicePaid(accountOf(unit), invoiceFields(unit, 0)), id: `evt_${suffix(unit)}e1` }),
  ],
  [
    'customer.subscription.created',
    (unit) => {
      const options = { subscription: subscriptionId(unit), at: unit.at };
      return { ...subscriptionCreated(accountOf(unit), options), id: `evt_${suffix(unit)}e0` };
    },
  ],
];
