import type { PauseReason, SubscriptionObserved, SubscriptionState } from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';

/** Why a subscription stands still. `collection`: it runs, and its bills are held, voided or given up. */
export type PauseType = 'non_payment' | 'trial_ended' | 'requested' | 'collection' | 'unknown';

const TYPES: Readonly<Record<PauseReason, PauseType>> = {
  non_payment: 'non_payment',
  trial_ended: 'trial_ended',
  requested: 'requested',
  other: 'unknown',
};

/** Shapes without a reason pause out of a trial only where it ended without a payment method. */
const typeOf = ({ subscription, previousStatus }: SubscriptionObserved): PauseType => {
  if (subscription.pausedForNonPayment) return 'non_payment';
  if (subscription.pauseReason != null) return TYPES[subscription.pauseReason];
  return previousStatus === 'trialing' ? 'trial_ended' : 'unknown';
};

/** The pause that began with this statement, by its own word; null where none did. */
export const pauseTypeOf = (fact: SubscriptionObserved): PauseType | null => {
  const { subscription, previousStatus, previousCollectionPaused } = fact;
  if (subscription.status === 'paused' && previousStatus !== null && previousStatus !== 'paused') return typeOf(fact);
  return subscription.collectionPaused === true && previousCollectionPaused === false ? 'collection' : null;
};

/** Paused at somebody's wish: the whole subscription, or the collection of its bills, until a date if one is set. */
export const isPausedByWish = (state: SubscriptionState, now: Instant): boolean => {
  if (state.status === 'paused' && state.pauseReason === 'requested') return true;
  return state.collectionPaused === true && (state.resumesAt == null || now < state.resumesAt);
};
