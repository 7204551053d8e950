import type { Fact, SubscriptionEnded, SubscriptionObserved, SubscriptionState } from '../domain/fact.ts';
import type { Instant } from '../domain/instant.ts';

/** The provider said in its own words that it stopped collecting (semantics D2). */
export interface StopWord {
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly said: Fact;
}

const toWord = (said: Fact): StopWord => ({ at: said.occurredAt, receivedAt: said.receivedAt, said });

export interface SubscriptionLedger {
  readonly id: string;
  /** As last stated; null when only a stop word names it. */
  readonly latest: SubscriptionState | null;
  readonly observed: readonly SubscriptionObserved[];
  readonly ended: SubscriptionEnded | null;
  readonly stopWords: readonly StopWord[];
  /** Since when a voluntary cancellation is pending, not undone; null when none is. */
  readonly cancelRequestedAt: Instant | null;
}

interface Draft {
  id: string;
  latest: SubscriptionState | null;
  observed: SubscriptionObserved[];
  ended: SubscriptionEnded | null;
  stopWords: StopWord[];
  cancelRequestedAt: Instant | null;
}

const stops = (state: SubscriptionState): boolean => state.status === 'unpaid' || state.pausedForNonPayment;

/**
 * Whether a scheduled end is the customer's wish: the provider says so; or, in shapes that have no place for a reason,
 * it was scheduled later than at the subscription's creation. A fixed term is nobody's wish to leave.
 */
const requestsCancel = (state: SubscriptionState, known: boolean): boolean => {
  if (state.cancelAt === null) return false;
  return state.cancelReason === 'requested' || (state.cancelReason === null && !state.cancelReasonStated && known);
};

const observe = (draft: Draft, fact: SubscriptionObserved): void => {
  const withoutEnd = draft.observed.some(({ subscription }) => subscription.cancelAt === null);
  draft.observed.push(fact);
  if (stops(fact.subscription)) draft.stopWords.push(toWord(fact));
  const requested = requestsCancel(fact.subscription, withoutEnd);
  draft.cancelRequestedAt = requested ? (draft.cancelRequestedAt ?? fact.occurredAt) : null;
};

const end = (draft: Draft, fact: SubscriptionEnded): void => {
  draft.ended ??= fact;
  if (fact.subscription.cancelReason === 'payment_failed') {
    draft.stopWords.push(toWord(fact));
  }
};

/** Folds everything that was said of each subscription. `facts` in fold order. An ended subscription stays ended. */
export const foldSubscriptions = (facts: readonly Fact[]): ReadonlyMap<string, SubscriptionLedger> => {
  const drafts = new Map<string, Draft>();
  const draftOf = (id: string): Draft => {
    const draft = drafts.get(id) ?? {
      id,
      latest: null,
      observed: [],
      ended: null,
      stopWords: [],
      cancelRequestedAt: null,
    };
    drafts.set(id, draft);
    return draft;
  };
  for (const fact of facts) {
    if (fact.kind === 'collection_stopped') {
      draftOf(fact.subscription).stopWords.push(toWord(fact));
    } else if (fact.kind === 'subscription_observed' || fact.kind === 'subscription_ended') {
      const draft = draftOf(fact.subscription.id);
      draft.latest = fact.subscription;
      if (fact.kind === 'subscription_observed') observe(draft, fact);
      else end(draft, fact);
    }
  }
  return drafts;
};

/** The subscription can still be billed: it runs, or runs in trial. */
export const isLive = (subscription: SubscriptionLedger): boolean =>
  subscription.ended === null &&
  (subscription.latest?.status === 'active' || subscription.latest?.status === 'trialing');
