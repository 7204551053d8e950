import * as z from 'zod';
import type {
  CancelReason,
  Fact,
  PauseReason,
  PricedItem,
  SubscriptionState,
  SubscriptionStatus,
} from '../../domain/fact.ts';
import { discount, toDiscounts } from './discount.ts';
import { isRecord } from './json.ts';
import { metadata, planIdIn, userIdIn } from './metadata.ts';
import { idOf } from './object-ids.ts';
import { currencyOf, priced, toPricedItem, toPriceRef } from './price.ts';
import { defineReader, type Statement } from './reader.ts';
import { currency, flag, methodReference, objectId, reference, text, toInstant, unixSeconds } from './shapes.ts';
import { slotBefore, slotOf } from './slot.ts';

const quantity = z.number().int().min(0).nullish().catch(null);

const item = z.object({ ...priced, quantity, current_period_end: unixSeconds.nullish() });

const subscription = z.object({
  id: objectId,
  status: z.string(),
  metadata,
  currency: currency.nullish().catch(null),
  items: z.object({ data: z.array(item).nullish() }).nullish(),
  /** The only item's plan and quantity, in legacy shapes. */
  plan: priced.plan,
  quantity,
  discounts: z.array(discount).nullish().catch(null),
  /** Before basil. */
  discount,
  collection_method: text,
  /** Until 2019. */
  billing: text,
  start_date: unixSeconds.nullish(),
  created: unixSeconds.nullish(),
  ended_at: unixSeconds.nullish(),
  trial_end: unixSeconds.nullish(),
  trial_settings: z.object({ end_behavior: z.object({ missing_payment_method: text }).nullish() }).nullish(),
  cancel_at: unixSeconds.nullish(),
  cancel_at_period_end: flag,
  pause_collection: z.object({ resumes_at: unixSeconds.nullish() }).nullish(),
  default_payment_method: methodReference,
  default_source: methodReference,
  /** Moved to the items by basil. */
  current_period_end: unixSeconds.nullish(),
  cancellation_details: z.object({ reason: text, feedback: text }).nullish(),
  /** Since endive. */
  status_details: z
    .object({ paused: z.object({ subscription: z.object({ type: text }).nullish() }).nullish() })
    .nullish(),
});
type Subscription = z.infer<typeof subscription>;

const STATUSES: ReadonlyMap<string, SubscriptionStatus> = new Map(
  (['trialing', 'active', 'past_due', 'unpaid', 'canceled', 'incomplete', 'incomplete_expired', 'paused'] as const).map(
    (status) => [status, status],
  ),
);

const CANCEL_REASONS: ReadonlyMap<string, CancelReason> = new Map([
  ['cancellation_requested', 'requested'],
  ['payment_failed', 'payment_failed'],
  ['payment_disputed', 'payment_disputed'],
  ['canceled_by_retention_policy', 'retention_policy'],
]);

const PAUSE_REASONS: ReadonlyMap<string, PauseReason> = new Map([
  ['final_payment_failure', 'non_payment'],
  ['first_payment_failure', 'non_payment'],
  ['trial_end_without_payment_method', 'trial_ended'],
  ['pause_requested', 'requested'],
]);

const toObserved = (said: Statement<Subscription>): Fact => {
  const { object, event, origin } = said;
  const { previousAttributes: before } = event;
  return {
    ...origin,
    kind: 'subscription_observed',
    subscription: toSubscriptionState(said),
    previousStatus: previousStatus(before.status) ?? impliedBefore(event.notice?.type ?? event.type),
    previousCollectionPaused: Object.hasOwn(before, 'pause_collection') ? isRecord(before.pause_collection) : null,
    ...slotBefore(slotIn(object), { settings: before, own: before }),
  };
};

const toEnded = (said: Statement<Subscription>): Fact => ({
  ...said.origin,
  kind: 'subscription_ended',
  subscription: toSubscriptionState(said),
});

/** Any `customer.subscription.*` but its end. */
export const readSubscription = defineReader({
  kinds: ['subscription_observed'],
  schema: subscription,
  toFacts: (said) => [toObserved(said)],
});

/** `customer.subscription.deleted`. */
export const readSubscriptionDeleted = defineReader({
  kinds: ['subscription_ended'],
  schema: subscription,
  toFacts: (said) => [toEnded(said)],
});

/** A subscription as the API gives it, where one that ended has no notice left to say so: it dates its end itself. */
export const readSubscriptionSeen = defineReader({
  kinds: ['subscription_observed', 'subscription_ended'],
  schema: subscription,
  toFacts: (said) => {
    const { object, origin } = said;
    if (toStatus(object.status) !== 'canceled') return [toObserved(said)];
    const occurredAt = toInstant(object.ended_at) ?? origin.occurredAt;
    return [toEnded({ ...said, origin: { ...origin, occurredAt } })];
  },
});

/** `subscription_schedule.aborted`: Stripe stopped because the customer did not pay. */
export const readScheduleAborted = defineReader({
  kinds: ['collection_stopped'],
  schema: z.object({ subscription: reference }),
  toFacts: ({ object, origin }) => {
    const id = idOf(object.subscription);
    if (id === null) return 'an aborted schedule that names no subscription';
    return [{ ...origin, kind: 'collection_stopped', subscription: id }];
  },
});

const toSubscriptionState = ({ object: raw, userIdKeys }: Statement<Subscription>): SubscriptionState => {
  const [first] = itemsOf(raw);
  const status = toStatus(raw.status);
  return {
    id: raw.id,
    status,
    price: toPriceRef(first ?? {}) ?? toPriceRef({ plan: raw.plan }),
    planId: planIdIn(raw.metadata),
    userId: userIdIn(raw.metadata, userIdKeys),
    currency: raw.currency ?? currencyOf(first ?? {}) ?? currencyOf({ plan: raw.plan }),
    items: toItems(raw),
    discounts: toDiscounts(raw.discounts ?? [], raw.discount),
    collectedAutomatically: (raw.collection_method ?? raw.billing) !== 'send_invoice',
    startedAt: toInstant(raw.start_date ?? raw.created),
    trialEndsAt: toInstant(raw.trial_end),
    ...toCancellation(raw),
    // The details may outlive the pause; only the status says that it holds.
    pausedForNonPayment: status === 'paused' && pauseType(raw) === 'final_payment_failure',
    pauseReason: status === 'paused' ? pauseReasonOf(raw) : null,
    collectionPaused: raw.pause_collection != null,
    resumesAt: toInstant(raw.pause_collection?.resumes_at),
    defaultPaymentMethodId: slotOf(slotIn(raw)),
  };
};

const toCancellation = (raw: Subscription) => {
  const reason = raw.cancellation_details?.reason;
  return {
    cancelAt: toInstant(raw.cancel_at ?? (raw.cancel_at_period_end === true ? periodEnd(raw) : null)),
    cancelReason: reason == null ? null : (CANCEL_REASONS.get(reason) ?? 'other'),
    cancelReasonStated: raw.cancellation_details !== undefined,
    cancelFeedback: raw.cancellation_details?.feedback ?? null,
  };
};

const itemsOf = (raw: Subscription) => raw.items?.data ?? [];

/** Items carry their prices; the oldest shapes have one plan instead. */
const toItems = (raw: Subscription): readonly PricedItem[] => {
  const items = itemsOf(raw);
  const all = items.length > 0 ? items : [{ plan: raw.plan, quantity: raw.quantity }];
  return all.map((each) => toPricedItem(each, each.quantity)).filter((each) => each !== null);
};

const slotIn = (raw: Subscription) => ({ method: raw.default_payment_method, source: raw.default_source });

const pauseType = (raw: Subscription): string | null => raw.status_details?.paused?.subscription?.type ?? null;

/** Before endive a subscription could only be paused at the end of a trial that was set to do so, and did not say why. */
const pauseReasonOf = (raw: Subscription): PauseReason | null => {
  const type = pauseType(raw);
  if (type !== null) return PAUSE_REASONS.get(type) ?? 'other';
  const atTrialEnd = raw.trial_settings?.end_behavior?.missing_payment_method === 'pause';
  return raw.status_details === undefined && atTrialEnd ? 'trial_ended' : null;
};

const toStatus = (raw: string): SubscriptionStatus => STATUSES.get(raw) ?? 'other';

/** Two events tell by their type alone that the status changed; the first does not say from what. */
const impliedBefore = (type: string): SubscriptionStatus | null => {
  if (type.endsWith('customer.subscription.paused')) return 'other';
  return type.endsWith('customer.subscription.resumed') ? 'paused' : null;
};

const previousStatus = (raw: unknown): SubscriptionStatus | null => (typeof raw === 'string' ? toStatus(raw) : null);

/** Items of one subscription may end at different times; it is gone when the last of them has ended. */
const periodEnd = (raw: Subscription): number | null => {
  const ends = itemsOf(raw)
    .map(({ current_period_end }) => current_period_end)
    .filter((end) => end != null);
  return raw.current_period_end ?? ends.reduce<number | null>((last, end) => Math.max(last ?? 0, end), null);
};
