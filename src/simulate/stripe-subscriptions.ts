import { DAY_MS } from '../domain/instant.ts';
import type { StripeAccount, StripeEvent, StripeObject } from './stripe-account.ts';
import {
  idSuffix,
  ownerFields,
  subscriptionMetadata,
  toStripeEvent,
  toUnixSeconds,
  toUnixSecondsOrNull,
} from './stripe-account.ts';
import { slotOf } from './stripe-charge-object.ts';
import type { PriceInterval } from './stripe-price.ts';
import { planObject, priceObject } from './stripe-price.ts';

/** What a subscription's discount takes off. One of both is set; `amountOff` in minor units. */
export interface StripeCoupon {
  readonly percentOff?: number | undefined;
  readonly amountOff?: number | undefined;
  readonly duration: 'forever' | 'repeating' | 'once';
}

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
  /** Of the one item; default 1. */
  readonly quantity?: number | undefined;
  /** How long one period of the price is; default one month. */
  readonly every?: PriceInterval | undefined;
  /** Off the whole subscription. */
  readonly coupon?: StripeCoupon | undefined;
  readonly collectionMethod?: 'charge_automatically' | 'send_invoice' | undefined;
  /** `status_details.paused.subscription.type`, e.g. `pause_requested`, which only endive can say. */
  readonly pausedBecause?: string | undefined;
  /** `pause_collection`; `resumesAt` null: until somebody lets it go on. */
  readonly collectionPaused?: { readonly resumesAt: number | null } | undefined;
  /** `trial_settings.end_behavior.missing_payment_method`; default `create_invoice`. */
  readonly withoutMethod?: 'create_invoice' | 'pause' | 'cancel' | undefined;
  /** First instant of the current period; default `at`. */
  readonly periodStart?: number | undefined;
  readonly trialEndsAt?: number | null | undefined;
  readonly latestInvoice?: string | null | undefined;
  /** Further `previous_attributes`. */
  readonly previous?: StripeObject | undefined;
  readonly automatic?: boolean | undefined;
}

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
    plan: planObject(account, amount, currency, options.every),
    price: priceObject(account, amount, currency, options.every),
    quantity: options.quantity ?? 1,
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
  discount:
    options.coupon === undefined
      ? null
      : { id: discountId(options), object: 'discount', coupon: couponObject(options.coupon) },
  plan: planObject(account, options.amount ?? 2900, options.currency ?? 'usd', options.every),
  quantity: options.quantity ?? 1,
});

const couponObject = (coupon: StripeCoupon): StripeObject => ({
  id: 'coupon_simulated',
  object: 'coupon',
  amount_off: coupon.amountOff ?? null,
  currency: coupon.amountOff === undefined ? null : 'usd',
  duration: coupon.duration,
  duration_in_months: coupon.duration === 'repeating' ? 3 : null,
  percent_off: coupon.percentOff ?? null,
  valid: true,
});

const discountId = (options: SubscriptionOptions): string => `di_${idSuffix(options.subscription)}`;

/** An endpoint that expands discounts: where it does not, they are ids. */
const discounts = (account: StripeAccount, options: SubscriptionOptions): readonly StripeObject[] => {
  if (options.coupon === undefined) return [];
  const coupon = couponObject(options.coupon);
  const where = account.shape === 'endive' ? { source: { coupon, type: 'coupon' } } : { coupon };
  return [{ id: discountId(options), object: 'discount', end: null, ...where }];
};

const basilFields = (account: StripeAccount, options: SubscriptionOptions, status: string): StripeObject => ({
  billing_mode: { type: 'classic' },
  discounts: discounts(account, options),
  ...(account.shape === 'endive' ? endiveFields(options, status) : {}),
});

const endiveFields = (options: SubscriptionOptions, status: string): StripeObject =>
  status !== 'paused'
    ? {}
    : {
        status_details: {
          paused: {
            subscription: { type: options.pausedBecause ?? 'system' },
            transitioned_at: toUnixSeconds(options.at),
            type: 'subscription',
          },
        },
      };

const collection = (paused: SubscriptionOptions['collectionPaused']): StripeObject | null =>
  paused === undefined ? null : { behavior: 'void', resumes_at: toUnixSecondsOrNull(paused.resumesAt) };

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
    collection_method: options.collectionMethod ?? 'charge_automatically',
    created: started,
    currency: options.currency ?? 'usd',
    ...ownerFields(account),
    days_until_due: options.collectionMethod === 'send_invoice' ? 14 : null,
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
    pause_collection: collection(options.collectionPaused),
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
    trial_settings: { end_behavior: { missing_payment_method: options.withoutMethod ?? 'create_invoice' } },
    trial_start: options.trialEndsAt === undefined || options.trialEndsAt === null ? null : started,
    ...(account.shape === 'legacy' ? legacyFields(account, options) : basilFields(account, options, status)),
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

/** `customer.subscription.paused`, `.resumed` or `.trial_will_end`. */
export const subscriptionNoticed = (
  account: StripeAccount,
  notice: 'paused' | 'resumed' | 'trial_will_end',
  options: SubscriptionOptions,
): StripeEvent =>
  toStripeEvent(account, {
    type: `customer.subscription.${notice}`,
    at: options.at,
    automatic: options.automatic,
    object: subscriptionObject(account, options, notice === 'paused' ? 'paused' : 'active'),
  });

/** `customer.subscription.deleted`: it has ended. Say why with `reason` and `feedback`. */
export const subscriptionDeleted = (account: StripeAccount, options: SubscriptionOptions): StripeEvent =>
  toStripeEvent(account, {
    type: 'customer.subscription.deleted',
    at: options.at,
    automatic: options.automatic,
    object: subscriptionObject(account, options, 'canceled'),
  });
