import { type Instant, plus } from '../domain/instant.ts';
import type { Attempt } from './attempt.ts';
import type { InvoiceLedger } from './invoice.ts';
import { statedRetry } from './retry.ts';
import type { SubscriptionLedger } from './subscription.ts';

/** A moment at which an episode was out of retries, by the provider's clock. */
export interface Exhaustion {
  readonly at: Instant;
  readonly receivedAt: Instant;
  /** From when it may be concluded: for silence, a time after the newest notice's receipt (semantics D2). */
  readonly concludedFrom: Instant;
  /** The provider's own word, or its silence about a next date. */
  readonly by: 'word' | 'silence';
  readonly invoice: string | null;
}

/** Uncollectible: the provider gave up, unless it says that somebody forgave the invoice. */
const invoiceWords = (invoice: InvoiceLedger): Exhaustion[] =>
  invoice.transitions
    .filter((t) => t.kind === 'uncollectible' && t.state.uncollectibleReason !== 'user_forgiven')
    .map((t) => ({
      at: t.at,
      receivedAt: t.fact.receivedAt,
      concludedFrom: t.fact.receivedAt,
      by: 'word',
      invoice: invoice.id,
    }));

const silences = (invoice: InvoiceLedger, attempts: readonly Attempt[], noRetryAfterMs: number): Exhaustion[] => {
  const found: Exhaustion[] = [];
  for (const [index, notice] of invoice.notices.entries()) {
    const at = plus(notice.occurredAt, noRetryAfterMs);
    const next = invoice.notices[index + 1];
    const settled = invoice.transitions.some((t) => t.kind !== 'reversed' && t.at >= notice.occurredAt && t.at < at);
    const superseded = next !== undefined && next.occurredAt < at;
    if (settled || superseded || statedRetry(invoice, notice, at) !== null) continue;
    const concludedFrom = plus(notice.receivedAt, noRetryAfterMs);
    if (attempts.length > 0)
      found.push({ at, receivedAt: notice.receivedAt, concludedFrom, by: 'silence', invoice: invoice.id });
  }
  return found;
};

/** Every moment of exhaustion of an invoice and its subscription, past and to come, in time order. */
export const findExhaustions = (
  invoice: InvoiceLedger,
  attempts: readonly Attempt[],
  noRetryAfterMs: number,
): readonly Exhaustion[] => [...invoiceWords(invoice), ...silences(invoice, attempts, noRetryAfterMs)];

/** What the provider said of the subscription as a whole. */
export const subscriptionWords = (subscription: SubscriptionLedger | undefined): readonly Exhaustion[] =>
  (subscription?.stopWords ?? []).map(({ at, receivedAt }) => ({
    at,
    receivedAt,
    concludedFrom: receivedAt,
    by: 'word',
    invoice: null,
  }));
