import type { ActionRequest } from '../../ledger/action-request.ts';
import type { InvoiceLedger } from '../../ledger/invoice.ts';
import {
  commonProperties,
  type EventContext,
  episodeAt,
  moneyProperties,
  type PlannedEvent,
  toMessageId,
} from './event.ts';

/** `payment_action_required` for a request to confirm that stands alone. Its natural key is the invoice and the second. */
export const paymentActionRequired = (
  context: EventContext,
  { notice, receivedAt, settlesAt }: ActionRequest,
  invoice: InvoiceLedger,
  ready: boolean,
): PlannedEvent => {
  const { occurredAt: at, invoice: stated } = notice;
  const { subscription } = invoice;
  return {
    event: 'payment_action_required',
    ready: ready && context.ledger.now >= settlesAt,
    settlesAt,
    messageId: toMessageId(context, 'payment_action_required', invoice.id, String(Math.floor(at / 1000))),
    at,
    properties: () => ({
      dunning_episode_id: episodeAt(context, subscription, at)?.id ?? null,
      subscription_id: subscription,
      invoice_id: invoice.id,
      attempt_key: null,
      ...commonProperties(context, { subscription, invoice: invoice.id, at, receivedAt }),
      ...moneyProperties(stated.amountRemainingMinor, stated.currency),
      customer_action_required: true,
      hosted_invoice_url: stated.hostedUrl,
    }),
  };
};
