import { type Instant, plus } from '../domain/instant.ts';
import type { InvoiceLedger } from './invoice.ts';
import { retryHistory } from './retry.ts';
import type { SubscriptionLedger } from './subscription.ts';
import { byFoldOrder } from './timeline.ts';
import { meaningOf } from './uncollectible.ts';

/** A moment at which an episode was out of retries, by the provider's clock. */
export interface Exhaustion {
  readonly at: Instant;
  readonly receivedAt: Instant;
  /** From when it may be concluded: for silence, a time after the receipt of what began it (semantics D2). */
  readonly concludedFrom: Instant;
}

/** Uncollectible because the provider gave up. */
export const invoiceWords = (
  invoice: InvoiceLedger,
  subscription: SubscriptionLedger | undefined,
): readonly Exhaustion[] =>
  invoice.transitions
    .filter((transition) => transition.kind === 'uncollectible' && meaningOf(transition, subscription) === 'given_up')
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

/** A time in which the provider did not try an open invoice again, by its own clock. */
export interface Stop {
  readonly from: Instant;
  /** When a date, a failure, a settlement or the subscription running again ended it; null while it stands. */
  readonly to: Instant | null;
  readonly concludedFrom: Instant;
  /** A stated date passed without news: the provider has stopped, and the stage does not say so (semantics D1). */
  readonly lapsed: boolean;
}

interface StopOptions {
  /** The episode's opening: an older word is not about it. */
  readonly since: Instant;
  /** What was said of the invoice from then on counts nowhere yet (semantics E4); null: all counts. */
  readonly pendingFrom: Instant | null;
}

/** A later retry date, or the subscription running again, takes the word back. */
const wordStops = (
  invoice: InvoiceLedger,
  subscription: SubscriptionLedger | undefined,
  { since, pendingFrom }: StopOptions,
): readonly Stop[] => {
  const dated = invoice.statements
    .filter(({ invoice: { nextAttemptAt } }) => nextAttemptAt !== null)
    .filter(({ occurredAt }) => pendingFrom === null || occurredAt < pendingFrom);
  const running = (subscription?.observed ?? []).filter(({ subscription: { status } }) => RUNNING.has(status));
  const takenBack = [...dated, ...running].sort(byFoldOrder);
  return (subscription?.stopWords ?? [])
    .filter(({ at }) => at >= since)
    .map(({ at, receivedAt, said }) => ({
      from: at,
      to: takenBack.find((back) => byFoldOrder(back, said) > 0)?.occurredAt ?? null,
      concludedFrom: receivedAt,
      lapsed: false,
    }));
};

const RUNNING: ReadonlySet<string> = new Set(['active', 'trialing', 'past_due']);

/** Every time in which the provider had stopped: by its word, by silence, or since a stated date lapsed. */
export const stopsOf = (
  invoice: InvoiceLedger,
  subscription: SubscriptionLedger | undefined,
  { noRetryAfterMs, ...options }: StopOptions & { readonly noRetryAfterMs: number },
): readonly Stop[] => [
  ...wordStops(invoice, subscription, options),
  ...retryHistory(invoice, options.pendingFrom)
    .map(
      ({ date, from, to, receivedAt }): Stop => ({
        from: plus(date ?? from, noRetryAfterMs),
        to,
        concludedFrom: plus(date ?? receivedAt, noRetryAfterMs),
        lapsed: date !== null,
      }),
    )
    .filter(({ from, to }) => to === null || from < to),
];

/** Whether the time holds the instant; half open. */
export const isWithin = ({ from, to }: Stop, at: Instant): boolean => from <= at && (to === null || at < to);

/** Whether the provider's word that it stopped collecting still stands for an open invoice. */
export const wordStands = (
  invoice: InvoiceLedger,
  subscription: SubscriptionLedger | undefined,
  options: StopOptions,
): boolean => wordStops(invoice, subscription, options).some(({ to }) => to === null);
