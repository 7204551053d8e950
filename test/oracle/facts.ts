/**
 * The oracle's own words for what was observed: structural types, so that it shares no line with what it judges.
 * Instants are UTC milliseconds, amounts are minor units.
 */
export interface Price {
  readonly priceId: string;
  readonly productId: string | null;
  readonly lookupKey: string | null;
  readonly planId: string | null;
  readonly details: boolean;
}
export interface Invoice {
  readonly id: string;
  readonly subscription: string | null;
  readonly status: 'draft' | 'open' | 'uncollectible' | 'void' | 'paid';
  readonly currency: string;
  readonly amountRemainingMinor: number;
  readonly amountPaidMinor: number;
  readonly collectedAutomatically: boolean;
  readonly billingReason: string;
  readonly attemptCount: number;
  readonly nextAttemptAt: number | null;
  readonly paidOutOfBand: boolean | null;
  readonly uncollectibleReason: string | null;
  readonly price: Price | null;
  readonly subscriptionPlanId: string | null;
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
export interface Charge {
  readonly chargeId: string | null;
  readonly paymentIntentId: string | null;
  readonly invoiceId: string | null;
  readonly amountMinor: number;
  readonly currency: string;
  readonly card: Card | null;
  readonly paymentMethodId: string | null;
}
export interface Item {
  readonly unitAmountMinor: number | null;
  readonly quantity: number;
  readonly interval: 'day' | 'week' | 'month' | 'year';
  readonly intervalCount: number;
}
export interface Discount {
  readonly percentOff: number | null;
  readonly amountOffMinor: number | null;
  readonly lasts: 'forever' | 'repeating' | 'once';
}
export interface Subscription {
  readonly id: string;
  readonly status: string;
  readonly price: Price | null;
  readonly planId: string | null;
  readonly cancelAt: number | null;
  readonly cancelReason: string | null;
  readonly cancelReasonStated: boolean;
  readonly cancelFeedback: string | null;
  readonly pausedForNonPayment: boolean;
  readonly pauseReason?: string | null;
  readonly collectionPaused: boolean;
  readonly resumesAt: number | null;
  readonly currency: string | null;
  readonly items: readonly Item[];
  readonly discounts: readonly Discount[] | null;
  readonly defaultPaymentMethodId: string | null;
}
interface Base {
  readonly id: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly isHistory?: true;
}
export interface InvoiceFact extends Base {
  readonly kind: 'invoice_observed' | 'attempt_failed' | 'action_required' | 'invoice_paid';
  readonly invoice: Invoice;
}
export interface RecordFact extends Base {
  readonly kind: 'attempt_recorded';
  readonly invoice: Invoice;
  readonly chargeId: string | null;
}
export interface ChargeFact extends Base {
  readonly kind: 'charge_declined' | 'charge_succeeded' | 'payment_reversed';
  readonly charge: Charge;
  readonly decline?: { readonly declineCode: string | null; readonly errorCode: string | null };
}
export interface LinkFact extends Base {
  readonly kind: 'invoice_payment_linked';
  readonly invoiceId: string;
  readonly paymentIntentId: string | null;
  readonly chargeId: string | null;
}
export interface SubscriptionFact extends Base {
  readonly kind: 'subscription_observed' | 'subscription_ended';
  readonly subscription: Subscription;
  readonly previousPaymentMethodId?: string | null;
}
export interface StoppedFact extends Base {
  readonly kind: 'collection_stopped';
  readonly subscription: string;
}
export interface CustomerFact extends Base {
  readonly kind: 'customer_observed';
  readonly defaultPaymentMethodId: string | null;
  readonly previousPaymentMethodId?: string | null;
}
export interface MethodFact extends Base {
  readonly kind: 'payment_method_observed';
  readonly paymentMethodId: string;
  readonly card: Card | null;
  readonly detached: boolean;
  readonly cause: 'attached' | 'updated' | 'network' | 'expiring' | 'detached' | 'seen';
  readonly previousCard: Card | null;
}
export interface DisputeFact extends Base {
  readonly kind: 'dispute_observed';
  readonly disputeId: string;
  readonly charge: Charge;
  readonly status: 'open' | 'won' | 'lost' | 'withdrawn';
  readonly openedAt?: number | null;
}
export interface WarningFact extends Base {
  readonly kind: 'fraud_warning_observed';
  readonly warningId: string;
  readonly about: Pick<Charge, 'chargeId' | 'paymentIntentId' | 'invoiceId'>;
  readonly actionable: boolean;
  readonly openedAt?: number | null;
}
export interface RefundFact extends Base {
  readonly kind: 'refund_observed';
  readonly refundId: string;
  readonly charge: Charge;
  readonly amountMinor: number;
  readonly status: 'pending' | 'succeeded' | 'failed' | 'canceled';
}
/** Nothing that the oracle judges follows from it: who somebody is, the store settles. */
export interface CheckoutFact extends Base {
  readonly kind: 'checkout_completed';
}
/** What people and other tools say about the account. */
export interface HoldFact extends Base {
  readonly kind: 'hold_placed';
  readonly source: string;
  readonly holdId: string;
  readonly cause: 'held' | 'opted_out' | 'owned_elsewhere';
  readonly until: number | null;
}
export interface LiftFact extends Base {
  readonly kind: 'hold_lifted';
  readonly source: string;
  readonly holdId: string | null;
}
export interface MarkFact extends Base {
  readonly kind: 'marked_recovered';
  readonly source: string;
  /** Absent: whatever is owed. */
  readonly invoices?: readonly string[];
}
export type Fact =
  | InvoiceFact
  | RecordFact
  | ChargeFact
  | LinkFact
  | SubscriptionFact
  | StoppedFact
  | CustomerFact
  | MethodFact
  | DisputeFact
  | WarningFact
  | RefundFact
  | CheckoutFact
  | HoldFact
  | LiftFact
  | MarkFact;

/** What the rules leave to the merchant. */
export interface Policy {
  readonly plans: { readonly highValue: readonly string[]; readonly ids: Readonly<Record<string, string>> };
  readonly noRetryAfterMs: number;
  readonly chargeWebhooks: 'subscribed' | 'absent';
}

/** What all rules are read with: the visible facts in fold order, the policy, and the instant of the question. */
export interface Case {
  readonly facts: readonly Fact[];
  readonly policy: Policy;
  readonly t: number;
}

export const SECOND = 1_000;
export const DAY = 86_400_000;

/** Does this fact state an invoice. */
export const isInvoiceFact = (fact: Fact): fact is InvoiceFact | RecordFact => 'invoice' in fact;

/** The statements about one invoice, in fold order. */
export const statementsOf = (facts: readonly Fact[], invoiceId: string): readonly (InvoiceFact | RecordFact)[] =>
  facts.filter(isInvoiceFact).filter((fact) => fact.invoice.id === invoiceId);

/** The statements about one subscription, in fold order. */
export const subscriptionFacts = (facts: readonly Fact[], id: string): readonly SubscriptionFact[] =>
  facts.filter(
    (fact): fact is SubscriptionFact =>
      (fact.kind === 'subscription_observed' || fact.kind === 'subscription_ended') && fact.subscription.id === id,
  );

/** Every subscription that any statement names. */
export const subscriptionsIn = (facts: readonly Fact[]): readonly string[] => {
  const ids = facts.flatMap((fact) => {
    if (isInvoiceFact(fact)) return fact.invoice.subscription === null ? [] : [fact.invoice.subscription];
    return fact.kind === 'subscription_observed' || fact.kind === 'subscription_ended' ? [fact.subscription.id] : [];
  });
  return [...new Set(ids)];
};
