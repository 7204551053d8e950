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
  /** Read from the provider's history by a backfill: it is settled, nothing more about that time is on its way (E6). */
  readonly isHistory?: true;
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
  /** Off the whole subscription, in the order in which they apply. */
  readonly discounts: readonly Discount[];
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
/**
 * An attempt that failed, as the provider's records tell it long after: from a backfill, where no notice is left. It
 * gives state like a notice and anchors no event (semantics E4). `occurredAt` is the charge's, else the best known.
 */
export interface AttemptRecorded extends FactBase {
  readonly kind: 'attempt_recorded';
  readonly invoice: InvoiceState;
  /** The charge that failed; null where the records show none. */
  readonly chargeId: string | null;
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
/** A dispute (chargeback or inquiry) on a charge, as one notice stated it. */
export interface DisputeObserved extends FactBase {
  readonly kind: 'dispute_observed';
  readonly disputeId: string;
  readonly charge: ChargeState;
  /** What is disputed, in minor units of the charge's currency. */
  readonly amountMinor: number;
  /** `open` while the bank has not decided; `won` and `lost` from the merchant's side; `withdrawn` asks nothing more. */
  readonly status: 'open' | 'won' | 'lost' | 'withdrawn';
  /** When it was opened, by its own date; null where the shape has none. Absent in older facts. */
  readonly openedAt?: Instant | null;
  /** The provider's reason, raw; it may not be told (e.g. `fraudulent`). */
  readonly reason: string | null;
}
/** The card network warns that a charge is likely fraudulent; no dispute yet. */
export interface FraudWarningObserved extends FactBase {
  readonly kind: 'fraud_warning_observed';
  readonly warningId: string;
  /** The charge it is about; the warning itself states no amount. */
  readonly about: ChargeRef;
  /** False once the charge was refunded or disputed: nothing is left to decide. */
  readonly actionable: boolean;
  /** When it was given, by its own date; null where the shape has none. Absent in older facts. */
  readonly openedAt?: Instant | null;
}
/** Money given back. `failed` and `canceled` leave it with the merchant after all. */
export interface RefundObserved extends FactBase {
  readonly kind: 'refund_observed';
  /** The refund's own id, else that of the charge whose total is stated. */
  readonly refundId: string;
  /** Its amount is the charge's where the payload carries the charge, else the refund's. */
  readonly charge: ChargeState;
  /** Of this refund; where `refundId` is the charge's, the total given back of it so far; in minor units of the charge's currency. */
  readonly amountMinor: number;
  readonly status: 'pending' | 'succeeded' | 'failed' | 'canceled';
  /** The whole charge is given back; null where the shape cannot say. */
  readonly full: boolean | null;
  readonly reason: string | null;
}
/** A hosted checkout was completed: it may name the user before any other object does. */
export interface CheckoutCompleted extends FactBase {
  readonly kind: 'checkout_completed';
  readonly subscription: string | null;
  /** From its metadata, else the reference that the merchant gave it. */
  readonly userId: string | null;
  readonly email: string | null;
}
export interface SubscriptionObserved extends FactBase {
  readonly kind: 'subscription_observed';
  readonly subscription: SubscriptionState;
  /** The status before, where the payload names it: only then is the change an event. */
  readonly previousStatus: SubscriptionStatus | null;
  /** Whether collection was paused before, where the payload names it: only then is the change an event. */
  readonly previousCollectionPaused: boolean | null;
  /** The subscription's slot changed with this notice; null: emptied or filled for the first time. Absent: not said. */
  readonly previousPaymentMethodId?: string | null;
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
  /** Users who are told about the account besides its own (semantics F1), from the metadata keys that policy names. */
  readonly contactUserIds: readonly string[];
  readonly email: string | null;
  /** The customer's slot: charged where the subscription's is empty; null: none set. */
  readonly defaultPaymentMethodId: string | null;
  /** The customer's slot changed with this notice; null: it was empty before. Absent: not said. */
  readonly previousPaymentMethodId?: string | null;
  /** The provider no longer knows the customer. */
  readonly deleted: boolean;
}
/** A stored payment method was attached, changed or renewed by the card network, or is gone. */
export interface PaymentMethodObserved extends FactBase {
  readonly kind: 'payment_method_observed';
  readonly paymentMethodId: string;
  /** Null for a method that is no card. */
  readonly card: Card | null;
  /** It can no longer be charged. */
  readonly detached: boolean;
  /** What the notice is about; `network`: the card network renewed it by itself; `seen`: read from a list. */
  readonly cause: 'attached' | 'updated' | 'network' | 'expiring' | 'detached' | 'seen';
  /** The card before, as far as the payload names it; null where it names nothing. */
  readonly previousCard: Card | null;
}

export type Fact =
  | InvoiceObserved
  | AttemptFailed
  | AttemptRecorded
  | ActionRequired
  | InvoicePaid
  | ChargeDeclined
  | ChargeSucceeded
  | InvoicePaymentLinked
  | PaymentReversed
  | DisputeObserved
  | FraudWarningObserved
  | RefundObserved
  | CheckoutCompleted
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
  checkout_completed: 0,
  dispute_observed: 0,
  fraud_warning_observed: 0,
  refund_observed: 0,
  charge_declined: 1,
  action_required: 1,
  attempt_failed: 1,
  attempt_recorded: 1,
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
