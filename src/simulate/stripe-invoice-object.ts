import { DAY_MS } from '../domain/instant.ts';
import type { StripeAccount, StripeObject } from './stripe-account.ts';
import {
  chargeOf,
  idSuffix,
  intentOf,
  ownerFields,
  subscriptionMetadata,
  toUnixSeconds,
  toUnixSecondsOrNull,
  userIdMetadata,
} from './stripe-account.ts';
import { planObject, priceObject, productOf } from './stripe-price.ts';

/** What an invoice event says. Instants are UTC milliseconds, amounts integer minor units. */
export interface InvoiceOptions {
  /** `in_…` */
  readonly invoice: string;
  /** `sub_…`; null: the invoice belongs to none. */
  readonly subscription: string | null;
  /** When the event happened. */
  readonly at: number;
  /** `amount_due`. */
  readonly amount: number;
  /** Default `usd`. */
  readonly currency?: string | undefined;
  /** `attempt_count`; default 1. */
  readonly attempt?: number | undefined;
  /** `next_payment_attempt`; default null. */
  readonly nextAttemptAt?: number | null | undefined;
  /** Default `subscription_cycle`. */
  readonly billingReason?: string | undefined;
  /** Default: what the event implies. */
  readonly status?: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible' | undefined;
  /** Default: all of `amount` when paid, else 0. */
  readonly amountPaid?: number | undefined;
  readonly collectionMethod?: 'charge_automatically' | 'send_invoice' | undefined;
  /** `paid_out_of_band`, which only the legacy shape can say. */
  readonly outOfBand?: boolean | undefined;
  /** Legacy link; default derived from invoice and attempt; null: no charge was made. */
  readonly charge?: string | null | undefined;
  /** Legacy link; default derived from the invoice. */
  readonly paymentIntent?: string | null | undefined;
  /** First instant of the period billed; default `at`. */
  readonly periodStart?: number | undefined;
  /** `status_details.uncollectible.reason`, e.g. `max_payment_attempts`, which only endive can say. */
  readonly uncollectibleReason?: string | undefined;
  /** The invoice's own metadata. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** False: a request caused it, e.g. the customer paid on the hosted page. Default true. */
  readonly automatic?: boolean | undefined;
  /** `previous_attributes`, as `invoice.updated` carries them. */
  readonly previous?: StripeObject | undefined;
}

type Status = NonNullable<InvoiceOptions['status']>;

const PERIOD_MS = 30 * DAY_MS;

const period = (options: InvoiceOptions): StripeObject => {
  const start = options.periodStart ?? options.at;
  return { start: toUnixSeconds(start), end: toUnixSeconds(start + PERIOD_MS) };
};

const lineCommon = (account: StripeAccount, options: InvoiceOptions): StripeObject => ({
  id: `il_${idSuffix(options.invoice)}`,
  object: 'line_item',
  amount: options.amount,
  currency: options.currency ?? 'usd',
  description: '1 × subscription',
  discount_amounts: [],
  discountable: true,
  discounts: [],
  livemode: account.livemode,
  metadata: subscriptionMetadata(account),
  period: period(options),
  quantity: 1,
});

const legacyLine = (account: StripeAccount, options: InvoiceOptions): StripeObject => ({
  ...lineCommon(account, options),
  plan: planObject(account, options.amount, options.currency ?? 'usd'),
  price: priceObject(account, options.amount, options.currency ?? 'usd'),
  proration: false,
  subscription: options.subscription,
  subscription_item: options.subscription === null ? null : `si_${idSuffix(options.subscription)}`,
  tax_amounts: [],
  tax_rates: [],
  type: 'subscription',
});

const basilLine = (account: StripeAccount, options: InvoiceOptions): StripeObject => ({
  ...lineCommon(account, options),
  invoice: options.invoice,
  parent:
    options.subscription === null
      ? null
      : {
          invoice_item_details: null,
          subscription_item_details: {
            invoice_item: null,
            proration: false,
            proration_details: { credited_items: null },
            subscription: options.subscription,
            subscription_item: `si_${idSuffix(options.subscription)}`,
          },
          type: 'subscription_item_details',
        },
  pretax_credit_amounts: [],
  pricing: {
    price_details: { price: account.priceId, product: productOf(account) },
    type: 'price_details',
    unit_amount_decimal: String(options.amount),
  },
  taxes: [],
});

const lines = (account: StripeAccount, options: InvoiceOptions): StripeObject => ({
  object: 'list',
  data: [account.shape === 'legacy' ? legacyLine(account, options) : basilLine(account, options)],
  has_more: false,
  total_count: 1,
  url: `/v1/invoices/${options.invoice}/lines`,
});

const legacyFields = (account: StripeAccount, options: InvoiceOptions, status: Status): StripeObject => {
  const paid = status === 'paid';
  const free = options.amount === 0 || options.outOfBand === true;
  const charge = free ? null : chargeOf(options.invoice, options.attempt ?? 1);
  return {
    charge: options.charge === undefined ? charge : options.charge,
    discount: null,
    paid,
    paid_out_of_band: options.outOfBand ?? false,
    payment_intent: options.paymentIntent === undefined ? intentOf(options.invoice) : options.paymentIntent,
    quote: null,
    subscription: options.subscription,
    ...(options.subscription === null ? {} : { subscription_details: { metadata: subscriptionMetadata(account) } }),
    tax: null,
    total_tax_amounts: [],
    transfer_data: null,
  };
};

const basilFields = (account: StripeAccount, options: InvoiceOptions): StripeObject => ({
  amount_overpaid: 0,
  parent:
    options.subscription === null
      ? null
      : {
          quote_details: null,
          subscription_details: { metadata: subscriptionMetadata(account), subscription: options.subscription },
          type: 'subscription_details',
        },
  total_pretax_credit_amounts: [],
  total_taxes: [],
});

/** Why an invoice was given up, which only endive can say. */
const statusDetails = (account: StripeAccount, options: InvoiceOptions, status: Status): StripeObject => {
  if (account.shape !== 'endive') return {};
  if (status !== 'uncollectible') return { status_details: {} };
  return { status_details: { uncollectible: { reason: options.uncollectibleReason ?? null } } };
};

const hostedUrl = (account: StripeAccount, invoice: string): string =>
  `https://invoice.stripe.com/i/acct_simulated/${account.livemode ? 'live' : 'test'}_${idSuffix(invoice)}`;

const paper = (account: StripeAccount, options: InvoiceOptions): StripeObject => ({
  account_country: 'US',
  account_name: 'Simulated Ltd',
  account_tax_ids: null,
  application: null,
  auto_advance: true,
  automatic_tax: { enabled: false, liability: null, status: null },
  custom_fields: null,
  customer_address: null,
  customer_email: account.email ?? null,
  customer_name: null,
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: 'none',
  customer_tax_ids: [],
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  due_date: null,
  footer: null,
  hosted_invoice_url: hostedUrl(account, options.invoice),
  invoice_pdf: `${hostedUrl(account, options.invoice)}/pdf`,
  issuer: { type: 'self' },
  last_finalization_error: null,
  latest_revision: null,
  number: `SIM-${idSuffix(options.invoice)}`,
  on_behalf_of: null,
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  statement_descriptor: null,
});

const transitions = (options: InvoiceOptions, status: Status): StripeObject => ({
  finalized_at: toUnixSeconds(options.periodStart ?? options.at),
  marked_uncollectible_at: status === 'uncollectible' ? toUnixSeconds(options.at) : null,
  paid_at: status === 'paid' ? toUnixSeconds(options.at) : null,
  voided_at: status === 'void' ? toUnixSeconds(options.at) : null,
});

const money = (options: InvoiceOptions, status: Status): StripeObject => {
  const paid = options.amountPaid ?? (status === 'paid' && options.outOfBand !== true ? options.amount : 0);
  const remaining = status === 'paid' ? 0 : options.amount - paid;
  return {
    amount_due: options.amount,
    amount_paid: paid,
    amount_remaining: remaining,
    amount_shipping: 0,
    starting_balance: 0,
    ending_balance: 0,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    subtotal: options.amount,
    total: options.amount,
  };
};

/**
 * The invoice as one event states it, in the account's shape.
 * @param status what the event implies; `options.status` outranks it.
 */
export const invoiceObject = (account: StripeAccount, options: InvoiceOptions, implied: Status): StripeObject => {
  const status = options.status ?? implied;
  return {
    id: options.invoice,
    object: 'invoice',
    ...money(options, status),
    ...paper(account, options),
    attempt_count: options.attempt ?? 1,
    attempted: true,
    billing_reason: options.billingReason ?? 'subscription_cycle',
    collection_method: options.collectionMethod ?? 'charge_automatically',
    created: toUnixSeconds(options.periodStart ?? options.at),
    currency: options.currency ?? 'usd',
    ...ownerFields(account),
    lines: lines(account, options),
    livemode: account.livemode,
    metadata: { ...userIdMetadata(account, 'invoice'), ...options.metadata },
    next_payment_attempt: toUnixSecondsOrNull(options.nextAttemptAt),
    period_end: toUnixSeconds(options.periodStart ?? options.at),
    period_start: toUnixSeconds((options.periodStart ?? options.at) - PERIOD_MS),
    status,
    ...statusDetails(account, options, status),
    status_transitions: transitions(options, status),
    webhooks_delivered_at: toUnixSeconds(options.periodStart ?? options.at),
    ...(account.shape === 'legacy' ? legacyFields(account, options, status) : basilFields(account, options)),
  };
};
