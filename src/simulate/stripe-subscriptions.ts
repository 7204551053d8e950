import { DAY_MS } from '../domain/instant.ts';
import type { StripeAccount, StripeEvent, StripeObject } from './stripe-account.ts';
import {
  idSuffix,
  subscriptionMetadata,
  toStripeEvent,
  toUnixSeconds,
  toUnixSecondsOrNull,
  userIdMetadata,
} from './stripe-account.ts';
import { paymentMethodId } from './stripe-charge-object.ts';
import { planObject, priceObject } from './stripe-price.ts';

/** What a subscription event says. Instants are UTC milliseconds, amounts integer minor units. */
export interface SubscriptionOptions {
  /** `sub_…` */
  readonly subscription: string;
  readonly at: number;
  /** Default `active`, or `canceled` when deleted. */
  readonly status?: string | undefined;
  /** Named in `previous_attributes`; absent: the event does not say that the status changed. */
  readonly previousStatus?: string | undefined;
  /** The customer asked for an end at the period's end. */
  readonly cancelAtPeriodEnd?: boolean | undefined;
  readonly cancelAt?: number | null | undefined;
  /** `cancellation_details.reason`: `cancellation_requested`, `payment_failed`, `payment_disputed` … */
  readonly reason?: string | null | undefined;
  /** `cancellation_details.feedback`, e.g. `too_expensive`. */
  readonly feedback?: string | null | undefined;
  /** Price per period; default 2900. */
  readonly amount?: number | undefined;
  readonly currency?: string | undefined;
  /** First instant of the current period; default `at`. */
  readonly periodStart?: number | undefined;
  readonly trialEndsAt?: number | null | undefined;
  readonly latestInvoice?: string | null | undefined;
  /** Further `previous_attributes`. */
  readonly previous?: StripeObject | undefined;
  readonly automatic?: boolean | undefined;
}

/** Undefined: the account's method fills the slot. */
const slotOf = (account: StripeAccount, slot: string | null | undefined): string | null =>
  slot === undefined ? paymentMethodId(account) : slot;

const currentPeriod = (options: SubscriptionOptions): StripeObject => {
  const start = options.periodStart ?? options.at;
  return { current_period_end: toUnixSeconds(start + 30 * DAY_MS), current_period_start: toUnixSeconds(start) };
};

const items = (account: StripeAccount, options: SubscriptionOptions): StripeObject => {
  const amount = options.amount ?? 2900;
  const currency = options.currency ?? 'usd';
  const legacy = account.shape === 'legacy';
  const item: StripeObject = {
    id: `si_${idSuffix(options.subscription)}`,
    object: 'subscription_item',
    ...(legacy ? { billing_thresholds: null } : currentPeriod(options)),
    created: toUnixSeconds(options.periodStart ?? options.at),
    discounts: [],
    metadata: {},
    plan: planObject(account, amount, currency),
    price: priceObject(account, amount, currency),
    quantity: 1,
    subscription: options.subscription,
    tax_rates: [],
  };
  return {
    object: 'list',
    data: [item],
    has_more: false,
    total_count: 1,
    url: `/v1/subscription_items?subscription=${options.subscription}`,
  };
};

const ending = (options: SubscriptionOptions, status: string): StripeObject => {
  const ended = status === 'canceled' ? toUnixSeconds(options.at) : null;
  const asked = options.cancelAtPeriodEnd === true || (options.cancelAt ?? null) !== null;
  const periodEnd = (options.periodStart ?? options.at) + 30 * DAY_MS;
  const cancelAt = options.cancelAt ?? (options.cancelAtPeriodEnd === true ? periodEnd : null);
  return {
    cancel_at: toUnixSecondsOrNull(cancelAt),
    cancel_at_period_end: options.cancelAtPeriodEnd ?? false,
    canceled_at: asked ? toUnixSeconds(options.at) : ended,
    cancellation_details: { comment: null, feedback: options.feedback ?? null, reason: options.reason ?? null },
    ended_at: ended,
  };
};

const legacyFields = (account: StripeAccount, options: SubscriptionOptions): StripeObject => ({
  ...currentPeriod(options),
  billing_thresholds: null,
  discount: null,
  plan: planObject(account, options.amount ?? 2900, options.currency ?? 'usd'),
  quantity: 1,
});

const basilFields: StripeObject = { billing_mode: { type: 'classic' }, discounts: [] };

const subscriptionObject = (account: StripeAccount, options: SubscriptionOptions, implied: string): StripeObject => {
  const status = options.status ?? implied;
  const started = toUnixSeconds(options.periodStart ?? options.at);
  return {
    id: options.subscription,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: started,
    ...ending(options, status),
    collection_method: 'charge_automatically',
    created: started,
    currency: options.currency ?? 'usd',
    customer: account.customer,
    days_until_due: null,
    default_payment_method: slotOf(account, account.subscriptionSlot),
    default_source: null,
    default_tax_rates: [],
    description: null,
    items: items(account, options),
    latest_invoice: options.latestInvoice ?? null,
    livemode: account.livemode,
    metadata: subscriptionMetadata(account),
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: 'off' },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: started,
    status,
    test_clock: null,
    transfer_data: null,
    trial_end: toUnixSecondsOrNull(options.trialEndsAt),
    trial_settings: { end_behavior: { missing_payment_method: 'create_invoice' } },
    trial_start: options.trialEndsAt === undefined || options.trialEndsAt === null ? null : started,
    ...(account.shape === 'legacy' ? legacyFields(account, options) : basilFields),
  };
};

const changes = (options: SubscriptionOptions): StripeObject => ({
  ...(options.previousStatus === undefined ? {} : { status: options.previousStatus }),
  ...(options.cancelAtPeriodEnd === undefined
    ? {}
    : { cancel_at_period_end: !options.cancelAtPeriodEnd, cancel_at: null, canceled_at: null }),
  ...options.previous,
});

/** `customer.subscription.created` */
export const subscriptionCreated = (account: StripeAccount, options: SubscriptionOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'customer.subscription.created',
    at: options.at,
    automatic: options.automatic ?? false,
    object: subscriptionObject(account, options, 'active'),
  });

/** `customer.subscription.updated`, naming in `previous_attributes` what the options say has changed. */
export const subscriptionUpdated = (account: StripeAccount, options: SubscriptionOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'customer.subscription.updated',
    at: options.at,
    automatic: options.automatic,
    object: subscriptionObject(account, options, 'active'),
    previous: changes(options),
  });

/** `customer.subscription.deleted`: it has ended. Say why with `reason` and `feedback`. */
export const subscriptionDeleted = (account: StripeAccount, options: SubscriptionOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'customer.subscription.deleted',
    at: options.at,
    automatic: options.automatic,
    object: subscriptionObject(account, options, 'canceled'),
  });

/** What a customer event says. `at` is UTC milliseconds. */
export interface CustomerOptions {
  readonly at: number;
  /** `previous_attributes` of an update, e.g. `{ metadata: { user_id: null } }`. */
  readonly previous?: StripeObject | undefined;
  readonly automatic?: boolean | undefined;
}

const customerObject = (account: StripeAccount, options: CustomerOptions): StripeObject => ({
  id: account.customer,
  object: 'customer',
  address: null,
  balance: 0,
  created: toUnixSeconds(options.at),
  currency: 'usd',
  default_source: null,
  delinquent: false,
  description: null,
  email: null,
  invoice_prefix: idSuffix(account.customer).toUpperCase().slice(0, 8),
  invoice_settings: {
    custom_fields: null,
    default_payment_method: slotOf(account, account.customerSlot),
    footer: null,
    rendering_options: null,
  },
  livemode: account.livemode,
  metadata: userIdMetadata(account, 'customer'),
  name: null,
  next_invoice_sequence: 2,
  phone: null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: 'none',
  test_clock: null,
});

/** `customer.created` */
export const customerCreated = (account: StripeAccount, options: CustomerOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'customer.created',
    at: options.at,
    automatic: options.automatic ?? false,
    object: customerObject(account, options),
  });

/** `customer.updated` */
export const customerUpdated = (account: StripeAccount, options: CustomerOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'customer.updated',
    at: options.at,
    automatic: options.automatic ?? false,
    object: customerObject(account, options),
    previous: options.previous ?? {},
  });
