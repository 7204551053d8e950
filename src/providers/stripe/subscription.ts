import * as z from 'zod';
import type { CancelReason, SubscriptionState, SubscriptionStatus } from '../../domain/fact.ts';
import { fromUnixSeconds, type Instant } from '../../domain/instant.ts';
import { unixSeconds } from './event.ts';
import { idOf } from './object-ids.ts';
import { defineReader, type Statement } from './reader.ts';
import { flag, metadata, methodReference, planIdIn, priced, reference, text, toPriceRef, userIdIn } from './shapes.ts';

const item = z.object({ ...priced, current_period_end: unixSeconds.nullish() });

const subscription = z.object({
  id: z.string().min(1),
  status: z.string(),
  metadata,
  items: z.object({ data: z.array(item).nullish() }).nullish(),
  /** The only item's plan, in legacy shapes. */
  plan: priced.plan,
  trial_end: unixSeconds.nullish(),
  cancel_at: unixSeconds.nullish(),
  cancel_at_period_end: flag,
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

/** Any `customer.subscription.*` but its end. */
export const readSubscription = defineReader({
  kinds: ['subscription_observed'],
  schema: subscription,
  toFacts: (said) => [
    {
      ...said.origin,
      kind: 'subscription_observed',
      subscription: toSubscriptionState(said),
      previousStatus: previousStatus(said.event.previousAttributes.status),
      previousCollectionPaused: null,
    },
  ],
});

/** `customer.subscription.deleted`. */
export const readSubscriptionDeleted = defineReader({
  kinds: ['subscription_ended'],
  schema: subscription,
  toFacts: (said) => [{ ...said.origin, kind: 'subscription_ended', subscription: toSubscriptionState(said) }],
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
  const [first] = raw.items?.data ?? [];
  const reason = raw.cancellation_details?.reason;
  const status = toStatus(raw.status);
  return {
    id: raw.id,
    status,
    price: toPriceRef(first ?? {}) ?? toPriceRef({ plan: raw.plan }),
    planId: planIdIn(raw.metadata),
    userId: userIdIn(raw.metadata, userIdKeys),
    currency: null,
    items: [],
    discounts: [],
    collectedAutomatically: true,
    startedAt: null,
    collectionPaused: false,
    resumesAt: null,
    pauseReason: null,
    trialEndsAt: toInstant(raw.trial_end),
    cancelAt: toInstant(raw.cancel_at ?? (raw.cancel_at_period_end === true ? periodEnd(raw) : null)),
    cancelReason: reason == null ? null : (CANCEL_REASONS.get(reason) ?? 'other'),
    cancelReasonStated: raw.cancellation_details !== undefined,
    cancelFeedback: raw.cancellation_details?.feedback ?? null,
    // The details may outlive the pause; only the status says that it holds.
    pausedForNonPayment:
      status === 'paused' && raw.status_details?.paused?.subscription?.type === 'final_payment_failure',
    defaultPaymentMethodId: idOf(raw.default_payment_method) ?? idOf(raw.default_source),
  };
};

const toStatus = (raw: string): SubscriptionStatus => STATUSES.get(raw) ?? 'other';

const previousStatus = (raw: unknown): SubscriptionStatus | null => (typeof raw === 'string' ? toStatus(raw) : null);

const toInstant = (seconds: number | null | undefined): Instant | null =>
  seconds == null ? null : fromUnixSeconds(seconds);

/** Items of one subscription may end at different times; it is gone when the last of them has ended. */
const periodEnd = (raw: Subscription): number | null => {
  const ends = (raw.items?.data ?? []).map(({ current_period_end }) => current_period_end).filter((end) => end != null);
  return raw.current_period_end ?? (ends.length === 0 ? null : Math.max(...ends));
};
