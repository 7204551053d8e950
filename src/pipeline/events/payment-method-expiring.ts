import { type Instant, toIso } from '../../domain/instant.ts';
import { pendingSince } from '../../ledger/attempt.ts';
import { type CardExpiry, expiryKey } from '../../ledger/cards/card-expiries.ts';
import { cardProperties } from './card-properties.ts';
import { commonProperties, type EventContext, NO_MONEY, type PlannedEvent, toMessageId } from './event.ts';

/** A failure notice that still settles may turn out to be a failed attempt before `at`. */
const mayHaveFailed = ({ ledger }: EventContext, at: Instant): boolean =>
  [...ledger.attempts.values()].some((attempts) => {
    const since = pendingSince(attempts);
    return since !== null && since <= at;
  });

/**
 * `payment_method_expiring`, once per subscription, card and expiry: a conclusion, since it rests on no failed attempt
 * and no other card having been seen. Its natural key is the subscription, the card's last digits and its last month.
 */
export const paymentMethodExpiring = (context: EventContext, expiry: CardExpiry): PlannedEvent => {
  const { subscription, card, expiresAt, at, receivedAt, settlesAt } = expiry;
  return {
    event: 'payment_method_expiring',
    ready: context.ledger.now >= settlesAt && !mayHaveFailed(context, at),
    settlesAt,
    messageId: toMessageId(context, 'payment_method_expiring', ...expiryKey(expiry)),
    at,
    properties: () => ({
      dunning_episode_id: null,
      subscription_id: subscription,
      invoice_id: null,
      attempt_key: null,
      ...NO_MONEY,
      ...commonProperties(context, { subscription, invoice: null, at, receivedAt }),
      ...cardProperties(card),
      card_expires_at: toIso(expiresAt),
    }),
  };
};
