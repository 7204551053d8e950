import { SECOND_MS } from '../../domain/instant.ts';
import type { MethodUpdate } from '../../ledger/cards/cards-updates.ts';
import type { Episode } from '../../ledger/episode.ts';
import { cardProperties } from './card-properties.ts';
import { commonProperties, type EventContext, NO_MONEY, type PlannedEvent, toMessageId, wasOpen } from './event.ts';

/** The episode that it may end: open when it happened, of a subscription that the method pays. */
const findEpisode = ({ ledger }: EventContext, { at, pays }: MethodUpdate): Episode | null =>
  ledger.episodes.findLast((episode) => pays.includes(episode.subscription) && wasOpen(episode, at)) ?? null;

/** `payment_method_updated`, anchored on the provider's notices. Its natural key is the method and the second. */
export const paymentMethodUpdated = (context: EventContext, update: MethodUpdate): PlannedEvent => ({
  event: 'payment_method_updated',
  ready: context.ledger.now >= update.settlesAt,
  settlesAt: update.settlesAt,
  messageId: toMessageId(context, 'payment_method_updated', update.method, String(Math.floor(update.at / SECOND_MS))),
  at: update.at,
  properties: () => {
    const episode = findEpisode(context, update);
    const subscription = episode?.subscription ?? update.pays[0] ?? null;
    return {
      dunning_episode_id: episode?.id ?? null,
      subscription_id: subscription,
      invoice_id: null,
      attempt_key: null,
      ...NO_MONEY,
      ...commonProperties(context, { subscription, invoice: null, at: update.at, receivedAt: update.receivedAt }),
      payment_method_id: update.method,
      updated_via: update.via,
      slot: update.slot,
      will_be_charged: update.pays.length > 0,
      ...cardProperties(update.card),
    };
  },
});
