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
  readonly price: Price | null;
  readonly subscriptionPlanId: string | null;
  readonly linksCharge: boolean;
  readonly chargeId: string | null;
  readonly paymentIntentId: string | null;
}
export interface Card {
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
  readonly defaultPaymentMethodId: string | null;
}
interface Base {
  readonly id: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
}
export interface InvoiceFact extends Base {
  readonly kind: 'invoice_observed' | 'attempt_failed' | 'action_required' | 'invoice_paid';
  readonly invoice: Invoice;
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
}
export interface StoppedFact extends Base {
  readonly kind: 'collection_stopped';
  readonly subscription: string;
}
export interface CustomerFact extends Base {
  readonly kind: 'customer_observed';
  readonly defaultPaymentMethodId: string | null;
}
export interface MethodFact extends Base {
  readonly kind: 'payment_method_observed';
  readonly paymentMethodId: string;
  readonly card: Card | null;
  readonly detached: boolean;
}
/** Nothing that the oracle judges follows from these yet. */
export interface OtherFact extends Base {
  readonly kind:
    | 'attempt_recorded'
    | 'dispute_observed'
    | 'fraud_warning_observed'
    | 'refund_observed'
    | 'checkout_completed';
}
export type Fact =
  | InvoiceFact
  | ChargeFact
  | LinkFact
  | SubscriptionFact
  | StoppedFact
  | CustomerFact
  | MethodFact
  | OtherFact;

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
export const isInvoiceFact = (fact: Fact): fact is InvoiceFact => 'invoice' in fact;

/** The statements about one invoice, in fold order. */
export const statementsOf = (facts: readonly Fact[], invoiceId: string): readonly InvoiceFact[] =>
  facts.filter(isInvoiceFact).filter((fact) => fact.invoice.id === invoiceId);

/** The statements about one subscription, in fold order. */
export const subscriptionFacts = (facts: readonly Fact[], id: string): readonly SubscriptionFact[] =>
  facts.filter(
    (fact): fact is SubscriptionFact =>
      (fact.kind === 'subscription_observed' || fact.kind === 'subscription_ended') && fact.subscription.id === id,
  );
