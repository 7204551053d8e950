import * as z from 'zod';
import { FACT_RANK, type FactKind } from '../../src/domain/fact.ts';

/** What every fact must be, whatever it was read from: the ledger counts on it and checks nothing again. */

/** Up to the year 3000, so that windows can be added and the result still be printed as a date. */
const at = z.number().int().min(0).max(32_503_680_000_000);
const id = z.string().regex(/^[\x21-\x7e]{1,300}$/);
const text = z
  .string()
  .max(5_000)
  .refine((value) => value.isWellFormed());
const minor = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const currency = z.string().regex(/^[a-z]{3}$/);
const user = z
  .string()
  .min(1)
  .max(5_000)
  .refine((value) => value.isWellFormed());
const email = z.string().min(3).max(320);
const known = z.boolean();

const base = { id, occurredAt: at, receivedAt: at };
const price = z
  .strictObject({
    priceId: id,
    productId: id.nullable(),
    lookupKey: text.nullable(),
    planId: text.nullable(),
    details: known,
  })
  .nullable();
const card = z
  .strictObject({
    brand: text.nullable(),
    last4: z.string().length(4).nullable(),
    expMonth: z.number().int().min(1).max(12).nullable(),
    expYear: z.number().int().min(1970).max(9999).nullable(),
  })
  .nullable();
const ref = { chargeId: id.nullable(), paymentIntentId: id.nullable(), invoiceId: id.nullable() };
const charge = z.strictObject({ ...ref, amountMinor: minor, currency, card, paymentMethodId: id.nullable() });

const invoice = z.strictObject({
  id,
  subscription: id.nullable(),
  status: z.enum(['draft', 'open', 'uncollectible', 'void', 'paid']),
  currency,
  amountDueMinor: minor,
  amountRemainingMinor: minor,
  amountPaidMinor: minor,
  collectedAutomatically: known,
  billingReason: z.enum([
    'cycle',
    'update',
    'threshold',
    'pending_items',
    'legacy',
    'create',
    'manual',
    'quote',
    'other',
  ]),
  attemptCount: z.number().int().min(0).max(1_000),
  nextAttemptAt: at.nullable(),
  dueAt: at.nullable(),
  hostedUrl: text.nullable(),
  paidOutOfBand: known.nullable(),
  uncollectibleReason: text.nullable(),
  periodStart: at.nullable(),
  price,
  subscriptionPlanId: text.nullable(),
  subscriptionUserId: user.nullable(),
  userId: user.nullable(),
  email: email.nullable(),
  linksCharge: known,
  chargeId: id.nullable(),
  paymentIntentId: id.nullable(),
});

const item = z.strictObject({
  priceId: id,
  unitAmountMinor: z.number().min(0).max(Number.MAX_SAFE_INTEGER).nullable(),
  quantity: z.number().int().min(0),
  interval: z.enum(['day', 'week', 'month', 'year']),
  intervalCount: z.number().int().min(1),
});
const discount = z
  .strictObject({
    percentOff: z.number().min(0).max(100).nullable(),
    amountOffMinor: minor.nullable(),
    lasts: z.enum(['forever', 'repeating', 'once']),
    endsAt: at.nullable(),
  })
  .refine(({ percentOff, amountOffMinor }) => (percentOff === null) !== (amountOffMinor === null));
const status = z.enum([
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'canceled',
  'incomplete',
  'incomplete_expired',
  'paused',
  'other',
]);
const subscription = z.strictObject({
  id,
  status,
  price,
  planId: text.nullable(),
  userId: user.nullable(),
  currency: currency.nullable(),
  items: z.array(item),
  discounts: z.array(discount).nullable(),
  collectedAutomatically: known,
  startedAt: at.nullable(),
  trialEndsAt: at.nullable(),
  cancelAt: at.nullable(),
  cancelReason: z.enum(['requested', 'payment_failed', 'payment_disputed', 'retention_policy', 'other']).nullable(),
  cancelReasonStated: known,
  cancelFeedback: text.nullable(),
  pausedForNonPayment: known,
  pauseReason: z.enum(['non_payment', 'trial_ended', 'requested', 'other']).nullable(),
  collectionPaused: known,
  resumesAt: at.nullable(),
  defaultPaymentMethodId: id.nullable(),
});

const decline = z.strictObject({
  declineCode: text.nullable(),
  errorCode: text.nullable(),
  adviceCode: text.nullable(),
  networkAdviceCode: text.nullable(),
  networkDeclineCode: text.nullable(),
  blockedReason: text.nullable(),
});

const intervention = {
  source: z.enum(['operator', 'churnkey', 'churn_buster']),
  actor: text.nullable(),
  reason: text.nullable(),
};

const fields: Readonly<Record<FactKind, z.ZodRawShape>> = {
  invoice_observed: { invoice },
  attempt_failed: { invoice },
  attempt_recorded: { invoice, chargeId: id.nullable() },
  action_required: { invoice },
  invoice_paid: { invoice, byCharge: known, automatic: known },
  charge_declined: { charge, decline },
  charge_succeeded: { charge },
  invoice_payment_linked: { invoiceId: id, paymentIntentId: id.nullable(), chargeId: id.nullable() },
  payment_reversed: { reversalId: id, charge },
  dispute_observed: {
    disputeId: id,
    charge,
    amountMinor: minor,
    status: z.enum(['open', 'won', 'lost', 'withdrawn']),
    openedAt: at.nullable(),
    reason: text.nullable(),
  },
  fraud_warning_observed: { warningId: id, about: z.strictObject(ref), actionable: known, openedAt: at.nullable() },
  refund_observed: {
    refundId: id,
    charge,
    amountMinor: minor,
    status: z.enum(['pending', 'succeeded', 'failed', 'canceled']),
    full: known.nullable(),
    reason: text.nullable(),
  },
  checkout_completed: { subscription: id.nullable(), userId: user.nullable(), email: email.nullable() },
  subscription_observed: {
    subscription,
    previousStatus: status.nullable(),
    previousCollectionPaused: known.nullable(),
    previousPaymentMethodId: id.nullable().optional(),
  },
  subscription_ended: { subscription },
  collection_stopped: { subscription: id },
  customer_observed: {
    userId: user.nullable(),
    contactUserIds: z.array(user).refine((ids) => new Set(ids).size === ids.length),
    email: email.nullable(),
    defaultPaymentMethodId: id.nullable(),
    previousPaymentMethodId: id.nullable().optional(),
    deleted: known,
  },
  payment_method_observed: {
    paymentMethodId: id,
    card,
    detached: known,
    cause: z.enum(['attached', 'updated', 'network', 'expiring', 'detached', 'seen']),
    previousCard: card,
  },
  hold_placed: {
    ...intervention,
    holdId: id,
    cause: z.enum(['held', 'opted_out', 'owned_elsewhere']),
    until: at.nullable(),
  },
  hold_lifted: { ...intervention, holdId: id.nullable() },
  marked_recovered: intervention,
};

const kindOf = z.looseObject({ kind: z.enum(Object.keys(FACT_RANK) as [FactKind, ...FactKind[]]) });

const schemas = new Map(
  Object.entries(fields).map(([kind, own]) => [kind, z.strictObject({ ...base, kind: z.literal(kind), ...own })]),
);

/** What is wrong with a fact, or null: each field is there, bounded, of its kind, and no other. */
export const factProblem = (fact: unknown): string | null => {
  const named = kindOf.safeParse(fact);
  if (!named.success) return z.prettifyError(named.error);
  const checked = schemas.get(named.data.kind)?.safeParse(fact);
  return checked?.success === true
    ? null
    : `${named.data.kind}: ${checked === undefined ? '' : z.prettifyError(checked.error)}`;
};
