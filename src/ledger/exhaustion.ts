import { type Instant, plus } from '../domain/instant.ts';
import type { InvoiceLedger } from './invoice.ts';
import { retryHistory } from './retry.ts';
import type { SubscriptionLedger } from './subscription.ts';

/** A moment at which an episode was out of retries, by the provider's clock. */
export interface Exhaustion {
  readonly at: Instant;
  readonly receivedAt: Instant;
  /** From when it may be concluded: for silence, a time after the receipt of what began it (semantics D2). */
  readonly concludedFrom: Instant;
}

/** Uncollectible: the provider gave up, unless it says that somebody forgave the invoice. */
export const invoiceWords = (invoice: InvoiceLedger): readonly Exhaustion[] =>
  invoice.transitions
    .filter(({ kind, state }) => kind === 'uncollectible' && state.uncollectibleReason !== 'user_forgiven')
    .map(({ at, fact: { receivedAt } }) => ({ at, receivedAt, concludedFrom: receivedAt }));

/** Each time in which no next date was known for as long as the policy waits. */
export const silences = (invoice: InvoiceLedger, noRetryAfterMs: number): readonly Exhaustion[] =>
  retryHistory(invoice)
    .filter(({ date, from, to }) => date === null && (to === null || to - from >= noRetryAfterMs))
    .map(({ from, receivedAt }) => ({
      at: plus(from, noRetryAfterMs),
      receivedAt,
      concludedFrom: plus(receivedAt, noRetryAfterMs),
    }));

/** What the provider said of the subscription as a whole. */
export const subscriptionWords = (subscription: SubscriptionLedger | undefined): readonly Exhaustion[] =>
  (subscription?.stopWords ?? []).map(({ at, receivedAt }) => ({ at, receivedAt, concludedFrom: receivedAt }));

/**
 * Whether the provider's word that it stopped collecting still stands for an open invoice: a later retry date, or the
 * subscription running again, takes it back.
 * @param since the episode's opening: an older word is not about it
 * @param pendingFrom what was said of the invoice from then on counts nowhere yet (semantics E4); null: all counts
 */
export const wordStands = (
  invoice: InvoiceLedger,
  subscription: SubscriptionLedger | undefined,
  { since, pendingFrom }: { readonly since: Instant; readonly pendingFrom: Instant | null },
): boolean => {
  const word = subscription?.stopWords.findLast(({ at }) => at >= since);
  if (subscription === undefined || word === undefined) return false;
  const runsAgain = subscription.observed.some(
    ({ occurredAt, subscription: { status } }) =>
      occurredAt > word.at && (status === 'active' || status === 'trialing' || status === 'past_due'),
  );
  return (
    !runsAgain &&
    !retryHistory(invoice).some(
      ({ from, date }) => from > word.at && date !== null && (pendingFrom === null || from < pendingFrom),
    )
  );
};
