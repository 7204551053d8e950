import type { SubscriptionEnded, SubscriptionObserved, SubscriptionStatus } from '../../domain/fact.ts';
import { toIso } from '../../domain/instant.ts';
import { type PauseType, pauseTypeOf } from '../../ledger/pause.ts';
import type { SubscriptionLedger } from '../../ledger/subscription.ts';
import { commonProperties, type EventContext, episodeAt, NO_MONEY, type PlannedEvent, toMessageId } from './event.ts';

const NO_INVOICE = { invoice_id: null, attempt_key: null, ...NO_MONEY } as const;

const about = (context: EventContext, fact: SubscriptionObserved | SubscriptionEnded) => {
  const { id } = fact.subscription;
  return {
    dunning_episode_id: episodeAt(context, id, fact.occurredAt)?.id ?? null,
    subscription_id: id,
    ...NO_INVOICE,
    ...commonProperties(context, { subscription: id, invoice: null, at: fact.occurredAt, receivedAt: fact.receivedAt }),
  };
};

/** What every event of a change has in common: its natural key is the subscription and the second. */
const change = <Name extends PlannedEvent['event']>(
  context: EventContext,
  event: Name,
  fact: SubscriptionObserved,
) => ({
  event,
  ready: true,
  settlesAt: fact.receivedAt,
  messageId: toMessageId(context, event, fact.subscription.id, String(Math.floor(fact.occurredAt / 1000))),
  at: fact.occurredAt,
});

const pastDue = (context: EventContext, fact: SubscriptionObserved): PlannedEvent => ({
  ...change(context, 'subscription_past_due', fact),
  properties: () => about(context, fact),
});

const paused = (context: EventContext, fact: SubscriptionObserved, type: PauseType): PlannedEvent => ({
  ...change(context, 'subscription_paused', fact),
  properties: () => ({
    ...about(context, fact),
    pause_type: type,
    resumes_at: fact.subscription.resumesAt == null ? null : toIso(fact.subscription.resumesAt),
  }),
});

const resumed = (context: EventContext, fact: SubscriptionObserved): PlannedEvent => ({
  ...change(context, 'subscription_resumed', fact),
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

const RUNNING: ReadonlySet<SubscriptionStatus> = new Set(['active', 'trialing', 'past_due']);

/** The payload names the status before, and it was another. */
const cameFromElsewhere = ({ previousStatus, subscription: { status } }: SubscriptionObserved): boolean =>
  previousStatus !== null && previousStatus !== status;

const goesOn = ({ previousStatus, previousCollectionPaused, subscription }: SubscriptionObserved): boolean =>
  (previousStatus === 'paused' && RUNNING.has(subscription.status)) ||
  (previousCollectionPaused === true && subscription.collectionPaused === false);

/** What one statement says to have changed with it. */
const changes = (context: EventContext, fact: SubscriptionObserved): PlannedEvent[] => {
  const events: PlannedEvent[] = [];
  if (fact.subscription.status === 'past_due' && cameFromElsewhere(fact)) events.push(pastDue(context, fact));
  const pause = pauseTypeOf(fact);
  if (pause !== null) events.push(paused(context, fact, pause));
  else if (goesOn(fact)) events.push(resumed(context, fact));
  return events;
};

/** Several statements of one second may name one change: it is told once, by the first. */
const oncePerId = (events: readonly PlannedEvent[]): readonly PlannedEvent[] => {
  const byId = new Map<string, PlannedEvent>();
  for (const event of events) if (!byId.has(event.messageId)) byId.set(event.messageId, event);
  return [...byId.values()];
};

/** The events of one subscription. */
export const subscriptionEvents = (
  context: EventContext,
  subscription: SubscriptionLedger,
): readonly PlannedEvent[] => [
  ...oncePerId(subscription.observed.flatMap((fact) => changes(context, fact))),
  ...(subscription.ended === null ? [] : [canceled(context, subscription.ended)]),
];
