import type { Refund } from '../../ledger/refund.ts';
import { commonProperties, type EventContext, moneyProperties, type PlannedEvent, toMessageId } from './event.ts';

/** `payment_refunded`, one per refund, by the notice that it succeeded. Its natural key is the refund. */
export const paymentRefunded = (context: EventContext, refund: Refund): PlannedEvent => {
  const { ledger } = context;
  const { invoice, succeeded, settlesAt } = refund;
  const { occurredAt: at, receivedAt } = succeeded;
  const subscription = ledger.invoices.get(invoice ?? '')?.subscription ?? null;
  return {
    event: 'payment_refunded',
    ready: ledger.now >= settlesAt,
    settlesAt,
    messageId: toMessageId(context, 'payment_refunded', refund.key),
    at,
    properties: () => ({
      dunning_episode_id:
        ledger.episodes.findLast(({ invoices }) => invoices.some(({ id }) => id === invoice))?.id ?? null,
      subscription_id: subscription,
      invoice_id: invoice,
      attempt_key: null,
      ...commonProperties(context, { subscription, invoice, at, receivedAt }),
      ...moneyProperties(refund.amountMinor, succeeded.charge.currency),
      refund_id: refund.id,
      full: refund.full,
    }),
  };
};
