import type { RawDecline } from './decline.ts';
import type { CustomerKey } from './ids.ts';
import type { Instant } from './instant.ts';

/**
 * A fact is one provider-neutral observation, immutable. Facts are ordered by (occurredAt, rank, id) and
 * deduplicated by id within a customer. Raw codes stay raw: what they mean is decided when they are read.
 */
interface FactBase {
  /** Unique within the customer: the provider's event id, plus `#n` when one event states several things. */
  readonly id: string;
  /** When it happened, by the provider's clock. */
  readonly occurredAt: Instant;
  /** When its first delivery was received. */
  readonly receivedAt: Instant;
}

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
  /** The subscription's own slot: the payment method that is charged before the customer's default; null: none set. */
  readonly defaultPaymentMethodId: string | null;
}

/** `requested`: by the customer or through the API. */
export type CancelReason = 'requested' | 'payment_failed' | 'payment_disputed' | 'retention_policy' | 'other';

/** Any look at an invoice that is not one of the notices below. */
export interface InvoiceObserved extends FactBase {
  readonly kind: 'invoice_observed';
  readonly invoice: InvoiceState;
}
/** The provider's notice that an attempt on an invoice failed: the anchor of `payment_failed`. */
export interface AttemptFailed extends FactBase {
  readonly kind: 'attempt_failed';
  readonly invoice: InvoiceState;
}
/** The customer must confirm the payment; by itself no attempt. */
export interface ActionRequired extends FactBase {
  readonly kind: 'action_required';
  readonly invoice: InvoiceState;
}
/** The invoice is paid, by whatever means. */
export interface InvoicePaid extends FactBase {
  readonly kind: 'invoice_paid';
  readonly invoice: InvoiceState;
  /** True: the notice is given only for a charge that succeeded. False: also given out of band. */
  readonly byCharge: boolean;
  /** True: the provider acted by itself. False: an API or on-session request did. */
  readonly automatic: boolean;
}
/** A charge or intent was refused. Without an invoice's failure notice it is no attempt. */
export interface ChargeDeclined extends FactBase {
  readonly kind: 'charge_declined';
  readonly charge: ChargeState;
  readonly decline: RawDecline;
}
export interface ChargeSucceeded extends FactBase {
  readonly kind: 'charge_succeeded';
  readonly charge: ChargeState;
}
/** The provider's own link between an invoice and the intent or charge that pays it. */
export interface InvoicePaymentLinked extends FactBase {
  readonly kind: 'invoice_payment_linked';
  readonly invoiceId: string;
  readonly paymentIntentId: string | null;
  readonly chargeId: string | null;
}
/** A payment that had succeeded was taken back: a late bank failure, a lost chargeback. */
export interface PaymentReversed extends FactBase {
  readonly kind: 'payment_reversed';
  /** The object that reversed it, e.g. the dispute's id. */
  readonly reversalId: string;
  readonly charge: ChargeState;
}
export interface SubscriptionObserved extends FactBase {
  readonly kind: 'subscription_observed';
  readonly subscription: SubscriptionState;
  /** The status before, where the payload names it: only then is the change an event. */
  readonly previousStatus: SubscriptionStatus | null;
}
export interface SubscriptionEnded extends FactBase {
  readonly kind: 'subscription_ended';
  readonly subscription: SubscriptionState;
}
/** The provider stopped collecting for a subscription in its own words, without an invoice to carry them. */
export interface CollectionStopped extends FactBase {
  readonly kind: 'collection_stopped';
  readonly subscription: string;
}
export interface CustomerObserved extends FactBase {
  readonly kind: 'customer_observed';
  readonly userId: string | null;
  /** The customer's slot: charged where the subscription's is empty; null: none set. */
  readonly defaultPaymentMethodId: string | null;
}
/** A stored payment method was attached, changed or renewed by the card network, or is gone. */
export interface PaymentMethodObserved extends FactBase {
  readonly kind: 'payment_method_observed';
  readonly paymentMethodId: string;
  /** Null for a method that is no card. */
  readonly card: Card | null;
  /** It can no longer be charged. */
  readonly detached: boolean;
}

export type Fact =
  | InvoiceObserved
  | AttemptFailed
  | ActionRequired
  | InvoicePaid
  | ChargeDeclined
  | ChargeSucceeded
  | InvoicePaymentLinked
  | PaymentReversed
  | SubscriptionObserved
  | SubscriptionEnded
  | CollectionStopped
  | CustomerObserved
  | PaymentMethodObserved;
export type FactKind = Fact['kind'];

/** Within one provider second a payment outranks a failure, a failure a snapshot. Higher folds later. */
export const FACT_RANK: Readonly<Record<FactKind, number>> = {
  customer_observed: 0,
  payment_method_observed: 0,
  subscription_observed: 0,
  invoice_observed: 0,
  invoice_payment_linked: 0,
  charge_declined: 1,
  action_required: 1,
  attempt_failed: 1,
  payment_reversed: 1,
  collection_stopped: 2,
  subscription_ended: 2,
  charge_succeeded: 3,
  invoice_paid: 3,
};

/** How a provider names the customer of a delivery, or the objects by which the customer can be found later. */
export interface DeliveryKeys extends Omit<CustomerKey, 'customer'> {
  /** Null where the payload names none. */
  readonly customer: string | null;
  /** Object ids by which an unresolved delivery waits, e.g. `in_…`, `pi_…`, `ch_…`. */
  readonly objects: readonly string[];
  /** The provider's event id, or a content hash where it gives none. */
  readonly eventId: string;
  readonly eventType: string;
  readonly occurredAt: Instant;
}
