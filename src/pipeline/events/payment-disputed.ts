import type { DisputeObserved, FraudWarningObserved } from '../../domain/fact.ts';
import type { Challenge } from '../../ledger/challenge.ts';
import {
  commonProperties,
  type EventContext,
  episodeAt,
  moneyProperties,
  NO_MONEY,
  type PlannedEvent,
  toMessageId,
} from './event.ts';

/** A warning is about a charge and states no amount. */
const amountOf = (opening: DisputeObserved | FraudWarningObserved) =>
  opening.kind === 'dispute_observed' ? moneyProperties(opening.amountMinor, opening.charge.currency) : NO_MONEY;

/** `payment_disputed`, one per dispute and per warning, by its opening. Its natural key is the id. The reason is not told. */
export const paymentDisputed = (
  context: EventContext,
  { id, type, invoice, openedAt: at }: Challenge,
  opening: DisputeObserved | FraudWarningObserved,
): PlannedEvent => {
  const { receivedAt } = opening;
  const subscription = context.ledger.invoices.get(invoice ?? '')?.subscription ?? null;
  return {
    event: 'payment_disputed',
    ready: true,
    settlesAt: receivedAt,
    messageId: toMessageId(context, 'payment_disputed', id),
    at,
    properties: () => ({
      dunning_episode_id: episodeAt(context, subscription, at)?.id ?? null,
      subscription_id: subscription,
      invoice_id: invoice,
      attempt_key: null,
      ...commonProperties(context, { subscription, invoice, at, receivedAt }),
      ...amountOf(opening),
      dispute_id: id,
      dispute_type: type,
    }),
  };
};
