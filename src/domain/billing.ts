import type { Instant } from './instant.ts';

/** What billing objects look like in one statement about them, whatever the provider. Amounts are integer minor units. */

export type InvoiceStatus = 'draft' | 'open' | 'uncollectible' | 'void' | 'paid';

/** Why an invoice exists. `cycle`, `update`, `threshold`, `pending_items` and `legacy` can be dunned. */
export type BillingReason =
  | 'cycle'
  | 'update'
  | 'threshold'
  | 'pending_items'
  | 'legacy'
  | 'create'
  | 'manual'
  | 'quote'
  | 'other';

/** What one priced item says about the plan. `details` is false where the payload held ids only. */
export interface PriceRef {
  readonly priceId: string;
  readonly productId: string | null;
  readonly lookupKey: string | null;
  /** `plan_id` in the metadata of the price or its product. */
  readonly planId: string | null;
  /** The payload carried the price object itself, so a missing lookup key or plan id is known to be absent. */
  readonly details: boolean;
}

/** An invoice as one notice stated it. Amounts are integer minor units. */
export interface InvoiceState {
  readonly id: string;
  readonly subscription: string | null;
  readonly status: InvoiceStatus;
  /** ISO 4217, lower case. */
  readonly currency: string;
  readonly amountDueMinor: number;
  readonly amountRemainingMinor: number;
  readonly amountPaidMinor: number;
  readonly collectedAutomatically: boolean;
  readonly billingReason: BillingReason;
  /** The provider's own count: the first try and every scheduled retry, executed or not. */
  readonly attemptCount: number;
  readonly nextAttemptAt: Instant | null;
  /** When a sent invoice is to be paid by; null where it is collected automatically. */
  readonly dueAt: Instant | null;
  readonly hostedUrl: string | null;
  /** True or false where the shape says so, null where it cannot. */
  readonly paidOutOfBand: boolean | null;
  /** Why the provider gave up, in its own words, e.g. `max_payment_attempts`. */
  readonly uncollectibleReason: string | null;
  /** First instant of the service period billed, to recognise the first invoice after a trial. */
  readonly periodStart: Instant | null;
  readonly price: PriceRef | null;
  /** `plan_id` in the copy of the subscription's metadata on the invoice. */
  readonly subscriptionPlanId: string | null;
  /** User id in the copy of the subscription's metadata on the invoice. */
  readonly subscriptionUserId: string | null;
  /** User id in the invoice's own metadata. */
  readonly userId: string | null;
  /** The customer's email as the invoice states it. */
  readonly email: string | null;
  /** The shape carries links to its charge and intent (legacy); only then does a null charge mean that none was made. */
  readonly linksCharge: boolean;
  readonly chargeId: string | null;
  readonly paymentIntentId: string | null;
}

export interface Card {
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expMonth: number | null;
  readonly expYear: number | null;
}

/** Money movement as charges and payment intents state it. Amounts are integer minor units. */
export interface ChargeState {
  readonly chargeId: string | null;
  readonly paymentIntentId: string | null;
  /** From the payload itself: the legacy link or an order reference; null where the shape has none. */
  readonly invoiceId: string | null;
  readonly amountMinor: number;
  /** ISO 4217, lower case. */
  readonly currency: string;
  readonly card: Card | null;
  /** The stored payment method that was charged; null where the shape names none. */
  readonly paymentMethodId: string | null;
}

/** What a charge is found by. */
export type ChargeRef = Pick<ChargeState, 'chargeId' | 'paymentIntentId' | 'invoiceId'>;

export type SubscriptionStatus =
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'unpaid'
  | 'canceled'
  | 'incomplete'
  | 'incomplete_expired'
  | 'paused'
  | 'other';

export interface SubscriptionState {
  readonly id: string;
  readonly status: SubscriptionStatus;
  readonly price: PriceRef | null;
  /** `plan_id` in the subscription's metadata. */
  readonly planId: string | null;
  readonly userId: string | null;
  /** ISO 4217, lower case; null where the shape does not state it. */
  readonly currency: string | null;
  /** What is billed each period, for recurring revenue; empty where the shape states no amounts. */
  readonly items: readonly PricedItem[];
  /** Off the whole subscription, in the order in which they apply; null: some are named and not told. */
  readonly discounts: readonly Discount[] | null;
  readonly collectedAutomatically: boolean;
  readonly startedAt: Instant | null;
  readonly trialEndsAt: Instant | null;
  /** When it will end, if an end is scheduled: at a set instant or with the current period. */
  readonly cancelAt: Instant | null;
  readonly cancelReason: CancelReason | null;
  /** True where the shape has a place for the reason, so that a null reason means that none was given; false in older shapes. */
  readonly cancelReasonStated: boolean;
  /** The customer's own words chosen from a list, e.g. `too_expensive`. */
  readonly cancelFeedback: string | null;
  /** Paused by the provider because the last attempt failed. */
  readonly pausedForNonPayment: boolean;
  /** Why its status is `paused`; null where the shape does not tell, or it is not. Absent in older facts. */
  readonly pauseReason?: PauseReason | null;
  /** Collection is paused while the subscription runs; its invoices are kept as drafts, voided or given up. */
  readonly collectionPaused: boolean;
  /** When a paused collection goes on by itself; null: never, or not paused. */
  readonly resumesAt: Instant | null;
  /** The subscription's own slot: the payment method that is charged before the customer's default; null: none set. */
  readonly defaultPaymentMethodId: string | null;
}

/** `trial_ended`: the trial ended without a payment method. `requested`: by the customer or through the API. */
export type PauseReason = 'non_payment' | 'trial_ended' | 'requested' | 'other';

/** One recurring item. Its part of a period's bill is `unitAmountMinor * quantity`. */
export interface PricedItem {
  readonly priceId: string;
  /** Minor units, fractions of them kept (decimal prices); null for tiered, metered and otherwise computed prices. */
  readonly unitAmountMinor: number | null;
  readonly quantity: number;
  readonly interval: 'day' | 'week' | 'month' | 'year';
  readonly intervalCount: number;
}

/** Off a bill: one of both is set. */
export interface Discount {
  readonly percentOff: number | null;
  readonly amountOffMinor: number | null;
  /** `forever` counts as recurring; others lapse. */
  readonly lasts: 'forever' | 'repeating' | 'once';
  readonly endsAt: Instant | null;
}

/** `requested`: by the customer or through the API. */
export type CancelReason = 'requested' | 'payment_failed' | 'payment_disputed' | 'retention_policy' | 'other';
