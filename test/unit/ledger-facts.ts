import type {
  ActionRequired,
  AttemptFailed,
  AttemptRecorded,
  ChargeDeclined,
  ChargeState,
  ChargeSucceeded,
  DisputeObserved,
  Fact,
  FraudWarningObserved,
  InvoiceObserved,
  InvoicePaid,
  InvoiceState,
  PaymentMethodObserved,
  RefundObserved,
  SubscriptionEnded,
  SubscriptionObserved,
  SubscriptionState,
} from '../../src/domain/fact.ts';
import { DAY_MS, HOUR_MS, type Instant, instant, MINUTE_MS, plus, SECOND_MS } from '../../src/domain/instant.ts';
import type { Rules } from '../../src/domain/rules.ts';
import { foldLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { findStanding, type Standing } from '../../src/ledger/standing.ts';
import type { PlannedEvent } from '../../src/pipeline/events/event.ts';
import { planEvents } from '../../src/pipeline/events/index.ts';
import { stripeTaxonomy } from '../../src/providers/stripe/taxonomy.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';

/** Day one of every story. */
export const DAY_ONE = instant(Date.UTC(2026, 2, 1, 9));

/** The instant so many days, hours, minutes and seconds after the story began. */
export const day = (days: number, hours = 0, minutes = 0, seconds = 0): Instant =>
  plus(DAY_ONE, days * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS);

export const RULES: Rules = {
  namespace: 'test',
  policy: DEFAULT_POLICY,
  taxonomies: { stripe: stripeTaxonomy },
  hash: 'rules',
};

export const INVOICE: InvoiceState = {
  id: 'in_1',
  subscription: 'sub_1',
  status: 'open',
  currency: 'usd',
  amountDueMinor: 4900,
  amountRemainingMinor: 4900,
  amountPaidMinor: 0,
  collectedAutomatically: true,
  billingReason: 'cycle',
  attemptCount: 1,
  nextAttemptAt: null,
  dueAt: null,
  hostedUrl: 'https://pay.example/in_1',
  paidOutOfBand: false,
  uncollectibleReason: null,
  periodStart: null,
  price: { priceId: 'price_1', productId: 'prod_1', lookupKey: 'pro', planId: null, details: true },
  subscriptionPlanId: null,
  subscriptionUserId: null,
  userId: null,
  email: null,
  linksCharge: false,
  chargeId: null,
  paymentIntentId: null,
};

export const SUBSCRIPTION: SubscriptionState = {
  id: 'sub_1',
  status: 'active',
  price: INVOICE.price,
  planId: null,
  userId: null,
  currency: 'usd',
  items: [],
  discounts: [],
  collectedAutomatically: true,
  startedAt: null,
  trialEndsAt: null,
  cancelAt: null,
  cancelReason: null,
  cancelReasonStated: true,
  cancelFeedback: null,
  pausedForNonPayment: false,
  pauseReason: null,
  collectionPaused: false,
  resumesAt: null,
  defaultPaymentMethodId: null,
};

export const CHARGE: ChargeState = {
  chargeId: 'ch_1',
  paymentIntentId: 'pi_1',
  invoiceId: 'in_1',
  amountMinor: 4900,
  currency: 'usd',
  card: null,
  paymentMethodId: null,
};

const DECLINE = {
  declineCode: 'insufficient_funds',
  errorCode: 'card_declined',
  adviceCode: null,
  networkAdviceCode: null,
  networkDeclineCode: null,
  blockedReason: null,
};

/** Facts are told apart by their ids, which nothing reads; a story numbers them as it tells them. */
let told = 0;
const base = (at: Instant, receivedAt: Instant) => {
  told += 1;
  return { id: `evt_${String(told).padStart(4, '0')}`, occurredAt: at, receivedAt };
};

type Given<State> = Partial<State>;

export const observed = (at: Instant, given: Given<InvoiceState> = {}, received = at): InvoiceObserved => ({
  ...base(at, received),
  kind: 'invoice_observed',
  invoice: { ...INVOICE, ...given },
});

/** A failure notice; the next attempt is three days off unless said otherwise. */
export const failed = (at: Instant, given: Given<InvoiceState> = {}, received = at): AttemptFailed => ({
  ...base(at, received),
  kind: 'attempt_failed',
  invoice: { ...INVOICE, nextAttemptAt: plus(at, 3 * DAY_MS), ...given },
});

export const recorded = (
  at: Instant,
  received: Instant,
  chargeId: string | null,
  given: Given<InvoiceState> = {},
): AttemptRecorded => ({
  ...base(at, received),
  kind: 'attempt_recorded',
  chargeId,
  // Owed in full, and silent about the next attempt: the records do not date what was said of it.
  invoice: { ...INVOICE, ...given, nextAttemptAt: null, chargeId },
});

export const toConfirm = (at: Instant, given: Given<InvoiceState> = {}, received = at): ActionRequired => ({
  ...base(at, received),
  kind: 'action_required',
  invoice: { ...INVOICE, ...given },
});

export const paid = (at: Instant, given: Given<InvoiceState> = {}): InvoicePaid => ({
  ...base(at, at),
  kind: 'invoice_paid',
  byCharge: true,
  automatic: true,
  invoice: { ...INVOICE, status: 'paid', amountPaidMinor: 4900, amountRemainingMinor: 0, attemptCount: 2, ...given },
});

export const declined = (at: Instant, given: Given<ChargeState> = {}, received = at): ChargeDeclined => ({
  ...base(at, received),
  kind: 'charge_declined',
  charge: { ...CHARGE, ...given },
  decline: DECLINE,
});

export const succeeded = (at: Instant, given: Given<ChargeState> = {}): ChargeSucceeded => ({
  ...base(at, at),
  kind: 'charge_succeeded',
  charge: { ...CHARGE, ...given },
});

export const disputed = (at: Instant, status: DisputeObserved['status'], disputeId = 'dp_1'): DisputeObserved => ({
  ...base(at, at),
  kind: 'dispute_observed',
  disputeId,
  charge: { ...CHARGE, chargeId: 'ch_old', paymentIntentId: 'pi_old', invoiceId: 'in_old' },
  amountMinor: 4900,
  status,
  reason: 'fraudulent',
});

export const warned = (at: Instant, actionable = true): FraudWarningObserved => ({
  ...base(at, at),
  kind: 'fraud_warning_observed',
  warningId: 'issfr_1',
  about: { chargeId: 'ch_old', paymentIntentId: null, invoiceId: null },
  actionable,
});

export const refunded = (at: Instant, given: Given<Omit<RefundObserved, 'kind'>> = {}): RefundObserved => ({
  ...base(at, at),
  kind: 'refund_observed',
  refundId: 're_1',
  charge: CHARGE,
  amountMinor: 1000,
  status: 'succeeded',
  full: false,
  reason: null,
  ...given,
});

export const subscribed = (
  at: Instant,
  given: Given<SubscriptionState> = {},
  before: Given<Pick<SubscriptionObserved, 'previousStatus' | 'previousCollectionPaused'>> = {},
): SubscriptionObserved => ({
  ...base(at, at),
  kind: 'subscription_observed',
  subscription: { ...SUBSCRIPTION, ...given },
  previousStatus: null,
  previousCollectionPaused: null,
  ...before,
});

/** A card that is valid to the end of March, in nobody's slot yet. */
export const shown = (at: Instant, paymentMethodId: string): PaymentMethodObserved => ({
  ...base(at, at),
  kind: 'payment_method_observed',
  paymentMethodId,
  card: { brand: 'visa', last4: '4242', expMonth: 3, expYear: 2026 },
  detached: false,
  cause: 'attached',
  previousCard: null,
});

export const ended = (at: Instant, given: Given<SubscriptionState> = {}): SubscriptionEnded => ({
  ...base(at, at),
  kind: 'subscription_ended',
  subscription: { ...SUBSCRIPTION, status: 'canceled', ...given },
});

/** The ledger of one customer at `now`, of what was received until then. */
export const ledgerAt = (now: Instant, facts: readonly Fact[]): Ledger =>
  foldLedger(
    { provider: 'stripe', merchant: 'acct_1', mode: 'live', customer: 'cus_1' },
    facts.filter(({ receivedAt }) => receivedAt <= now),
    RULES,
    now,
  );

export const standingAt = (now: Instant, facts: readonly Fact[]): Standing =>
  findStanding(ledgerAt(now, facts), DEFAULT_POLICY);

/** The events that hold at `now`, those that still wait included. */
export const eventsAt = (now: Instant, facts: readonly Fact[]): readonly PlannedEvent[] =>
  planEvents({ ledger: ledgerAt(now, facts), rules: RULES });

/** The names of the events that may be said at `now`, in order. */
export const saidAt = (now: Instant, facts: readonly Fact[]): readonly string[] =>
  eventsAt(now, facts).flatMap(({ event, ready }) => (ready ? [event] : []));
