import type { Card, ChargeRef, ChargeState, InvoiceState, SubscriptionState, SubscriptionStatus } from './billing.ts';
import type { RawDecline } from './decline.ts';
import type { CustomerKey } from './ids.ts';
import type { Instant } from './instant.ts';

export type * from './billing.ts';

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
  /** Of history as the ledger folds it, where it counts as received when it happened: when it was read. */
  readonly readAt?: Instant;
}

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

/** Who says so: a person of the company, or another tool that recovers payments (semantics F3, D6). */
export type InterventionSource = 'operator' | 'churnkey' | 'churn_buster';

interface InterventionBase extends FactBase {
  readonly source: InterventionSource;
  /** The person who acted, as they are known to the company; null for a tool. For people: it never leaves the store. */
  readonly actor: string | null;
  /** Why, in the actor's words; null where none was given. For people: it never leaves the store. */
  readonly reason: string | null;
}
/** No dunning message may go out about the account from now on, whatever becomes of its payments. */
export interface HoldPlaced extends InterventionBase {
  readonly kind: 'hold_placed';
  /** Names the hold, so that it can be lifted alone; a later one of the same id takes its place. */
  readonly holdId: string;
  /** `held`: in resolution; `opted_out`: is never to be dunned; `owned_elsewhere`: another tool writes to the customer. */
  readonly cause: 'held' | 'opted_out' | 'owned_elsewhere';
  /** It lapses by itself then; null: only when it is lifted. */
  readonly until: Instant | null;
}
/** A hold is over. */
export interface HoldLifted extends InterventionBase {
  readonly kind: 'hold_lifted';
  /** Null: every hold of this source. */
  readonly holdId: string | null;
}
/** What was owed on the episodes that are open now is settled, by a way that the provider does not see. */
export interface MarkedRecovered extends InterventionBase {
  readonly kind: 'marked_recovered';
  /** Of these only; absent: whatever is owed on them. */
  readonly invoices?: readonly string[];
}
/** What people and other tools say, beside what the provider does. */
export type Intervention = HoldPlaced | HoldLifted | MarkedRecovered;

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
  | PaymentMethodObserved
  | Intervention;
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
  hold_placed: 2,
  hold_lifted: 2,
  marked_recovered: 2,
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
