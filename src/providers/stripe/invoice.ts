import * as z from 'zod';
import type { BillingReason, InvoiceState, InvoiceStatus, PriceRef } from '../../domain/fact.ts';
import { type Metadata, metadata, planIdIn, userIdIn } from './metadata.ts';
import { idOf } from './object-ids.ts';
import { priced, toPriceRef } from './price.ts';
import { defineReader, type Statement } from './reader.ts';
import { currency, email, flag, objectId, owedMinor, reference, text, toInstant, unixSeconds } from './shapes.ts';

const lineParent = z.object({ subscription: reference, proration: flag }).nullish();

const line = z.object({
  type: text,
  subscription: reference,
  proration: flag,
  metadata,
  period: z.object({ start: unixSeconds.nullish() }).nullish(),
  parent: z.object({ subscription_item_details: lineParent, invoice_item_details: lineParent }).nullish(),
  ...priced,
});
type Line = z.infer<typeof line>;

const subscriptionDetails = z.object({ subscription: reference, metadata }).nullish();

/** Stripe tries for two months at most; everything that counts attempts counts up to this. */
const MAX_ATTEMPTS = 1_000;

export const invoice = z.object({
  id: objectId,
  status: text,
  paid: flag,
  forgiven: flag,
  currency,
  amount_due: owedMinor,
  amount_remaining: owedMinor.nullish(),
  amount_paid: owedMinor.nullish(),
  collection_method: text,
  /** Until 2019. */
  billing: text,
  billing_reason: text,
  attempt_count: z.number().int().min(0).max(MAX_ATTEMPTS).nullish(),
  next_payment_attempt: unixSeconds.nullish(),
  due_date: unixSeconds.nullish(),
  customer_email: email,
  hosted_invoice_url: text,
  paid_out_of_band: flag,
  status_details: z.object({ uncollectible: z.object({ reason: text }).nullish() }).nullish(),
  /** Since basil. */
  parent: z.object({ subscription_details: subscriptionDetails }).nullish(),
  /** Before basil. */
  subscription: reference,
  subscription_details: subscriptionDetails,
  charge: reference,
  payment_intent: reference,
  metadata,
  status_transitions: z
    .object({
      finalized_at: unixSeconds.nullish(),
      paid_at: unixSeconds.nullish(),
      voided_at: unixSeconds.nullish(),
      marked_uncollectible_at: unixSeconds.nullish(),
    })
    .nullish(),
  lines: z.object({ data: z.array(line).nullish() }).nullish(),
});
export type Invoice = z.infer<typeof invoice>;

const BILLING_REASONS: ReadonlyMap<string, BillingReason> = new Map([
  ['subscription_cycle', 'cycle'],
  ['subscription_update', 'update'],
  ['subscription_threshold', 'threshold'],
  ['automatic_pending_invoice_item_invoice', 'pending_items'],
  ['subscription', 'legacy'],
  ['subscription_create', 'create'],
  ['manual', 'manual'],
  ['quote_accept', 'quote'],
]);

const STATUSES: ReadonlyMap<string, InvoiceStatus> = new Map(
  (['draft', 'open', 'uncollectible', 'void', 'paid'] as const).map((status) => [status, status]),
);

/** Any look at an invoice that states no payment and no failure. */
export const readInvoice = defineReader({
  kinds: ['invoice_observed'],
  schema: invoice,
  toFacts: (said) => [{ ...said.origin, kind: 'invoice_observed', invoice: toInvoiceState(said) }],
});

/** `invoice.payment_failed`: the anchor of a failed attempt. */
export const readInvoiceFailed = defineReader({
  kinds: ['attempt_failed'],
  schema: invoice,
  toFacts: (said) => [{ ...said.origin, kind: 'attempt_failed', invoice: toInvoiceState(said) }],
});

/** `invoice.payment_action_required`: the customer must confirm; by itself no attempt. */
export const readInvoiceActionRequired = defineReader({
  kinds: ['action_required'],
  schema: invoice,
  toFacts: (said) => [{ ...said.origin, kind: 'action_required', invoice: toInvoiceState(said) }],
});

const paidReader = (byCharge: boolean) =>
  defineReader({
    kinds: ['invoice_paid'],
    schema: invoice,
    toFacts: (said) => [
      {
        ...said.origin,
        kind: 'invoice_paid',
        invoice: toInvoiceState(said),
        byCharge,
        automatic: said.event.automatic,
      },
    ],
  });

/** `invoice.paid`: also when it was settled out of band. */
export const readInvoicePaid = paidReader(false);

/** `invoice.payment_succeeded`: only when an attempt to pay succeeded. */
export const readInvoicePaymentSucceeded = paidReader(true);

/** The invoice as the payload states it, at whatever time. */
export const toInvoiceState = ({ object: raw, userIdKeys }: Statement<Invoice>): InvoiceState => {
  const subscription = subscriptionOf(raw);
  const priceLine = linePriced(raw, subscription);
  const copies = copiesOfSubscriptionMetadata(raw, priceLine);
  const status = toInvoiceStatus(raw);
  const collectedAutomatically = (raw.collection_method ?? raw.billing) !== 'send_invoice';
  return {
    id: raw.id,
    subscription,
    status,
    currency: raw.currency,
    ...toAmounts(raw, status),
    collectedAutomatically,
    billingReason: BILLING_REASONS.get(raw.billing_reason ?? '') ?? 'other',
    attemptCount: raw.attempt_count ?? 0,
    nextAttemptAt: toInstant(raw.next_payment_attempt),
    dueAt: collectedAutomatically ? null : toInstant(raw.due_date),
    email: raw.customer_email ?? null,
    hostedUrl: raw.hosted_invoice_url ?? null,
    paidOutOfBand: raw.paid_out_of_band ?? null,
    uncollectibleReason: raw.status_details?.uncollectible?.reason ?? null,
    periodStart: toInstant(priceLine?.period?.start),
    price: firstPrice(priceLine),
    subscriptionPlanId: firstText(copies, planIdIn),
    subscriptionUserId: firstText(copies, (copy) => userIdIn(copy, userIdKeys)),
    userId: userIdIn(raw.metadata, userIdKeys),
    // The key itself tells the shapes apart: before basil it is there, if only as null.
    linksCharge: raw.charge !== undefined,
    chargeId: idOf(raw.charge),
    paymentIntentId: idOf(raw.payment_intent),
  };
};

/** Before 2018-11-08 an invoice had no status; one that was closed unpaid is still owed, only no longer collected. */
export const toInvoiceStatus = (raw: Invoice): InvoiceStatus => {
  const stated = STATUSES.get(raw.status ?? '');
  if (stated !== undefined) return stated;
  if (raw.paid === true) return 'paid';
  return raw.forgiven === true ? 'uncollectible' : 'open';
};

const toAmounts = (raw: Invoice, status: InvoiceStatus) => {
  const amountPaidMinor = raw.amount_paid ?? (status === 'paid' ? raw.amount_due : 0);
  return {
    amountDueMinor: raw.amount_due,
    amountRemainingMinor:
      raw.amount_remaining ?? (status === 'paid' ? 0 : Math.max(0, raw.amount_due - amountPaidMinor)),
    amountPaidMinor,
  };
};

const linesOf = (raw: Invoice): readonly Line[] => raw.lines?.data ?? [];

const subscriptionOf = (raw: Invoice): string | null =>
  idOf(raw.parent?.subscription_details?.subscription) ??
  idOf(raw.subscription) ??
  idOf(raw.subscription_details?.subscription) ??
  linesOf(raw)
    .map(lineSubscription)
    .find((id) => id !== null) ??
  null;

const lineSubscription = (item: Line): string | null =>
  idOf(item.parent?.subscription_item_details?.subscription) ??
  idOf(item.parent?.invoice_item_details?.subscription) ??
  idOf(item.subscription);

const isSubscriptionItem = (item: Line): boolean =>
  item.type === 'subscription' || item.parent?.subscription_item_details != null;

const isProration = (item: Line): boolean =>
  (item.proration ??
    item.parent?.subscription_item_details?.proration ??
    item.parent?.invoice_item_details?.proration) === true;

/** The line that says what is subscribed to: an item of the subscription rather than an extra, never a proration. */
const linePriced = (raw: Invoice, subscription: string | null): Line | null => {
  const lines = linesOf(raw);
  const own = lines.filter((item) => !isProration(item) && lineSubscription(item) === subscription);
  return own.find(isSubscriptionItem) ?? own[0] ?? lines[0] ?? null;
};

const firstPrice = (item: Line | null): PriceRef | null => (item === null ? null : toPriceRef(item));

/** Stripe copies the subscription's metadata to the invoice and to the lines of its items. */
const copiesOfSubscriptionMetadata = (raw: Invoice, priceLine: Line | null): readonly Metadata[] => [
  raw.parent?.subscription_details?.metadata,
  raw.subscription_details?.metadata,
  priceLine !== null && isSubscriptionItem(priceLine) ? priceLine.metadata : null,
];

const firstText = (sources: readonly Metadata[], find: (source: Metadata) => string | null): string | null => {
  for (const source of sources) {
    const found = find(source);
    if (found !== null) return found;
  }
  return null;
};
