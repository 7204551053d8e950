import type { SubscriptionEnded, SubscriptionObserved } from '../../domain/fact.ts';
import type { SubscriptionLedger } from '../../ledger/subscription.ts';
import { commonProperties, type EventContext, type PlannedEvent, toMessageId } from './event.ts';

const NO_MONEY = { invoice_id: null, attempt_key: null, amount: null, amount_minor: null, currency: null } as const;

const about = (context: EventContext, fact: SubscriptionObserved | SubscriptionEnded) => {
  const { id } = fact.subscription;
  const episode = context.ledger.episodes.findLast(
    (each) =>
      each.subscription === id &&
      each.openedAt <= fact.occurredAt &&
      (each.endedAt === null || each.endedAt >= fact.occurredAt),
  );
  return {
    dunning_episode_id: episode?.id ?? null,
    subscription_id: id,
    ...NO_MONEY,
    ...commonProperties(context, { subscription: id, invoice: null, at: fact.occurredAt, receivedAt: fact.receivedAt }),
  };
};

/** `subscription_past_due`, where the payload itself names the change of status. */
const pastDue = (context: EventContext, fact: SubscriptionObserved): PlannedEvent => ({
  event: 'subscription_past_due',
  ready: true,
  settlesAt: fact.receivedAt,
  messageId: toMessageId(
    context,
    'subscription_past_due',
    fact.subscription.id,
    String(Math.floor(fact.occurredAt / 1000)),
  ),
  at: fact.occurredAt,
  properties: () => about(context, fact),
});

/** `subscription_canceled`, one per subscription. */
const canceled = (context: EventContext, fact: SubscriptionEnded): PlannedEvent => ({
  event: 'subscription_canceled',
  ready: true,
  settlesAt: fact.receivedAt,
  messageId: toMessageId(context, 'subscription_canceled', fact.subscription.id),
  at: fact.occurredAt,
  properties: () => ({
    ...about(context, fact),
    churn_type: context.ledger.churn.get(fact.subscription.id) ?? 'unknown',
    cancellation_reason: fact.subscription.cancelFeedback ?? fact.subscription.cancelReason,
  }),
});

/** The events of one subscription. */
export const subscriptionEvents = (
  context: EventContext,
  subscription: SubscriptionLedger,
): readonly PlannedEvent[] => [
  ...subscription.observed
    .filter(
      (fact) =>
        fact.subscription.status === 'past_due' && fact.previousStatus !== null && fact.previousStatus !== 'past_due',
    )
    .map((fact) => pastDue(context, fact)),
  ...(subscription.ended === null ? [] : [canceled(context, subscription.ended)]),
];
