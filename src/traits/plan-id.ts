import { isLive } from '../ledger/subscription.ts';
import { defineTrait } from './trait.ts';

/** The plan of the episode that gives the stage, or of the subscription whose card expires, else of the newest live subscription, else of the newest; null if none is known. */
export const planId = defineTrait('plan_id', ({ ledger, standing: { episode, cardSubscription } }) => {
  if (episode !== null) return ledger.planOf(episode.openingInvoice, episode.subscription).planId;
  if (cardSubscription !== null) return ledger.planOf(null, cardSubscription).planId;
  const subscriptions = [...ledger.subscriptions.values()];
  const subscription = subscriptions.findLast(isLive) ?? subscriptions[subscriptions.length - 1];
  if (subscription !== undefined) return ledger.planOf(null, subscription.id).planId;
  const invoices = [...ledger.invoices.keys()];
  return ledger.planOf(invoices[invoices.length - 1] ?? null, null).planId;
});
