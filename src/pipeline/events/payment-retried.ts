import { type Instant, toIso } from '../../domain/instant.ts';
import type { Attempt } from '../../ledger/attempt.ts';
import type { Episode } from '../../ledger/episode.ts';
import type { InvoiceLedger } from '../../ledger/invoice.ts';
import type { Payment } from '../../ledger/payment.ts';
import { commonProperties, type EventContext, moneyProperties, type PlannedEvent, toMessageId } from './event.ts';

interface Retry {
  readonly key: string;
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly amountMinor: number;
  readonly number: number;
  readonly outcome: 'failed' | 'succeeded';
  readonly ready: boolean;
  readonly settlesAt: Instant;
}

const render = (
  context: EventContext,
  retry: Retry,
  invoice: InvoiceLedger,
  episode: Episode | null,
): PlannedEvent => ({
  event: 'payment_retried',
  ready: retry.ready,
  settlesAt: retry.settlesAt,
  messageId: toMessageId(context, 'payment_retried', retry.key),
  at: retry.at,
  properties: () => ({
    dunning_episode_id: episode?.id ?? null,
    subscription_id: invoice.subscription,
    invoice_id: invoice.id,
    attempt_key: retry.key,
    ...commonProperties(context, {
      subscription: invoice.subscription,
      invoice: invoice.id,
      at: retry.at,
      receivedAt: retry.receivedAt,
    }),
    ...moneyProperties(retry.amountMinor, invoice.latest.currency),
    attempt_number: retry.number,
    retry_count: retry.number - 1,
    attempted_at: toIso(retry.at),
    outcome: retry.outcome,
  }),
});

/** `payment_retried` for a failed attempt after the first. */
export const retryFailed = (
  context: EventContext,
  attempt: Attempt,
  invoice: InvoiceLedger,
  episode: Episode | null,
  ready: boolean,
): PlannedEvent =>
  render(
    context,
    {
      ready,
      settlesAt: attempt.settlesAt,
      key: attempt.key,
      at: attempt.at,
      receivedAt: attempt.notice.receivedAt,
      amountMinor: attempt.invoice.amountRemainingMinor,
      number: attempt.number,
      outcome: 'failed',
    },
    invoice,
    episode,
  );

/** `payment_retried` for the attempt that paid an invoice which had failed before. */
export const retrySucceeded = (
  context: EventContext,
  payment: Payment,
  failed: readonly Attempt[],
  invoice: InvoiceLedger,
  episode: Episode | null,
  ready: boolean,
): PlannedEvent =>
  render(
    context,
    {
      ready,
      settlesAt: payment.settlesAt,
      key: payment.key,
      at: payment.at,
      receivedAt: payment.receivedAt,
      amountMinor: payment.amountMinor,
      number: (failed[failed.length - 1]?.number ?? 0) + 1,
      outcome: 'succeeded',
    },
    invoice,
    episode,
  );
